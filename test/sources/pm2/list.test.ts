import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseList } from '../../../src/sources/pm2/list.ts';
import { SourceError } from '../../../src/sources/source.ts';
import fc from '../../helpers/fast-check.ts';

function fixture(name: string): any[] {
  return JSON.parse(readFileSync(new URL(`../../fixtures/pm2/${name}`, import.meta.url), 'utf8'));
}

const home = '/srv/example/h7';
const botsOf = (answer: unknown) => parseList(answer, home).map(({ bot }) => bot);

/** A list of one bot with these fields of pm2_env. */
function one(env: Record<string, unknown>, top: Record<string, unknown> = {}): unknown {
  return [{ pm_id: 0, name: 'x', pid: 42, pm2_env: { status: 'online', ...env }, ...top }];
}

test('a recorded list of 7.0.4 gives its bots with what a person needs', () => {
  const bots = botsOf(fixture('list-7.0.4.json'));
  expect(bots.map((bot) => [bot.id, bot.name, bot.status, bot.mode])).toEqual([
    [0, 'echo-bot', 'online', 'fork'],
    [1, 'tx2-bot', 'online', 'fork'],
    [3, 'crash-bot', 'errored', 'fork'],
    [6, 'oneshot', 'stopped', 'fork'],
    [7, 'cron-bot', 'online', 'fork'],
    [5, 'web', 'online', 'cluster'],
    [8, 'web', 'online', 'cluster'],
  ]);
  expect(bots[0]).toMatchObject({
    home,
    pid: 9456,
    namespace: 'telegram',
    uniqueId: '502a821f-d913-4a93-984e-e6b3b6028bbd',
    maxMemoryBytes: 314572800,
    startedAt: 1795292380773,
    nodeVersion: '20.20.2',
    version: '1.0.0',
    outLogPath: '/srv/example/h7/logs/echo-bot-out.log',
    envNames: ['DATABASE_URL', 'HOME', 'PATH', 'TELEGRAM_TOKEN', 'username', 'version'],
    exits: [],
  });
  expect(bots[0]?.metrics.find((metric) => metric.type === 'internal/v8/heap/used')).toEqual({
    name: 'Used Heap Size',
    type: 'internal/v8/heap/used',
    kind: 'heap-used',
    isRough: false,
    value: 5.47,
    unit: 'MiB',
  });
});

test('a recorded list of 5.4.3 is read alike', () => {
  const bots = botsOf(fixture('list-5.4.3.json'));
  expect(bots.map((bot) => [bot.id, bot.name, bot.status, bot.exitCode, bot.restarts])).toEqual([
    [0, 'a b[x:1]', 'online', 0, 1],
    [1, 'crash', 'online', 3, 2],
    [2, 'clu', 'online', null, 1],
    [3, 'back', 'online', 3, 2],
  ]);
});

test('no environment value and no argument survives, also where the environment overwrites a field', () => {
  const text = JSON.stringify(parseList(fixture('list-7.0.4.json'), home));
  for (const secret of ['not-a-real-token', 'hunter2', 'overwritten-username', 'argument-secret']) {
    expect(text).not.toContain(secret);
  }
  expect(botsOf(fixture('list-7.0.4.json'))[0]?.username).toBe(null);
});

test('a pid is none unless a process is meant to run', () => {
  for (const status of ['stopped', 'errored', 'waiting restart']) expect(botsOf(one({ status }))[0]?.pid).toBe(null);
  for (const status of ['online', 'launching', 'stopping']) expect(botsOf(one({ status }))[0]?.pid).toBe(42);
  expect(botsOf(one({}, { pid: 0 }))[0]?.pid).toBe(null);
});

test('a word for the status that nobody knows is unknown, never online', () => {
  expect(botsOf(one({ status: 'paused' }))[0]?.status).toBe('unknown');
  expect(botsOf(one({ status: undefined }))[0]?.status).toBe('unknown');
});

test('a worker that a reload replaces keeps its odd id', () => {
  expect(botsOf(one({}, { pm_id: '_old_5' }))[0]?.id).toBe('_old_5');
});

test('numbers sent as text are numbers, and absent ones are unknown instead of zero', () => {
  const [bot] = botsOf(
    one({ restart_time: '7', max_memory_restart: '1000', exit_code: '1', created_at: null, pm_uptime: 'x' }),
  );
  expect(bot).toMatchObject({ restarts: 7, maxMemoryBytes: 1000, exitCode: 1, createdAt: null, startedAt: null });
  expect(botsOf(one({}))[0]?.exitCode).toBe(null);
});

test('modules, watched bots and schedules are told', () => {
  expect(
    botsOf(one({ pmx_module: true, watch: ['src'], cron_restart: '0 3 * * *', autorestart: false }))[0],
  ).toMatchObject({
    isModule: true,
    watch: true,
    cron: '0 3 * * *',
    autorestart: false,
  });
  expect(botsOf(one({ watch: false, cron_restart: '0' }))[0]).toMatchObject({
    isModule: false,
    watch: false,
    cron: null,
  });
});

test('names cannot control the terminal and are not endless', () => {
  const [bot] = botsOf(one({}, { name: `\x1b[31mred\x1b]0;owned\x07${'n'.repeat(5_000)}` }));
  expect(bot?.name).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
  expect(bot?.name.length).toBeLessThanOrEqual(1_024);
});

test('a log path that cleaning would change is unknown: the cleaned one is another file', () => {
  expect(botsOf(one({ pm_out_log_path: '/srv/\x1b[2Jout.log', pm_err_log_path: '/srv/err.log' }))[0]).toMatchObject({
    outLogPath: null,
    errLogPath: '/srv/err.log',
  });
});

test('an environment of objects that cannot be made text of is no reason to fail', () => {
  const odd = JSON.parse('{"toString": 1, "__proto__": {"x": 1}}');
  expect(botsOf(one({ username: odd, version: odd, env: { username: odd, version: odd } }))[0]?.username).toBe(null);
});

test('what is no list, has no id, or has one id twice is a protocol error', () => {
  for (const answer of [null, {}, 'x', [null], [{}], [{ pm_id: 'x', pm2_env: {} }], [{ pm_id: 1 }]]) {
    expect(() => parseList(answer, home)).toThrow(SourceError);
  }
  const [entry] = one({}) as unknown[];
  expect(() => parseList([entry, entry], home)).toThrow(/two entries/);
});

test('whatever the daemon sends, it is bots or a protocol error, and no environment value gets through', () => {
  const fields = [
    'name',
    'namespace',
    'status',
    'pid',
    'pm_id',
    'unique_id',
    'restart_time',
    'pm_uptime',
    'created_at',
    'exec_mode',
    'watch',
    'cron_restart',
    'pm_out_log_path',
    'axm_monitor',
    'username',
    'version',
    'args',
    'exit_code',
    'env',
  ];
  const anything = fc.anything({ withNullPrototype: true, maxDepth: 3 });
  const env = fc.dictionary(fc.constantFrom(...fields, 'pm2_env', '__proto__'), anything);
  const entry = fc.record(
    {
      pm_id: fc.oneof(fc.nat(), fc.constant('_old_3'), anything),
      name: anything,
      pid: anything,
      monit: anything,
      pm2_env: fc.oneof(env, anything),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(entry, anything)), (answer) => {
      try {
        parseList(answer, home);
      } catch (error) {
        expect(error).toBeInstanceOf(SourceError);
      }
    }),
    { numRuns: 500 },
  );
  const overwritable = fc.constantFrom(
    'username',
    'namespace',
    'version',
    'cron_restart',
    'node_version',
    'exec_interpreter',
    'TOKEN',
    'x',
  );
  fc.assert(
    fc.property(fc.dictionary(overwritable, fc.uuid()), (variables) => {
      const text = JSON.stringify(parseList(one({ ...variables, env: variables }), home));
      for (const value of Object.values(variables)) expect(text).not.toContain(value);
    }),
  );
});

test('metrics are told apart by their type, and those that PM2 gets wrong are marked; others are the bot’s own', () => {
  const axm_monitor = {
    'A label of tomorrow': { type: 'internal/v8/heap/usage', value: '80.59', unit: '%' },
    HTTP: { type: 'internal/http/builtin/reqs', value: 1.5, unit: 'req/min' },
    'Used Heap Size': { value: 7, unit: 'MiB' },
    odd: { type: 'constructor', value: 1 },
  };
  const [bot] = botsOf(one({ axm_monitor }));
  expect(bot?.metrics.map(({ kind, isRough }) => [kind, isRough])).toEqual([
    ['heap-percent', true],
    ['http-per-minute', true],
    [null, false],
    [null, false],
  ]);
});

test('a bot’s own actions are offered, PM2’s internal ones and names that could not be sent as they are not', () => {
  const axm_actions = [
    { action_name: 'reload config' },
    { action_name: 'km:heapdump', action_type: 'internal' },
    { action_name: 'km:old' },
    { action_name: 'bad\u001b[31m' },
    { action_name: 'reload config' },
    null,
  ];
  expect(botsOf(one({ axm_actions }))[0]?.customActions).toEqual(['reload config']);
});

test('what PM2 goes by when a bot fails is told with its own defaults', () => {
  expect(botsOf(one({}))[0]).toMatchObject({ minUptimeMs: 1_000, maxUnstable: 16, backoffMs: null, waitsReady: false });
  const set = {
    min_uptime: 5_000,
    max_restarts: 3,
    exp_backoff_restart_delay: 100,
    wait_ready: true,
    kill_timeout: '9',
  };
  expect(botsOf(one(set))[0]).toMatchObject({
    minUptimeMs: 5_000,
    maxUnstable: 3,
    backoffMs: 100,
    waitsReady: true,
    killTimeoutMs: 9,
  });
});
