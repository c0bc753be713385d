import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, relayCalls } from '../../bench/relay.ts';
import { createPm2Client, type Pm2Client } from '../../src/sources/pm2/client.ts';
import { type FakeDaemon, fakeDaemon } from '../helpers/fake-pm2.ts';

let home: string;
let daemon: FakeDaemon;
let relay: Relay | null = null;
let client: Pm2Client;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'botop-relay-'));
  daemon = await fakeDaemon(home, (call) => call.reply({ args: [[call.method]] }));
  client = createPm2Client(home);
});

afterEach(async () => {
  client.close();
  await relay?.close();
  relay = null;
  await daemon.close();
  rmSync(home, { recursive: true });
});

const ask = (method: string) => client.call(method, [{}], { timeoutMs: 5_000 });

test('calls pass through with their answers, and are counted in their order', async () => {
  relay = await relayCalls(home);
  expect(await ask('getMonitorData')).toEqual(['getMonitorData']);
  await ask('ping');
  await ask('getMonitorData');
  expect(relay.calls()).toEqual(['getMonitorData', 'ping', 'getMonitorData']);
  expect(relay.calls(1234)).toEqual([]);
  expect(daemon.calls).toHaveLength(3);
});

test('the daemon has its place back afterwards', async () => {
  const before = readdirSync(home);
  relay = await relayCalls(home);
  await relay.close();
  relay = null;
  expect(readdirSync(home)).toEqual(before);
  expect(await ask('ping')).toEqual(['ping']);
});
