import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openPostgres } from '../../../src/sources/postgres/client.ts';
import { parseDatabaseUrl } from '../../../src/sources/postgres/dsn.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** Something that listens and answers a connection's first bytes as told; gives its URL and what it was sent. */
async function listening(answer: (first: Buffer, socket: Socket) => void): Promise<{ url: string; got: Buffer[] }> {
  const got: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      got.push(chunk);
      answer(chunk, socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `postgresql://bot:pw@127.0.0.1:${(server.address() as AddressInfo).port}/chatai`, got };
}

const isSslRequest = (bytes: Buffer): boolean => bytes.length === 8 && bytes.readInt32BE(4) === 80_877_103;

function refusal(state: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const open = (url: string) =>
  openPostgres(parseDatabaseUrl(url, {}, 'ops'), { applicationName: 'botop', timeoutMs: 400 });

test('by sslmode=prefer a server without TLS is spoken to in plain, and its own refusal is what is told', async () => {
  const { url, got } = await listening((first, socket) => {
    if (isSslRequest(first)) socket.write('N');
    else socket.end(refusal('28P01', 'password authentication failed for user "bot"'));
  });
  await expect(open(url)).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('password of role bot is wrong'),
  });
  expect(got.map(isSslRequest)).toEqual([true, false]);
});

test('by sslmode=require nothing is said in plain', async () => {
  const { url, got } = await listening((_, socket) => socket.write('N'));
  await expect(open(`${url}?sslmode=require`)).rejects.toMatchObject({
    message: expect.stringContaining('offers no TLS'),
  });
  expect(got.map(isSslRequest)).toEqual([true]);
});

test('only application_name joins the login: no option of the environment becomes a setting of the session', async () => {
  process.env['PGOPTIONS'] = '-c statement_timeout=1';
  try {
    const { url, got } = await listening((_, socket) =>
      socket.end(refusal('57P03', 'the database system is starting up')),
    );
    await expect(open(`${url}?sslmode=disable`)).rejects.toMatchObject({ code: 'refused' });
    const words = (got[0] as Buffer).subarray(8).toString().split('\0').filter(Boolean);
    expect(words).toEqual([
      'user',
      'bot',
      'database',
      'chatai',
      'application_name',
      'botop',
      'client_encoding',
      'UTF8',
    ]);
  } finally {
    delete process.env['PGOPTIONS'];
  }
});

test('who accepts and says nothing is frozen, and the wait is over in time', async () => {
  const { url } = await listening(() => {});
  const from = performance.now();
  await expect(open(url)).rejects.toMatchObject({
    code: 'frozen',
    message: expect.stringContaining('does not answer within 0.4 s'),
  });
  expect(performance.now() - from).toBeLessThan(10_000);
});

test('what is no PostgreSQL is told apart', async () => {
  const { url } = await listening((_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await expect(open(url)).rejects.toMatchObject({ code: 'protocol' });
});
