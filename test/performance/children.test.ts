import { afterEach, expect, test } from 'vitest';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { descendants, processRow } from '../helpers/tree.ts';

let pm2: Pm2Daemon | null = null;
let person: Person | null = null;
let pty: Pty | null = null;

afterEach(async () => {
  await pty?.dispose();
  person?.remove();
  await pm2?.remove();
});

test('a running monitor starts no child', async () => {
  pm2 = await startPm2();
  await pm2.start({ name: 'quiet-bot', code: 'setInterval(() => console.log(1), 500)' });
  person = createPerson({ PM2_HOME: pm2.home });
  pty = await startMonitor({ person });
  await pty.waitFor(/quiet-bot/);
  const seen = new Set<number>();
  const times = new Set<string>();
  await pty.waitFor(
    (shown) => {
      for (const pid of descendants(shown.pid)) seen.add(pid);
      const [time] = /\d\d:\d\d:\d\d/.exec(shown.line(0)) ?? [];
      if (time) times.add(time);
      return times.size >= 6;
    },
    { what: 'six beats', timeoutMs: 15_000 },
  );
  expect([...seen]).toEqual([]);
  expect(processRow(pty.pid)?.reapedTicks).toBe(0);
});
