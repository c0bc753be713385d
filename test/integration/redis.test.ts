import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findRedis, parseRedisUrl } from '../../src/sources/redis/address.ts';
import { openRedis, type RedisConnection } from '../../src/sources/redis/client.ts';
import type { RedisSnapshot } from '../../src/sources/redis/snapshot.ts';
import { redisSource } from '../../src/sources/redis/source.ts';
import { type Reading, type Source, SourceError, systemClock, valueOf } from '../../src/sources/source.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { redisProgram, startTestRedis, type TestRedis } from '../helpers/redis-server.ts';
import { type Watching, watchSource } from '../helpers/watching.ts';

const reason = typeof redisProgram === 'string' ? `: ${redisProgram}` : '';

describe.skipIf(reason !== '')(`on a real Redis${reason}`, () => {
  let server: TestRedis;
  let outside: RedisConnection;
  const sources: Source<'redis'>[] = [];
  const watchings: Watching<'redis'>[] = [];

  beforeAll(async () => {
    server = await startTestRedis(['slowlog-log-slower-than 1000', 'enable-debug-command yes']);
    outside = await openRedis(parseRedisUrl(server.url), { timeoutMs: 5_000 });
  });
  afterEach(async () => {
    for (const watching of watchings.splice(0)) await watching.stop();
    for (const source of sources.splice(0)) await source.close();
  });
  afterAll(async () => {
    outside.close();
    await server.remove();
  });

  function sourceOf(url = server.url): Source<'redis'> {
    const source = redisSource({ found: findRedis({ url }), clock: systemClock });
    sources.push(source);
    return source;
  }

  const read = (source: Source<'redis'>): Promise<RedisSnapshot> => source.read(new AbortController().signal);
  const withLogin = (login: string): string => `unix://${login}@${server.socketPath}`;

  function watch(): Watching<'redis'> {
    const watching = watchSource(sourceOf());
    watchings.push(watching);
    return watching;
  }

  async function failure(url: string): Promise<SourceError> {
    const error = await read(sourceOf(url)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SourceError);
    return error as SourceError;
  }

  test('keys set from outside are counted exactly, by database', async () => {
    const source = sourceOf();
    expect((await read(source)).keyspaces).toEqual([]);
    await outside.call('MSET', 'a', '1', 'b', '2', 'c', '3');
    await outside.call('SET', 'd', '4', 'EX', '100');
    await outside.call('SELECT', '3');
    await outside.call('SET', 'e', '5');
    await outside.call('SELECT', '0');
    expect((await read(source)).keyspaces).toEqual([
      { index: 0, keys: 4, expires: 1 },
      { index: 3, keys: 1, expires: 0 },
    ]);
  });

  test('the share of hits is of the lookups since the reading before', async () => {
    const source = sourceOf();
    await outside.call('GET', 'a');
    expect((await read(source)).hitPercent).toBeNull();
    for (const key of ['a', 'b', 'c', 'nothing']) await outside.call('GET', key);
    expect((await read(source)).hitPercent).toBe(75);
  });

  test('limits, eviction policy and persistence are said without CONFIG', async () => {
    expect(await read(sourceOf())).toMatchObject({
      maxMemoryBytes: 24 * 1024 * 1024,
      maxMemoryPolicy: 'allkeys-lru',
      maxClients: expect.any(Number),
      role: 'master',
      isMasterLinkUp: null,
      evictedKeys: 0,
      persistence: { isLoading: false, isLastSaveOk: true, isAppendOnly: false },
    });
  });

  test('a slow command is shown by its name and key, and the data in it is not', async () => {
    await outside.call('EVAL', "for i = 1, 200000 do redis.call('PING') end return ARGV[1]", '0', 'hunter2secret');
    const { slowlog } = await read(sourceOf());
    expect(slowlog?.[0]?.command).toMatch(/^EVAL for i = 1/);
    expect(slowlog?.[0]?.tookMs).toBeGreaterThan(1);
    expect(JSON.stringify(slowlog)).not.toContain('hunter2');
  });

  test('a user that may not read the slow log has all the rest, and is told so', async () => {
    await outside.call('ACL', 'SETUSER', 'mon', 'on', '>pw', '-@all', '+info', '+ping', '+client|setname', '+hello');
    const snapshot = await read(sourceOf(withLogin('mon:pw')));
    expect(snapshot.slowlog).toBeNull();
    expect(snapshot.problems).toEqual([expect.stringMatching(/^the slow log cannot be read: this Redis user may not/)]);
    expect(snapshot.usedMemoryBytes).toBeGreaterThan(0);
  });

  test('each refusal is named as what it is, and never with the password', async () => {
    const wrong = await failure(withLogin(':open-sesame'));
    expect(wrong).toMatchObject({ code: 'denied', message: 'Redis refuses the password, or the user is disabled' });
    const none = await failure(`unix://${server.socketPath}`);
    expect(none).toMatchObject({ code: 'denied', message: 'Redis asks for a password and none is given' });
    await outside.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '-@all', '+ping');
    expect((await failure(withLogin('blind:pw'))).message).toMatch(/^this Redis user may not do that: NOPERM/);
    const closed = await failure('redis://127.0.0.1:1');
    expect(closed).toMatchObject({ code: 'refused', message: 'nothing answers at 127.0.0.1:1' });
    expect(await failure('unix:///nowhere.sock')).toMatchObject({ code: 'absent' });
    expect(`${wrong.message} ${wrong.hint}`).not.toContain('sesame');
  });

  test('connections beyond maxclients are named, and counted by who is in already', async () => {
    const source = sourceOf();
    await read(source);
    await outside.call('CONFIG', 'SET', 'maxclients', '2');
    try {
      const refused = await failure(server.url);
      expect(refused.message).toMatch(/reached maxclients/);
      expect(await read(source)).toMatchObject({ newRejectedConnections: 1, maxClients: 2 });
    } finally {
      await outside.call('CONFIG', 'SET', 'maxclients', '100');
    }
  });

  test('a password changed meanwhile is asked for when the server hangs up on us, and ours is let in again when it is back', async () => {
    const watching = watch();
    await watching.sees('a first reading', ({ state }) => state === 'fresh', 5_000);
    await outside.call('CONFIG', 'SET', 'requirepass', 'another');
    await outside.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const { reading } = await watching.sees('it is refused', ({ state }) => state === 'stale', 3_000);
    expect(reading).toMatchObject({
      error: { code: 'denied', message: 'Redis refuses the password, or the user is disabled' },
    });
    await outside.call('CONFIG', 'SET', 'requirepass', server.password);
    await watching.sees('it is let in again', ({ state }) => state === 'fresh', 5_000);
  });

  test('frozen: said within three seconds; thawed: read within five', async () => {
    const watching = watch();
    await watching.sees('a first reading', ({ state }) => state === 'fresh', 5_000);
    process.kill(server.pid as number, 'SIGSTOP');
    try {
      const { reading } = await watching.sees('it is stale', ({ state }) => state === 'stale', 3_500);
      expect(reading).toMatchObject({
        error: { code: 'frozen', message: expect.stringMatching(/^Redis has not answered for \d/) },
      });
      expect(valueOf(reading)?.role).toBe('master');
      expect(await failure(server.url)).toMatchObject({ code: 'frozen' });
    } finally {
      process.kill(server.pid as number, 'SIGCONT');
    }
    await watching.sees('it is fresh again', ({ state }) => state === 'fresh', 5_000);
  });

  test('stopped: said within three seconds with the last values kept; started again: read within five', async () => {
    const watching = watch();
    await watching.sees('a first reading', ({ state }) => state === 'fresh', 5_000);
    await server.stop();
    const isNamed = (now: Reading<RedisSnapshot>): boolean =>
      now.state === 'stale' && now.error !== null && now.error.message.startsWith('nothing answers at ');
    const { reading } = await watching.sees('it is named', isNamed, 3_000);
    expect(valueOf(reading)?.role).toBe('master');
    await server.start();
    await watching.sees('it is fresh again', ({ state }) => state === 'fresh', 5_000);
    outside = await until('the outside is back', () => openRedis(parseRedisUrl(server.url), { timeoutMs: 1_000 }));
  });

  test('no command of botop’s writes: the server counts none', async () => {
    await outside.call('CONFIG', 'RESETSTAT');
    const source = sourceOf();
    for (let i = 0; i < 3; i++) await read(source);
    const text = String(await outside.call('INFO', 'commandstats'));
    const commands = [...text.matchAll(/cmdstat_([^:]+):/g)].map((match) => match[1]);
    expect(commands.toSorted()).toEqual(
      ['auth', 'client|setname', 'config|resetstat', 'hello', 'info', 'ping', 'slowlog|get'].filter((name) =>
        commands.includes(name),
      ),
    );
    expect(text).toMatch(/cmdstat_info:calls=3,/);
  });
});

test('the usual place without a Redis is off, not down: nobody asked for one', async () => {
  const source = redisSource({
    found: { address: parseRedisUrl('redis://127.0.0.1:1'), isConfigured: false },
    clock: systemClock,
  });
  await expect(source.read(new AbortController().signal)).rejects.toThrow('Redis: not configured');
  await source.close();
});
