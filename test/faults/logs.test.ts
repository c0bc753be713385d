import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPerson, type Person, screenOf, startMonitor } from '../helpers/monitor.ts';
import type { Pty } from '../helpers/pty.ts';
import { mountSmallDisk, noSmallDisk } from '../helpers/small-disk.ts';

let person: Person;
let folder: string;
let pty: Pty | null = null;

beforeAll(() => {
  person = createPerson();
  folder = mkdtempSync(join(tmpdir(), 'botop-fault-logs-'));
});
afterEach(async () => {
  await pty?.dispose();
  pty = null;
});
afterAll(() => {
  person.remove();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
/** A log in a folder of its own, with one error in it. */
function log(text = line('the first fault')): string {
  files += 1;
  const own = join(folder, String(files));
  mkdirSync(own);
  writeFileSync(join(own, 'api.log'), text);
  return join(own, 'api.log');
}

function line(message: string): string {
  return `${new Date().toISOString()} ERROR ${message}\n`;
}

async function watch(file: string): Promise<Pty> {
  const args = ['--logs', join(file, '..', '*.log'), '--view', 'errors'];
  pty = await startMonitor({ person, args, columns: 120, rows: 30 });
  return pty;
}

/** What came after a fault must be read once and once only. */
async function sees(shown: Pty, message: string): Promise<void> {
  await shown.waitFor((screen) => screenOf(screen).includes(message), { what: `"${message}" among the errors` });
}

test.each([
  ['renamed and made anew', (file: string) => (renameSync(file, `${file}.1`), writeFileSync(file, ''))],
  ['cut to nothing', (file: string) => truncateSync(file, 0)],
  ['deleted and made anew', (file: string) => (unlinkSync(file), writeFileSync(file, ''))],
  ['a folder for a moment', (file: string) => (unlinkSync(file), mkdirSync(file), rmSync(file, { recursive: true }))],
  ['a named pipe for a moment', (file: string) => (unlinkSync(file), execFileSync('mkfifo', [file]), unlinkSync(file))],
])('a log that was %s is read on', async (_, fault) => {
  const file = log();
  const shown = await watch(file);
  await sees(shown, 'the first fault');
  fault(file);
  appendFileSync(file, line('a later trouble'));
  await sees(shown, 'a later trouble');
});

test('a named pipe in the place of a log is never opened for reading: nothing hangs', async () => {
  const file = log();
  unlinkSync(file);
  execFileSync('mkfifo', [file]);
  const neighbour = join(file, '..', 'other.log');
  writeFileSync(neighbour, line('the neighbour speaks'));
  const shown = await watch(file);
  await sees(shown, 'the neighbour speaks');
  shown.press('?');
  await shown.waitFor(/One row down/, { timeoutMs: 2_000 });
});

test('bytes of every kind in a log reach no terminal, and the error after them is read', async () => {
  const noise = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 7919) % 256));
  const file = log();
  writeFileSync(
    file,
    Buffer.concat([
      noise,
      Buffer.from('\n\u001b]0;stolen\u0007\u009b31m\u202e\n'),
      Buffer.from(line('after the noise')),
    ]),
  );
  const shown = await watch(file);
  await sees(shown, 'after the noise');
  expect(shown.title()).not.toContain('stolen');
  expect(shown.transcript()).not.toContain('\u202e');
});

test('a flood of a hundred thousand lines a second: keys answer, and what is dropped is counted on the screen', async () => {
  const file = log();
  const shown = await watch(file);
  await sees(shown, 'the first fault');
  const piece = Array.from({ length: 20_000 }, (_, i) => line(`flooded by ${i}`)).join('');
  for (let i = 0; i < 10; i += 1) {
    appendFileSync(file, piece);
    shown.press('j');
  }
  shown.press('?');
  await shown.waitFor(/One row down/, { timeoutMs: 3_000, what: 'the help under the flood' });
  shown.press('\u001b');
  await shown.waitFor(/passed over|not looked into/, { what: 'what was dropped to be counted' });
  // While the flood is still being judged this may be dropped like the rest of it, and is counted then.
  const speaking = setInterval(() => appendFileSync(file, line('the end of it')), 500);
  try {
    await sees(shown, 'the end of it');
  } finally {
    clearInterval(speaking);
  }
});

test.skipIf(noSmallDisk !== '')(
  `a disk that is full, with the log on it and the state folder (${noSmallDisk || 'mounted'})`,
  async () => {
    const disk = mountSmallDisk(join(folder, 'disk'), '64k');
    try {
      const file = join(disk.folder, 'api.log');
      writeFileSync(file, line('the disk is full'));
      disk.fill();
      const before = readFileSync(file);
      const full: Person = { ...person, env: { ...person.env, XDG_STATE_HOME: disk.folder } };
      pty = await startMonitor({ person: full, args: ['--logs', file, '--view', 'errors'], columns: 120, rows: 30 });
      await sees(pty, 'the disk is full');
      expect(readFileSync(file)).toEqual(before);
      pty.press('q');
      pty.press('q');
      expect((await pty.exit).code).toBe(0);
      expect(existsSync(file)).toBe(true);
    } finally {
      await pty?.dispose();
      disk.remove();
    }
  },
);
