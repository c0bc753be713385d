import { expect, test } from 'vitest';
import { parseRedisUrl, RedisAddressError } from '../../../src/sources/redis/address.ts';
import { explainRedis } from '../../../src/sources/redis/errors.ts';
import {
  commandText,
  growth,
  hitShare,
  parseInfo,
  parseServerInfo,
  parseSlowlog,
} from '../../../src/sources/redis/parse.ts';

test.each([
  ['redis://cache.example', 'cache.example', 6379, null, null, null, false],
  ['redis://:pw@cache.example:6380/2', 'cache.example', 6380, null, null, 'pw', false],
  ['rediss://mon:p%40w@cache.example', 'cache.example', 6379, null, 'mon', 'p@w', true],
  ['redis://mon:p@w@[::1]:7000', '::1', 7000, null, 'mon', 'p@w', false],
  ['unix:///run/redis.sock?db=1', '', 0, '/run/redis.sock', null, null, false],
  ['unix://:pw@/run/a@b.sock', '', 0, '/run/a@b.sock', null, 'pw', false],
])('%s', (url, host, port, path, username, password, isTls) => {
  expect(parseRedisUrl(url)).toMatchObject({ host, port, path, username, password, isTls });
});

test.each([
  'http://:geheim@x',
  'redis://:geheim@x:0',
  'redis://:geheim@x:port',
  'unix://:geheim@relative',
])('an address that cannot be understood is refused without quoting it: %s', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(RedisAddressError);
  expect(() => parseRedisUrl(url)).not.toThrow(/geheim/);
});

const INFO = [
  '# Server\r\nredis_version:7.2.4\r\nuptime_in_seconds:60\r\n# Clients\r\nconnected_clients:3\r\nmaxclients:10000',
  '# Memory\r\nused_memory:1000\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction',
  '# Persistence\r\nloading:1\r\nrdb_last_bgsave_status:err\r\nrdb_last_save_time:1700000000\r\naof_enabled:0',
  '# Replication\r\nrole:slave\r\nmaster_link_status:down\r\n# Keyspace\r\ndb2:keys=5,expires=1,avg_ttl=0\r\ndb0:keys=7,expires=0,avg_ttl=0\r\n',
].join('\r\n');

test('no limit is no limit, a failed save and a lost master are said', () => {
  expect(parseServerInfo(parseInfo(INFO), 1_000_000)).toMatchObject({
    product: 'redis',
    version: '7.2.4',
    startedAt: 940_000,
    maxMemoryBytes: null,
    isMasterLinkUp: false,
    persistence: { isLoading: true, isLastSaveOk: false, lastSaveAt: 1_700_000_000_000, isAppendOnly: false },
    keyspaces: [
      { index: 0, keys: 7, expires: 0 },
      { index: 2, keys: 5, expires: 1 },
    ],
  });
});

test('a Valkey is called by its name and its own version', () => {
  const fields = parseInfo('redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n');
  expect(parseServerInfo(fields, 0)).toMatchObject({ product: 'valkey', version: '8.0.1' });
});

test('counters that were reset tell nothing', () => {
  const at = (hits: number, misses: number) => ({ hits, misses, evicted: 0, rejected: 0 });
  expect(hitShare(undefined, at(1, 1))).toBeNull();
  expect(hitShare(at(10, 10), at(10, 10))).toBeNull();
  expect(hitShare(at(10, 10), at(13, 11))).toBe(75);
  expect(hitShare(at(10, 10), at(0, 0))).toBeNull();
  expect([growth(undefined, 1), growth(5, 7), growth(5, 0)]).toEqual([null, 2, null]);
});

test.each([
  [['SET', 'session:1', '{"token":"geheim"}'], 'SET session:1 +1'],
  [['HSET', 'user:1', 'password', 'geheim'], 'HSET user:1 +2'],
  [['AUTH', 'mon', 'geheim'], 'AUTH mon [redacted]'],
  [['CONFIG', 'SET', 'requirepass', 'geheim'], 'CONFIG SET [redacted]'],
  [['KEYS', 'queue:*'], 'KEYS queue:*'],
  [['GET', 'session:geheim8f3a91'], 'GET session:[redacted]'],
  [['LRANGE', 'queue', '0', '-1'], 'LRANGE queue 0 -1'],
  [['GET', 'a b c'], 'GET a b c…'],
])('of %j the slow log shows what is no data', (args, shown) => {
  expect(commandText(args)).toBe(shown);
  expect(commandText(args)).not.toContain('geheim');
});

test('a slow log of another shape is left out, not guessed at', () => {
  expect(parseSlowlog('OK')).toEqual([]);
  expect(
    parseSlowlog([
      [1, 2],
      [3, 1_700_000_000, 2500, ['GET', 'a'], '10.0.0.7:1', ''],
    ]),
  ).toEqual([{ id: 3, at: 1_700_000_000_000, tookMs: 2.5, command: 'GET a', client: '10.0.0.7:1' }]);
});

test.each([
  ['LOADING Redis is loading the dataset in memory', 'refused', /loading its data set/],
  [
    'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
    'refused',
    /replica without its master/,
  ],
  ['BUSY Redis is busy running a script.', 'frozen', /busy running a script/],
  ['NOPERM this user has no permissions to run the info command', 'denied', /may not do that/],
  ['DENIED Redis is running in protected mode', 'denied', /protected mode/],
  ['ERR max number of clients reached', 'denied', /maxclients/],
] as const)('%s', (text, code, said) => {
  const error = explainRedis(new Error(text), parseRedisUrl('redis://cache'));
  expect(error).toMatchObject({ code, message: expect.stringMatching(said) });
});
