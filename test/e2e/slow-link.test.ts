import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { waitGone, waitUntil } from '../helpers/tree.ts';

let pm2: Pm2Daemon;
let person: Person;
let pty: Pty | null = null;

beforeAll(async () => {
  pm2 = await startPm2();
  for (const name of ['alpha-bot', 'beta-bot', 'gamma-bot']) {
    await pm2.start({ name, code: 'setInterval(() => console.log("line", Date.now()), 200)' });
  }
  person = createPerson({ PM2_HOME: pm2.home });
});
afterAll(async () => {
  person?.remove();
  await pm2?.remove();
});
afterEach(async () => {
  await pty?.dispose();
  pty = null;
});

const cursorRow = (shown: Pty): number => shown.text().findIndex((line) => line.includes('▸'));

/** Until the line has carried nothing for a while: what was under way before a key has come. */
async function quiet(shown: Pty): Promise<void> {
  await waitUntil(() => performance.now() - shown.lastByteAt > 500, 'the line to be quiet', 15_000);
}

/** From a key to its whole answer on the terminal no more passes than a frame of data that is under way takes. */
async function isAnsweredSoon(shown: Pty, key: string, isAnswered: (shown: Pty) => boolean): Promise<void> {
  shown.press(key);
  await shown.waitFor(isAnswered, { what: `the answer to ${key}`, timeoutMs: 3_000 });
}

/** All that is shown but the header, whose clock goes on in a pause too. */
const below = (shown: Pty): string => shown.text().slice(1).join('\n');

test('over 9,600 baud a key is answered before what had changed meanwhile, and the picture in the end is right', async () => {
  pty = await startMonitor({
    person,
    args: ['--interval', '250'],
    columns: 80,
    rows: 24,
    link: { bytesPerSecond: 960 },
  });
  await pty.waitFor(/gamma-bot/);
  for (let i = 0; i < 2; i++) {
    const from = cursorRow(pty);
    await isAnsweredSoon(pty, 'j', (shown) => cursorRow(shown) === from + 1);
  }
  // Pressed at once, all are taken, and what is shown is where they lead.
  pty.press('g');
  pty.press('j');
  pty.press('k');
  await pty.waitFor((shown) => /▸alpha-bot/.test(shown.text().join('\n')), { what: 'the cursor on top' });
  // Held, so that every figure must come back as it was.
  pty.press('p');
  // A frame that counts the pause's seconds has brought all that it holds, also where the program hardly gets to run.
  await pty.waitFor((shown) => /PAUSED (?:[2-9]|\d\d)s/.test(shown.line(0)), { what: 'the pause' });
  await quiet(pty);
  const before = below(pty);
  pty.press('\f');
  const { bytesWritten } = pty;
  await pty.waitFor((shown) => shown.bytesWritten > bytesWritten + 1_000 && below(shown) === before, {
    what: 'the same picture painted anew',
    timeoutMs: 15_000,
  });
});

test('with 300 ms of latency a key is answered in little more than that', async () => {
  pty = await startMonitor({ person, columns: 120, rows: 40, link: { latencyMs: 300 } });
  await pty.waitFor(/gamma-bot/);
  for (let i = 0; i < 2; i++) {
    const from = cursorRow(pty);
    await isAnsweredSoon(pty, 'j', (shown) => cursorRow(shown) === from + 1);
  }
  await isAnsweredSoon(pty, '?', (shown) => /Esc closes/.test(shown.text().join('\n')));
});

/** What the kernel counts of a process's reading and writing. */
const counted = (pid: number, what: 'syscr' | 'wchar'): number =>
  Number(new RegExp(`^${what}: (\\d+)$`, 'm').exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1]);

test('with --low-bandwidth there are no graphs, new figures every three seconds, and keys at once', async () => {
  pty = await startMonitor({ person, args: ['--low-bandwidth'] });
  await pty.waitFor(/gamma-bot/);
  // The first readings are shown as they come.
  const settledAt = performance.now() + 3_000;
  const seconds: number[] = [];
  await pty.waitFor(
    (shown) => {
      const [, minute, second] = /\d\d:(\d\d):(\d\d)/.exec(shown.line(0)) ?? [];
      const at = Number(minute) * 60 + Number(second);
      if (performance.now() > settledAt && at !== seconds.at(-1)) seconds.push(at);
      return seconds.length >= 3;
    },
    { what: 'three times of the clock', timeoutMs: 30_000 },
  );
  // The first stood there before.
  const [, from = 0, to = 0] = seconds;
  expect((to - from + 3_600) % 3_600).toBeGreaterThanOrEqual(2);
  const row = cursorRow(pty);
  await isAnsweredSoon(pty, 'j', (shown) => cursorRow(shown) === row + 1);
  await isAnsweredSoon(pty, '?', (shown) => /\dk?B\/s to this terminal/.test(shown.text().join('\n')));
  await isAnsweredSoon(pty, '?', (shown) => !/Esc closes/.test(shown.text().join('\n')));
  await isAnsweredSoon(pty, '4', (shown) => /no graph over a slow line/.test(shown.text().join('\n')));
});

test('a terminal that takes nothing any more does not stop the program: it goes on, and ends when it is told to', async () => {
  pty = await startMonitor({ person, columns: 200, rows: 60, isSilent: true });
  await pty.waitFor(/gamma-bot/);
  pty.stall();
  const { pid } = pty;
  const written = () => counted(pid, 'wchar');
  // Each size has the whole picture painted, until no more of it fits between program and terminal.
  let isFull = false;
  for (let i = 0; i < 300 && !isFull; i++) {
    const before = written();
    pty.resize(200 - (i % 3), 60 - (i % 2));
    isFull = await waitUntil(() => written() > before + 1_000, 'written', 2_500).then(
      () => false,
      () => true,
    );
  }
  expect(isFull).toBe(true);
  // Nobody sees what is read: it is read five times more seldom.
  let [reads, readAt] = [0, performance.now()];
  await waitUntil(
    () => {
      const now = counted(pid, 'syscr');
      if (now !== reads) [reads, readAt] = [now, performance.now()];
      return performance.now() - readAt > 3_000;
    },
    'three seconds in which nothing is read',
    60_000,
  );
  pty.kill('SIGTERM');
  await waitGone([pty.pid], 2_000);
});
