/** Two homes on one screen: a bot with many old restarts beside one that flaps, what is frozen, and many bots at once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, promptTakesKeys, screenOf, startMonitor, typeInto } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';

const IDLE = 'setInterval(() => {}, 1000)';
const CRASHING = 'setTimeout(() => process.exit(3), 1200)';
const OLD_RESTARTS = 500;
const MANY = 60;

let few: Pm2Daemon;
let many: Pm2Daemon;
let person: Person;
const keep = keepTerminals();

beforeAll(async () => {
  [few, many] = await Promise.all([startPm2(), startPm2()]);
  await few.start({ name: 'old-hand', code: IDLE }, { name: 'flapper', code: CRASHING }, { name: 'iced', code: IDLE });
  // As a bot has them that was restarted for years and is stopped when the machine goes down: PM2 keeps the count.
  await few.cli('stop', 'old-hand');
  await few.cli('save');
  const dump = join(few.home, 'dump.pm2');
  const saved = JSON.parse(readFileSync(dump, 'utf8')) as { name: string; restart_time: number }[];
  for (const entry of saved) if (entry.name === 'old-hand') entry.restart_time = OLD_RESTARTS;
  writeFileSync(dump, JSON.stringify(saved));
  await few.cli('delete', 'old-hand');
  await few.cli('resurrect');
  await few.cli('start', 'old-hand');
  await many.start(
    ...Array.from({ length: MANY }, (_, id) => ({
      name: `poller-${String(id).padStart(3, '0')}`,
      code: '',
      script: '/bin/sleep',
      interpreter: 'none',
      args: ['3600'],
      namespace: ['tg', 'wa'][id % 2],
    })),
  );
  person = createPerson();
});

afterAll(async () => {
  person?.remove();
  await Promise.all([few?.remove(), many?.remove()]);
});

async function monitor(homes: readonly Pm2Daemon[]): Promise<Pty> {
  const args = [...homes.flatMap(({ home }) => ['--pm2-home', home]), '--view', 'bots'];
  const pty = await startMonitor({ person, args, columns: 160, rows: 60 });
  keep(pty);
  return pty;
}

const rowOf = (pty: Pty, name: string): string => pty.text().find((line) => line.includes(` ${name} `)) ?? '';

const pidsOf = async (daemon: Pm2Daemon): Promise<ReadonlyMap<string, number>> =>
  new Map((await daemon.jlist()).map((entry): [string, number] => [entry['name'], entry['pid']]));

test('of 60 bots the 30 of a namespace are filtered, selected and restarted ten at a time, and no other', async () => {
  const pty = await monitor([many]);
  await pty.waitFor(/60 of 60 running/, { timeoutMs: 20_000 });
  const before = await pidsOf(many);
  pty.press('&');
  pty.press('ns=wa');
  pty.press('\r');
  await pty.waitFor(/Bots · 30 of 60/);
  pty.press('*');
  await pty.waitFor(/30 selected/);
  // Another order leaves the selection as it is.
  pty.press('O');
  await pty.waitFor((shown) => /STATE▴/.test(screenOf(shown)) && /30 selected/.test(screenOf(shown)));
  pty.press('R');
  await pty.waitFor(/how many at a time/);
  pty.press('10, 1 s\r');
  await pty.waitFor(/Restart 30 bots, 10 at a time\?/);
  await promptTakesKeys(pty, 'to confirm');
  await typeInto(pty, '30');
  pty.press('\r');
  await pty.waitFor(/rolling restart \d+\/30 · ETA/);
  await pty.waitFor(/30 of 30 done/, { timeoutMs: 60_000, what: 'all 30 to be done' });
  const after = await pidsOf(many);
  const restarted = [...after].filter(([name, pid]) => before.get(name) !== pid).map(([name]) => name);
  expect(restarted).toHaveLength(30);
  expect(restarted.every((name) => Number(name.slice(-3)) % 2 === 1)).toBe(true);
});

test('500 old restarts are ok beside FLAPPING and FROZEN, in one frame, and a frozen daemon costs only its own bots', async () => {
  const pty = await monitor([few, many]);
  await pty.waitFor((shown) => /\bok\b/.test(rowOf(shown, 'iced')), { what: 'iced to be ok', timeoutMs: 20_000 });
  process.kill((await pidsOf(few)).get('iced') as number, 'SIGSTOP');
  const daemonPid = many.pid();
  many.signal('SIGSTOP');
  await pty.waitFor(
    (shown) =>
      new RegExp(`\\bok\\b.* ${OLD_RESTARTS} `).test(rowOf(shown, 'old-hand')) &&
      /FLAPPING .*exit 3/.test(rowOf(shown, 'flapper')) &&
      /FROZEN .*SIGSTOP/.test(rowOf(shown, 'iced')) &&
      new RegExp(`stopped by a signal: pid ${daemonPid} · kill -CONT ${daemonPid} wakes it`).test(screenOf(shown)) &&
      / stale .*was ok/.test(rowOf(shown, 'poller-000')),
    { timeoutMs: 40_000, what: 'all of it in one frame' },
  );
  many.signal('SIGCONT');
  await pty.waitFor((shown) => /\bok\b/.test(rowOf(shown, 'poller-000')), {
    what: 'it to be read again',
    timeoutMs: 20_000,
  });
  process.kill((await pidsOf(few)).get('iced') as number, 'SIGCONT');
  await pty.waitFor((shown) => /\bok\b/.test(rowOf(shown, 'iced')), { what: 'iced to go on' });
});
