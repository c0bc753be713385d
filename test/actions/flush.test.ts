import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ActionDeps, Verdict } from '../../src/actions/action.ts';
import { createEvidence, evidencePlaces } from '../../src/actions/evidence.ts';
import { flush } from '../../src/actions/flush.ts';
import { type BotTarget, botTarget } from '../../src/actions/target.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { makeBot } from '../helpers/bots.ts';
import { fakeDaemon } from './fake-daemon.ts';

const uid = process.geteuid?.() ?? 0;
const shell = { pm2Home: '/home/ops/.pm2', user: 'ops' };
const never = new AbortController().signal;

const targetOf = (over: Partial<Bot>): BotTarget => botTarget(makeBot(over));

describe('what is asked', () => {
  test('is always the gravest risk, with a phrase that can be typed', () => {
    const one = targetOf({ name: 'weather-bot' });
    expect(flush.risk([one])).toBe('R3');
    expect(flush.risk([one, one])).toBe('R3');
    expect(flush.phrase?.([one])).toBe('flush weather-bot');
    expect(flush.phrase?.([targetOf({ name: 'погода', pid: 4211 })])).toBe('flush 4211');
    expect(flush.phrase?.([targetOf({ name: 'a b', pid: null, id: 3 })])).toBe('flush id 3');
    expect(flush.phrase?.([one, one, one])).toBe('flush 3 bots');
  });

  test('the command names every file once, quoted, as the user whose they are', () => {
    const paths = { outLogPath: "/l/it's a.log", errLogPath: '/l/b.log' };
    expect(flush.command([targetOf(paths)], shell)).toBe(`truncate -c -s 0 '/l/it'\\''s a.log' /l/b.log`);
    expect(flush.command([targetOf(paths), targetOf({ ...paths, outLogPath: '/l/b.log' })], shell)).toBe(
      `truncate -c -s 0 '/l/it'\\''s a.log' /l/b.log`,
    );
    expect(flush.command([targetOf({ ...paths, username: 'anna', outLogPath: '/l/b.log' })], shell)).toBe(
      'sudo -u anna truncate -c -s 0 /l/b.log',
    );
  });

  test('makes no sense for a bot without files, or one that cannot be recognised', () => {
    expect(flush.unavailable(targetOf({}))).toBeNull();
    expect(flush.unavailable(targetOf({ outLogPath: null, errLogPath: '/dev/null' }))).toMatch('names no log files');
    expect(flush.unavailable(targetOf({ uniqueId: '' }))).toMatch('unique_id');
    expect(flush.unavailable(targetOf({ id: '_old_3' }))).toMatch('old instance');
  });
});

describe('with files', () => {
  let home: string;
  let entries: Record<string, unknown>[];
  let deps: ActionDeps;
  let onSleep: () => void;

  beforeEach(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'botop-flush-')));
    mkdirSync(join(home, 'logs'));
    const server = createServer().listen(join(home, 'rpc.sock'));
    await new Promise((resolve) => server.once('listening', resolve));
    entries = ['weather', 'news'].map((name, id) => ({
      name,
      pm_id: id,
      pid: 4211 + id,
      pm2_env: {
        status: 'online',
        unique_id: `u-${id}`,
        pm_out_log_path: join(home, 'logs', `${name}-out.log`),
        pm_err_log_path: join(home, 'logs', `${name}-error.log`),
      },
    }));
    for (const name of ['weather', 'news']) {
      writeFileSync(logAt(`${name}-out`), `${name} one\n${name} two\n`);
      writeFileSync(logAt(`${name}-error`), 'broken\n');
    }
    onSleep = () => {};
    const fake = fakeDaemon();
    const places = evidencePlaces({ xdgStateHome: join(home, 'state'), homes: [], uid }, join(home, 'none'));
    deps = {
      ...fake.deps,
      evidence: createEvidence({ places, who: 'anna', now: fake.deps.clock.now }),
      sleep: (ms, signal) => {
        onSleep();
        return fake.deps.sleep(ms, signal);
      },
      pm2: (of) => ({
        home: of,
        call: async (_method, _args, { each } = {}) => (each ? entries.map(each) : entries),
        close: () => {},
      }),
    };
    return async () => {
      await new Promise((resolve) => server.close(resolve));
      rmSync(home, { recursive: true, force: true });
    };
  });

  const logAt = (name: string) => join(home, 'logs', `${name}.log`);
  const envOf = (index: number) => entries[index]?.['pm2_env'] as Record<string, unknown>;

  async function target(id = 0): Promise<BotTarget> {
    const named = targetOf({ home, id, name: entries[id]?.['name'] as string, uniqueId: `u-${id}` });
    const [found] = await flush.resolve([named], deps, never);
    if (found?.state !== 'same') throw new Error(found?.reason);
    return found.target;
  }
  const prepared = async (...targets: BotTarget[]) => flush.prepare?.(targets, deps, never);

  async function verdictOf(of: BotTarget): Promise<Verdict> {
    return flush.verify(of, deps, never, () => {});
  }

  test('the prompt says what is lost, whose lines besides, and where the evidence is', async () => {
    envOf(1)['pm_err_log_path'] = logAt('weather-error');
    truncateSync(logAt('weather-out'), 0);
    appendFileSync(logAt('weather-out'), 'a line of forty-four characters, all of them\n'.repeat(10_000));
    const preparation = await prepared(await target());
    expect(preparation?.consequences).toEqual([
      'out log: 450 kB, about 10k lines, will be gone for good',
      'error log: 7 B, 1 line, will be gone for good',
      'news (id 1) writes to the same files: these lines go, too',
    ]);
    expect(preparation?.phrase).toBeUndefined();
    const path = /^evidence: (\S+) \(the last 2.0k lines, redacted\)$/.exec(preparation?.notes[0] ?? '')?.[1] ?? '';
    expect(readFileSync(join(path, '2-weather-error.log'), 'utf8')).toBe('broken\n');
    expect(JSON.parse(readFileSync(join(path, 'facts.json'), 'utf8'))).toMatchObject({
      who: 'anna',
      bots: [{ name: 'weather', id: 0, pid: 4211, status: 'online' }],
      logs: [{ path: logAt('weather-out'), sizeBytes: 450_000 }, { sizeBytes: 7 }],
    });
  });

  test('of several bots the sum is said, and their shared file is counted once', async () => {
    envOf(1)['pm_err_log_path'] = logAt('weather-error');
    const preparation = await prepared(await target(0), await target(1));
    expect(preparation?.consequences?.[0]).toBe('49 B in 3 files will be gone for good');
    expect(preparation?.consequences?.[1]).toMatch(
      /^of it: weather out 24 B, 2 lines; \S+ \S+ \d+ B, \d+ lines?; [^;]+ lines?$/,
    );
    expect(preparation?.consequences).toHaveLength(2);
  });

  test('without a place for evidence the phrase says so', async () => {
    const nowhere = { ...deps, evidence: createEvidence({ places: [], who: 'anna', now: Date.now }) };
    const preparation = await flush.prepare?.([await target()], nowhere, never);
    expect(preparation?.phrase).toBe('without evidence');
    expect(preparation?.notes[0]).toMatch(/^no evidence could be saved: /);
    expect(preparation?.consequences?.[0]).toBe('out log: 24 B will be gone for good');
  });

  test('logs that are empty or missing are not asked about; one that is missing is said', async () => {
    rmSync(logAt('weather-error'));
    const preparation = await prepared(await target());
    expect(preparation?.notes[1]).toBe(`weather: there is no error log at ${logAt('weather-error')}`);
    truncateSync(logAt('weather-out'), 0);
    await expect(prepared(await target())).rejects.toThrow('weather: there is nothing to flush, the logs are empty');
  });

  test('the files are emptied, the others stay, and the freed bytes are said', async () => {
    const inode = statSync(logAt('weather-out')).ino;
    expect(await flush.run(await target(), deps, never)).toEqual({
      state: 'done',
      message: '31 B freed: out 24 B, error 7 B',
    });
    expect(statSync(logAt('weather-out'))).toMatchObject({ size: 0, ino: inode });
    expect(statSync(logAt('weather-error')).size).toBe(0);
    expect(statSync(logAt('news-out')).size).toBe(18);
  });

  test('a combined log is emptied, too', async () => {
    writeFileSync(logAt('all'), 'both\n');
    envOf(0)['pm_log_path'] = logAt('all');
    expect((await flush.run(await target(), deps, never)).message).toBe(
      '36 B freed: out 24 B, error 7 B, combined 5 B',
    );
    expect(statSync(logAt('all')).size).toBe(0);
  });

  test('when one of its files must not be emptied none is, before and after the question', async () => {
    const of = await target();
    linkSync(logAt('weather-error'), join(home, 'second'));
    const reason = `${logAt('weather-error')} has a second name elsewhere`;
    expect(await flush.resolve([of], deps, never)).toEqual([{ state: 'other', reason: `weather: ${reason}` }]);
    await expect(flush.run(of, deps, never)).rejects.toThrow(reason);
    expect(statSync(logAt('weather-out')).size).toBe(24);
  });

  test('a link or a pipe in the place of a log is refused, and what it leads to stays', async () => {
    const precious = join(home, 'precious');
    writeFileSync(precious, 'keep');
    rmSync(logAt('weather-out'));
    symlinkSync(precious, logAt('weather-out'));
    await expect(target()).rejects.toThrow('weather-out.log is a link');
    rmSync(logAt('weather-out'));
    execFileSync('mkfifo', [logAt('weather-out')]);
    await expect(target()).rejects.toThrow('weather-out.log is no regular file');
    expect(readFileSync(precious, 'utf8')).toBe('keep');
    expect(existsSync(join(home, 'state'))).toBe(false);
  });

  test('afterwards it says whether the bot writes on', async () => {
    const of = await target();
    await flush.run(of, deps, never);
    onSleep = () => appendFileSync(logAt('weather-out'), 'again\n');
    expect(await verdictOf(of)).toMatchObject({
      state: 'good',
      checks: [
        { text: 'now 6 B', state: 'good' },
        { text: 'writes again', state: 'good' },
        { text: 'pid 4211 runs on', state: 'good' },
      ],
    });
  });

  test('a bot with nothing to say is well all the same, and a stopped one is not waited for', async () => {
    const of = await target();
    await flush.run(of, deps, never);
    const verdict = await verdictOf(of);
    expect(verdict).toMatchObject({ state: 'good', checks: [{ text: 'now 0 B' }, { text: 'silent so far' }, {}] });
    envOf(0)['status'] = 'stopped';
    let slept = 0;
    onSleep = () => {
      slept += 1;
    };
    expect((await verdictOf(await target())).checks.map((check) => check.text)).toEqual([
      'now 0 B',
      'stopped as before',
    ]);
    expect(slept).toBe(0);
  });

  test('a file whose writer goes on at its old place is said to be as long as before', async () => {
    const of = await target();
    await flush.run(of, deps, never);
    writeFileSync(logAt('weather-out'), Buffer.concat([Buffer.alloc(24), Buffer.from('more\n')]));
    expect(await verdictOf(of)).toMatchObject({
      state: 'bad',
      checks: [{ text: expect.stringContaining('does not append') }, {}, {}],
    });
  });

  test('a bot that died meanwhile is said to have', async () => {
    const of = await target();
    await flush.run(of, deps, never);
    envOf(0)['status'] = 'errored';
    const verdict = await verdictOf(of);
    expect(verdict).toMatchObject({ state: 'bad', isWorse: true });
    expect(verdict.checks.at(-1)?.text).toBe('errored meanwhile, was online');
  });
});
