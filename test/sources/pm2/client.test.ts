import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainConnectError } from '../../../src/sources/pm2/access.ts';
import { createPm2Client, type Pm2Client } from '../../../src/sources/pm2/client.ts';
import { type Call, type FakeDaemon, fakeDaemon } from '../../helpers/fake-pm2.ts';
import { until } from '../../helpers/pm2-daemon.ts';

let home: string;
let daemon: FakeDaemon | null = null;
let client: Pm2Client;

async function serve(onCall: (call: Call) => void): Promise<void> {
  daemon = await fakeDaemon(home, onCall);
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'botop-rpc-'));
  client = createPm2Client(home);
});

afterEach(async () => {
  client.close();
  await daemon?.close();
  daemon = null;
  rmSync(home, { recursive: true });
});

test('calls run side by side over one connection and each gets its own answer', async () => {
  await serve(() => {
    if (daemon?.calls.length === 3)
      for (const waiting of [...daemon.calls].reverse()) waiting.reply({ args: [`${waiting.method}!`] });
  });
  const answers = await Promise.all(['a', 'b', 'c'].map((method) => client.call(method, [{ x: 1 }])));
  expect(answers).toEqual(['a!', 'b!', 'c!']);
  expect(daemon?.sockets.size).toBe(1);
  expect(daemon?.calls[0]?.args).toEqual([{ x: 1 }]);
});

test("PM2's own error arrives as a failure without control characters and secrets", async () => {
  await serve((call) =>
    call.reply({ error: 'no \x1b[31mprocess\x07 for postgres://u:hunter2hunter2@h/d', stack: 'at x' }),
  );
  const error = await client.call('restartProcessId', [{ id: 9 }]).then(
    () => new Error('it was answered'),
    (thrown: Error) => thrown,
  );
  expect(error).toMatchObject({ name: 'SourceError', code: 'failed' });
  expect(error.message).toContain('process');
  expect(error.message).not.toMatch(/hunter2|[\x00-\x1f]/);
});

test('a daemon that accepts and does not answer is frozen; a slow action only timed out', async () => {
  await serve(() => {});
  await expect(client.call('ping', [{}], { timeoutMs: 1_000 })).rejects.toMatchObject({
    code: 'frozen',
    message: 'frozen: no answer for 1 s',
    hint: expect.stringContaining('kill -CONT'),
  });
  await expect(client.call('restartProcessId', [{}], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' });
});

test('an answer that comes too late is dropped and the next call gets its own', async () => {
  await serve((call) => {
    if (call.method !== 'late') {
      daemon?.calls.find(({ method }) => method === 'late')?.reply({ args: ['late'] });
      call.reply({ args: ['now'] });
    }
  });
  await expect(client.call('late', [], { timeoutMs: 300 })).rejects.toMatchObject({ code: 'timeout' });
  expect(await client.call('next', [])).toBe('now');
});

test('a call can be cancelled', async () => {
  await serve(() => {});
  const controller = new AbortController();
  const answer = client.call('ping', [], { signal: controller.signal });
  controller.abort();
  await expect(answer).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('cancelled') });
  await expect(client.call('ping', [], { signal: controller.signal })).rejects.toMatchObject({ code: 'timeout' });
});

test('a connection that is lost rejects what waits, is told at once, and the next call connects again', async () => {
  let lost = 0;
  let connected = 0;
  client.close();
  client = createPm2Client(home, { onLost: () => (lost += 1), onConnect: () => (connected += 1) });
  await serve((call) => (call.method === 'die' ? call.socket.destroy() : call.reply({ args: [1] })));
  await expect(client.call('die', [])).rejects.toMatchObject({ code: 'refused' });
  expect(lost).toBe(1);
  expect(await client.call('ping', [])).toBe(1);
  expect(connected).toBe(2);
});

test('a frame over the limit, and bytes of another protocol, close the connection', async () => {
  client.close();
  client = createPm2Client(home, { maxFrameBytes: 1_000 });
  await serve((call) =>
    call.method === 'big' ? call.reply({ args: ['x'.repeat(2_000)] }) : call.socket.write('HTTP/1.1 400 Bad Request'),
  );
  for (const method of ['big', 'http']) {
    await expect(client.call(method, [])).rejects.toMatchObject({ code: 'protocol' });
    await until('the connection is closed', () =>
      [...(daemon?.sockets ?? [])].every((socket) => socket.destroyed || socket.readableEnded),
    );
  }
});

test('an answer without a result is a protocol error', async () => {
  await serve((call) => call.reply(call.method === 'none' ? {} : 7));
  await expect(client.call('none', [])).rejects.toMatchObject({ code: 'protocol' });
  await expect(client.call('number', [])).rejects.toMatchObject({ code: 'protocol' });
});

test('no socket, or no home at all, is absent', async () => {
  await expect(client.call('ping', [])).rejects.toMatchObject({ code: 'absent' });
  const nowhere = createPm2Client(join(home, 'nowhere'));
  await expect(nowhere.call('ping', [])).rejects.toMatchObject({
    code: 'absent',
    message: `no such folder: ${join(home, 'nowhere')}`,
  });
});

test('a socket that a dead daemon left behind is refused, with what to do', async () => {
  const path = join(home, 'rpc.sock');
  const script = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
  spawnSync(process.execPath, ['-e', script, path]);
  expect(lstatSync(path).isSocket()).toBe(true);
  await expect(client.call('ping', [])).rejects.toMatchObject({
    code: 'refused',
    message: 'dead: its socket refuses',
    hint: expect.stringContaining('pm2 resurrect'),
  });
});

test("another user's socket is denied, with the owner's name", async () => {
  writeFileSync(join(home, 'rpc.sock'), '');
  const error = await explainConnectError(
    home,
    join(home, 'rpc.sock'),
    Object.assign(new Error('x'), { code: 'EACCES' }),
  );
  expect(error).toMatchObject({
    code: 'denied',
    message: expect.stringMatching(/^denied: belongs to \S+$/),
    hint: expect.stringMatching(/sudo -u \S+ botop --pm2-home/),
  });
});

test('a file in the place of the socket is not spoken to', async () => {
  writeFileSync(join(home, 'rpc.sock'), '');
  await expect(client.call('ping', [])).rejects.toMatchObject({ code: 'protocol' });
});

test.skipIf(process.getuid?.() !== 0)('a socket that somebody else put into our home is denied', async () => {
  await serve((call) => call.reply({ args: [1] }));
  chownSync(join(home, 'rpc.sock'), 54_321, 54_321);
  await expect(client.call('ping', [])).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('uid 54321'),
  });
  chownSync(home, 54_321, 54_321);
  expect(await client.call('ping', [])).toBe(1);
});

test.skipIf(process.getuid?.() !== 0)("a link that somebody else made to another's socket is denied", async () => {
  await serve((call) => call.reply({ args: [1] }));
  const trap = join(home, 'trap');
  mkdirSync(trap);
  chmodSync(trap, 0o755);
  symlinkSync(join(home, 'rpc.sock'), join(trap, 'rpc.sock'));
  const trapped = createPm2Client(trap);
  expect(await trapped.call('ping', [])).toBe(1);
  trapped.close();
  lchownSync(join(trap, 'rpc.sock'), 54_321, 54_321);
  const denied = createPm2Client(trap);
  await expect(denied.call('ping', [])).rejects.toMatchObject({ code: 'denied' });
  denied.close();
});

test('a closed client answers nothing and opens nothing', async () => {
  await serve(() => {});
  const waiting = client.call('ping', []);
  client.close();
  await expect(waiting).rejects.toMatchObject({ code: 'failed' });
  await expect(client.call('ping', [])).rejects.toMatchObject({ code: 'failed' });
});
