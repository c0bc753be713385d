import { beforeEach, expect, test, vi } from 'vitest';
import { parseDatabaseUrl } from '../../src/sources/postgres/dsn.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { parseRedisUrl } from '../../src/sources/redis/address.ts';
import { redisSource } from '../../src/sources/redis/source.ts';
import type { Source } from '../../src/sources/source.ts';

/** What the servers were sent, and how busy PostgreSQL says it is. */
const server = vi.hoisted(() => ({
  messages: [] as string[],
  commands: [] as string[],
  busy: '0',
  waiting: '0',
  opened: 0,
  /** The process that answers, where the login names 7. */
  pid: '7',
  named: 0,
}));

vi.mock('../../src/sources/postgres/client.ts', () => ({
  openPostgres: async () => {
    server.opened++;
    return {
      isOpen: true,
      pid: 7,
      close() {},
      queryByName(statements: readonly string[]) {
        server.named++;
        return this.query(statements.join('; '));
      },
      async query(sql: string) {
        server.messages.push(sql);
        return sql.split('; ').map((statement) => {
          if (/is_own/.test(statement))
            return [
              { backend_type: 'client backend', state: 'idle', waits: 'f', n: '3' },
              { backend_type: 'client backend', state: 'active', waits: 'f', n: server.busy },
              { backend_type: 'client backend', state: 'active', waits: 't', n: server.waiting },
            ];
          if (/xact_commit/.test(statement)) return [{ at: '1', n: '4' }];
          return /version_num/.test(statement)
            ? [{ version_num: '180004', version: '18.4', max: '100', reserved: '3', pid: server.pid }]
            : [];
        });
      },
    };
  },
}));
vi.mock('../../src/sources/redis/client.ts', () => ({
  openRedis: async () => ({
    isOpen: true,
    close() {},
    async call(...words: string[]) {
      server.commands.push(words.join(' '));
      return words[0] === 'INFO' ? 'redis_version:7.0.15\r\n' : [];
    },
  }),
}));

let ms = 0;
const clock = { now: () => 1_800_000_000_000 + ms, monotonic: () => ms };

/** A minute in the source's own cadence, after a first reading. */
async function minuteOf(source: Source): Promise<void> {
  const read = () => source.read(new AbortController().signal);
  await read();
  server.messages.length = 0;
  server.commands.length = 0;
  server.named = 0;
  for (const end = ms + 60_000; ms < end; ) {
    ms += source.cadenceMs;
    await read();
  }
  await source.close();
}

const postgres = () => {
  const address = parseDatabaseUrl('postgresql://me@127.0.0.1:1/db', {}, 'me');
  return postgresSource({ found: { address, isConfigured: true }, clock });
};
const count = (pattern: RegExp): number => server.messages.filter((message) => pattern.test(message)).length;

beforeEach(() => {
  Object.assign(server, { busy: '0', waiting: '0', opened: 0, pid: '7' });
  server.messages.length = 0;
  server.commands.length = 0;
});

test('a minute of a PostgreSQL in which nobody works is thirty small messages and four large ones', async () => {
  await minuteOf(postgres());
  expect(server.opened).toBe(1);
  expect(server.messages).toHaveLength(34);
  expect(count(/is_own/)).toBe(30);
  expect(count(/pg_total_relation_size/)).toBe(2);
  expect(count(/pg_database_size/)).toBe(1);
  // Who works is asked for nobody, and what each may do with the sizes of tables.
  expect(count(/query_start/)).toBe(0);
  expect(count(/pg_has_role/)).toBe(3);
});

test('while somebody works that is asked in the same message, and for locks only while somebody waits', async () => {
  server.busy = '2';
  await minuteOf(postgres());
  expect(server.messages).toHaveLength(34);
  expect(count(/query_start/)).toBe(30);
  expect(count(/pg_blocking_pids/)).toBe(0);
  server.waiting = '1';
  await minuteOf(postgres());
  expect(server.messages).toHaveLength(34);
  expect(count(/pg_blocking_pids/)).toBe(30);
});

test('every message can write nothing and leaves no setting behind', async () => {
  await minuteOf(postgres());
  for (const message of server.messages) {
    expect(message).toMatch(/^BEGIN READ ONLY; SET LOCAL (?:statement|lock)_timeout = \d+; .*COMMIT$/s);
    expect(message).not.toMatch(/\bPREPARE\b|\bSET (?!LOCAL)/);
  }
  // An alarm rings in the server when its time is over, needed or not.
  expect(count(/statement_timeout/)).toBe(4);
});

test('the server parses and plans nothing twice, unless somebody stands between', async () => {
  await minuteOf(postgres());
  expect(server.named).toBe(server.messages.length);
  server.pid = '8';
  await minuteOf(postgres());
  expect(server.named).toBe(0);
});

test('a minute of a Redis is thirty INFO and six looks at the slow log', async () => {
  await minuteOf(redisSource({ found: { address: parseRedisUrl('redis://127.0.0.1:1'), isConfigured: true }, clock }));
  expect(server.commands.filter((command) => command === 'INFO')).toHaveLength(30);
  expect(server.commands.filter((command) => command.startsWith('SLOWLOG'))).toHaveLength(6);
  expect(server.commands).toHaveLength(36);
});
