import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Call, type FakeDaemon, fakeDaemon } from '../helpers/fake-pm2.ts';
import { createPerson, type Person, startMonitor } from '../helpers/monitor.ts';
import type { Pty } from '../helpers/pty.ts';

let home: string;
let person: Person;
let daemon: FakeDaemon | null = null;
let pty: Pty | null = null;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'botop-wire-')));
  person = createPerson({ PM2_HOME: home });
});

afterEach(async () => {
  await pty?.dispose();
  await daemon?.close();
  person.remove();
  rmSync(home, { recursive: true, force: true });
});

const BOT = { pm_id: 0, name: 'weather-bot', pid: 1, monit: {}, pm2_env: { status: 'online', pm_uptime: Date.now() } };
/** Whether the list is answered as PM2 does; the ping always is. */
let answers: (call: Call) => void;

async function monitor(): Promise<Pty> {
  daemon = await fakeDaemon(home, (call) => {
    if (call.method === 'getMonitorData') answers(call);
    else call.reply({ args: [{ msg: 'pong', pid: process.pid }] });
  });
  pty = await startMonitor({ person, columns: 100, rows: 30 });
  return pty;
}

const listOf = (call: Call): void => call.reply({ args: [[BOT]] });

/** Keys must live whatever the daemon does. */
async function keysLive(shown: Pty): Promise<void> {
  shown.press('?');
  await shown.waitFor(/One row down/, { timeoutMs: 2_000 });
  shown.press('\u001b');
  await shown.waitFor((screen) => !/One row down/.test(screen.text().join('\n')));
}

test.each([
  ['an answer that is no frame', (call: Call) => call.socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
  ['a frame that announces 64 MiB and a byte', (call: Call) => call.socket.write(Buffer.from([0x11, 4, 0, 0, 1]))],
  [
    'a list with broken JSON',
    (call: Call) => call.socket.write(Buffer.from([0x11, 0, 0, 0, 4, 0x6a, 0x3a, 0x7b, 0x22])),
  ],
  ['a list that is no list', (call: Call) => call.reply({ args: [{ not: 'a list' }] })],
])('%s is named, keys live, and the first good list mends it', async (_, broken) => {
  answers = broken;
  const shown = await monitor();
  await shown.waitFor(/pm2 (down|stale)/, { what: 'the daemon to be named as one that cannot be read' });
  expect(shown.text().join('\n')).not.toMatch(/weather-bot\s+ok/);
  await keysLive(shown);
  answers = listOf;
  await shown.waitFor(/weather-bot\s+ok/, { what: 'the bot, once the list is good' });
});

test('a home that is deleted under the monitor is said to be gone, with the last values kept as stale', async () => {
  answers = listOf;
  const shown = await monitor();
  await shown.waitFor(/weather-bot\s+ok/);
  await daemon?.close();
  daemon = null;
  rmSync(home, { recursive: true });
  await shown.waitFor(/weather-bot\s+stale/, { what: 'the bots to be stale' });
  expect(shown.text().join('\n')).toMatch(/not seen for/);
  await keysLive(shown);
});
