// One installation at a time: a lock file that names its holder, and that outlives no holder. No dependencies, any Node.
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

const POLL_MS = 100;
// Removing a dead holder's lock takes a moment; a guard older than this was left by a crash in that moment.
const GUARD_MS = 10_000;

/**
 * Waits for the lock. Two that find a dead holder's lock must not both remove it (the second would remove the lock
 * the first has just taken), so the removal has its own guard, under which the lock is read again.
 */
export async function acquireLock(file, { onWait }) {
  let told = false;
  for (;;) {
    if (take(file)) return held(file);
    const holder = read(file);
    if (holder && isAlive(holder)) {
      if (!told) onWait(holder.pid);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    } else {
      if (!removeDead(file)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function held(file) {
  const write = (child) => {
    writeFileSync(`${file}.${process.pid}`, describe(child));
    renameSync(`${file}.${process.pid}`, file);
  };
  return {
    /** Names the process group at work, so that whoever takes over after our death can end it first. */
    setChild: (pid) => write(pid === null ? null : identity(pid)),
    release: () => rmSync(file, { force: true }),
  };
}

const describe = (child) => JSON.stringify({ ...identity(process.pid), child });

/** The lock appears with its content, in one step: written beside, then linked. */
function take(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, describe(null));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    // A file system without hard links: created, then written, which is as good but for a crash between the two.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code)) throw error;
    return takeWithoutLink(file);
  } finally {
    rmSync(own, { force: true });
  }
}

function takeWithoutLink(file) {
  try {
    writeFileSync(file, describe(null), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The holder, or null when the lock is gone or holds no sense. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

function removeDead(file) {
  const guard = `${file}.guard`;
  try {
    closeSync(openSync(guard, 'wx'));
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (ageMs(guard) > GUARD_MS) rmSync(guard, { force: true });
    return false;
  }
  try {
    const holder = read(file);
    if (holder && isAlive(holder)) return false;
    if (holder?.child && isAlive(holder.child)) killGroup(holder.child.pid);
    rmSync(file, { force: true });
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
}

function ageMs(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch (error) {
    if (error.code === 'ENOENT') return 0;
    throw error;
  }
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** A pid alone can come back as another process; with its start time (where /proc tells) it cannot. */
function identity(pid) {
  return { pid, startedAt: startTicks(pid) };
}

function isAlive({ pid, startedAt }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    if (error.code !== 'EPERM') throw error;
  }
  return startedAt === null || startTicks(pid) === startedAt;
}

/** The start in clock ticks since boot, or null. Zombies count as gone: they have nothing left to hold. */
function startTicks(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? null : fields[19];
  } catch {
    return null;
  }
}
