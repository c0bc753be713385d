// Waits until its standard input ends, then ends every process that belongs to the folder it is given, and the folder.
const { readFileSync, readdirSync, readlinkSync, rmSync } = require('node:fs');

const folder = process.argv[2];
const GRACE_MS = 5_000;

const read = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has ended, or is not ours.
    return '';
  }
};

const workingDirectory = (pid) => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
};

function left() {
  let entries;
  try {
    entries = readdirSync('/proc');
  } catch {
    return [];
  }
  return entries
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) =>
      [read(`/proc/${pid}/environ`), read(`/proc/${pid}/cmdline`), workingDirectory(pid)].some((text) =>
        text.includes(folder),
      ),
    )
    .map(Number);
}

function sweep(until) {
  const pids = left();
  if (pids.length > 0 && Date.now() < until) {
    setTimeout(() => sweep(until), 100);
    return;
  }
  for (const pid of pids) {
    console.error(`left running by a test, ended: ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  // What was still writing a moment ago may have made another file.
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.stdin.resume();
process.stdin.once('close', () => sweep(Date.now() + GRACE_MS));
