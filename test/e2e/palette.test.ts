import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2, until } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';

const STEADY = 'setInterval(() => {}, 1000)';

let pm2: Pm2Daemon;
let person: Person;
const keep = keepTerminals();

beforeAll(async () => {
  pm2 = await startPm2();
  await pm2.start(...['one', 'two', 'three'].map((name) => ({ name: `${name}-bot`, code: STEADY })), {
    name: 'catching-bot',
    code: "process.on('SIGHUP', () => console.log('got SIGHUP')); setInterval(() => {}, 1000)",
  });
  person = createPerson({ PM2_HOME: pm2.home });
});

afterAll(async () => {
  person?.remove();
  await pm2?.remove();
});

async function monitor(columns = 120): Promise<Pty> {
  const pty = await startMonitor({ person, columns, rows: 40 });
  keep(pty);
  await pty.waitFor(/two-bot/);
  return pty;
}

/** The prompt takes keys: its default is inverse then. */
const armed = (pty: Pty): Promise<void> =>
  pty.waitFor(
    (shown) => {
      const y = shown.text().findIndex((line) => line.includes('Esc cancel'));
      return y >= 0 && shown.cell(shown.line(y).indexOf('Esc cancel'), y).inverse;
    },
    { what: 'the armed prompt' },
  );

/** Each letter a report of its own, as from fingers: what arrives whole counts as pasted. */
async function typeSlowly(pty: Pty, text: string): Promise<void> {
  let typed = '';
  for (const letter of text) {
    pty.press(letter);
    typed += letter;
    await pty.waitFor((shown) => shown.text().some((line) => line.includes(`> ${typed}▢`)), { what: `> ${typed}` });
  }
}

const audited = (): Record<string, any>[] => {
  const path = join(person.home, 'state/botop/audit.ndjson');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

const pids = async (): Promise<number[]> =>
  (await pm2.jlist()).filter(({ name }) => name !== 'catching-bot').map(({ pid }) => pid as number);

test('an action without a key is found by its name, told its argument, and done', async () => {
  const pty = await monitor();
  pty.press('/catching\r');
  await pty.waitFor((shown) => shown.text().some((line) => /▸.*catching-bot/.test(line)), { what: 'the cursor on it' });
  pty.press(':');
  await pty.waitFor(/rolling restart/);
  pty.press('signal');
  await pty.waitFor((shown) => !/rolling restart/.test(shown.text().join('\n')), { what: 'only what matches' });
  pty.press('\r');
  await pty.waitFor(/which signal/);
  pty.press('hup\r');
  await pty.waitFor(/Send SIGHUP to catching-bot\?/);
  await armed(pty);
  await typeSlowly(pty, 'catching-bot');
  pty.press('\r');
  await pty.waitFor(/runs on.*OK/);
  const entry = (await pm2.jlist()).find(({ name }) => name === 'catching-bot');
  await until('the bot has it', () => readFileSync(entry?.['pm2_env'].pm_out_log_path, 'utf8').includes('got SIGHUP'));
  expect(audited().at(-1)).toMatchObject({ action: 'signal', result: 'done', risk: 'R2' });
});

test('a rolling restart waits at p, goes on, and ends at x; q asks before it leaves', async () => {
  const pty = await monitor(160);
  const before = await pids();
  pty.press('/-bot\r');
  pty.press('*');
  await pty.waitFor(/4 selected/);
  pty.press('R');
  await pty.waitFor(/how many at a time/);
  pty.press('1, 2 s\r');
  await armed(pty);
  await typeSlowly(pty, '4');
  pty.press('\r');
  await pty.waitFor(/p pauses/);
  pty.press('p');
  // After which of them depends on who runs faster, the test or the bots.
  await pty.waitFor(/[1-3]\/4.*PAUSED/);
  pty.press('q');
  await pty.waitFor(/under way/);
  pty.press('p');
  await pty.waitFor(/[1-3]\/4.*p pauses/);
  pty.press('x');
  await pty.waitFor(/[1-3]\/4 +ended with x · not begun:/);
  const after = await pids();
  expect(after.filter((pid, index) => pid !== before[index]).length).toBeGreaterThanOrEqual(1);
  expect(audited().at(-1)).toMatchObject({ action: 'rolling restart', result: 'stopped' });
});
