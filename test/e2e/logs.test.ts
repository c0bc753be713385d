import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';

const TALKING = `let n = 0; setInterval(() => console.log(new Date().toISOString() + ' INFO sunny ' + (n += 1)), 300)`;
const FAILING = `let n = 0; setInterval(() => console.error(new Date().toISOString() + ' ERROR no answer ' + (n += 1) + '\\n    at ask (bot.js:7)'), 700)`;

let pm2: Pm2Daemon;
let person: Person;
let pty: Pty | null = null;

beforeAll(async () => {
  pm2 = await startPm2();
  await pm2.start({ name: 'weather-bot', code: TALKING }, { name: 'help-bot', code: FAILING });
  person = createPerson({ PM2_HOME: pm2.home });
});
afterEach(async () => {
  await pty?.dispose();
  pty = null;
});
afterAll(async () => {
  person?.remove();
  await pm2?.remove();
});

test.each([
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
])('at %ix%i the logs of all bots run as one, hold still, go from error to error and open one', async (columns, rows) => {
  pty = await startMonitor({ person, args: ['--view', 'logs'], columns, rows });
  await pty.waitFor(/sunny/);
  await pty.waitFor(/ERROR no answer/);
  expect(pty.text().join('\n')).toContain('live');
  pty.press('e');
  await pty.waitFor(/▸.*ERROR no/, { what: 'the cursor on an error' });
  expect(pty.text().join('\n')).not.toContain(' live ');
  pty.press('\r');
  await pty.waitFor(/Event · help-bot/);
  await pty.waitFor(/at ask \(bot\.js:7\)/);
  pty.press('\u001b');
  await pty.waitFor((shown) => !shown.text().join('\n').includes('Event ·'), { what: 'the event to be closed' });
  // After a lone Esc the rest of a torn sequence is waited for.
  await pty.waitFor(/▸/);
});

test('a filter, a bot alone, the list of files, and the way home', async () => {
  pty = await startMonitor({ person, args: [] });
  await pty.waitFor(/weather-bot/);
  pty.press('9');
  await pty.waitFor(/Logs · all/);
  await pty.waitFor(/sunny/);
  pty.press('&');
  await pty.waitFor(/level>=warn bot=api/);
  pty.press('bot=help level>=error\r');
  await pty.waitFor(/&bot=help level>=error/);
  await pty.waitFor((shown) => !/sunny/.test(shown.text().join('\n')), { what: 'only errors to be left' });
  pty.press('m');
  await pty.waitFor(/Logs · help-bot/);
  pty.press('f');
  await pty.waitFor(/Log files/);
  await pty.waitFor(/disk full in/);
  pty.press('1');
  await pty.waitFor((shown) => /help-bot/.test(shown.text().join('\n')) && !/Log files/.test(shown.text().join('\n')), {
    what: 'home',
  });
});

test('keeping the end of logs is asked for a number of MB in the palette; of short logs it is refused, and audited', async () => {
  pty = await startMonitor({ person, args: [], columns: 120, rows: 40 });
  await pty.waitFor(/weather-bot/);
  pty.press(':');
  await pty.waitFor(/Enter picks/);
  pty.press('keep the end\r');
  await pty.waitFor(/how many MB/);
  pty.press('\r');
  // The logs of this fleet are short: it is refused, and that is audited.
  await pty.waitFor(/nothing to cut/);
  const audit = readFileSync(`${person.home}/state/botop/audit.ndjson`, 'utf8');
  expect(audit).toContain('"keep"');
});
