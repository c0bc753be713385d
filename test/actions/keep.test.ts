import { spawn } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import { createEvidence, evidencePlaces } from '../../src/actions/evidence.ts';
import { keep, keepForgotten } from '../../src/actions/keep.ts';
import { keepEnd, type LogCut } from '../../src/actions/logs/cut.ts';
import { type BotTarget, botTarget, homeTarget } from '../../src/actions/target.ts';
import { makeBot } from '../helpers/bots.ts';
import { collecting } from '../sources/logs/collecting.ts';
import { fakeDaemon } from './fake-daemon.ts';

const never = new AbortController().signal;
const uid = process.geteuid?.() ?? 0;
let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'botop-keep-')));
  mkdirSync(join(home, 'logs'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const logAt = (name: string): string => join(home, 'logs', name);
const line = (i: number): string => `line ${i} ${'x'.repeat(i % 90)}\n`;
const lines = (count: number): string => Array.from({ length: count }, (_, i) => line(i)).join('');

async function cut(path: string, keepBytes: number): Promise<LogCut | null> {
  const file = await open(path, 'r+');
  try {
    return await keepEnd(file, keepBytes, never);
  } finally {
    await file.close();
  }
}

test('who follows the file goes on where it was: nothing is read twice', async () => {
  const it = collecting();
  try {
    writeFileSync(it.path('a.log'), lines(2_000));
    it.follow('a.log');
    await it.read();
    appendFileSync(it.path('a.log'), 'unread\n');
    await cut(it.path('a.log'), 50_000);
    appendFileSync(it.path('a.log'), 'after\n');
    await it.read();
    await cut(it.path('a.log'), 3_000);
    await cut(it.path('a.log'), 1_000);
    appendFileSync(it.path('a.log'), `${'more\n'.repeat(300)}last\n`);
    await it.read();
    await it.read();
    const seen = it.lines.map((each) => `${each}\n`).join('');
    expect(seen).toBe(`${lines(2_000)}unread\nafter\n${'more\n'.repeat(300)}last\n`);
  } finally {
    await it.end();
  }
});

describe('the end of a file', () => {
  test.each([
    0, 1, 63, 64, 1_000, 99_999,
  ])('of at most %i bytes is kept from a line’s beginning on, whole', async (most) => {
    const text = lines(5_000);
    writeFileSync(logAt('a.log'), text);
    const done = await cut(logAt('a.log'), most);
    const kept = readFileSync(logAt('a.log'), 'utf8');
    expect(text.endsWith(kept)).toBe(true);
    expect(kept.length).toBeLessThanOrEqual(most);
    expect(most - kept.length).toBeLessThan(100);
    expect(kept === '' || kept.startsWith('line ')).toBe(true);
    expect(done).toMatchObject({ beforeBytes: text.length, keptBytes: kept.length, lateBytes: 0 });
  });

  test('a file that is not longer is left alone', async () => {
    writeFileSync(logAt('a.log'), 'short\n');
    expect(await cut(logAt('a.log'), 6)).toBeNull();
    expect(readFileSync(logAt('a.log'), 'utf8')).toBe('short\n');
  });

  test('of a log that is appended to meanwhile every line is whole and in order, and what came is counted', async () => {
    const path = logAt('a.log');
    writeFileSync(path, '');
    const writer = spawn(process.execPath, [
      '-e',
      `const fs = require('fs'); const fd = fs.openSync(${JSON.stringify(path)}, 'a');
       for (let i = 0; i < 400000; i += 1) { fs.writeSync(fd, 'line ' + i + ' ' + 'x'.repeat(80) + '\\n'); if (i === 100000) console.log('go'); }`,
    ]);
    const over = new Promise((resolve) => writer.once('exit', resolve));
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    const done = await cut(path, 4_000_000);
    await over;
    const numbers = readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((text) => Number(/^line (\d+) x{80}$/.exec(text)?.[1] ?? Number.NaN));
    expect(numbers.at(-1)).toBe(399_999);
    expect(numbers.length * 85).toBeGreaterThan(3_900_000);
    // Only what was appended between the last look and the cut may be missing: one gap, and a short one.
    const gaps = numbers.flatMap((number, i) => {
      const missing = i === 0 ? 0 : number - (numbers[i - 1] as number) - 1;
      return missing === 0 ? [] : [missing];
    });
    expect(gaps.length).toBeLessThanOrEqual(1);
    for (const gap of gaps) expect(gap).toBeGreaterThan(0);
    expect(done?.blindMs).toBeGreaterThan(0);
  });
});

describe('as an action', () => {
  let deps: ActionDeps;
  let close: () => Promise<unknown>;

  beforeEach(async () => {
    const server = createServer().listen(join(home, 'rpc.sock'));
    await new Promise((resolve) => server.once('listening', resolve));
    close = () => new Promise((resolve) => server.close(resolve));
    const entry = {
      name: 'api',
      pm_id: 0,
      pid: 4211,
      pm2_env: {
        status: 'online',
        unique_id: 'u',
        pm_out_log_path: logAt('api-out.log'),
        pm_err_log_path: logAt('api-error.log'),
      },
    };
    const fake = fakeDaemon();
    const places = evidencePlaces({ xdgStateHome: join(home, 'state'), homes: [], uid }, join(home, 'none'));
    deps = {
      ...fake.deps,
      evidence: createEvidence({ places, who: 'anna', now: fake.deps.clock.now }),
      pm2: (of) => ({
        home: of,
        call: async (_method, _args, { each } = {}) => (each ? [each(entry)] : [entry]),
        close: () => {},
      }),
    };
    writeFileSync(logAt('api-out.log'), lines(60_000));
    writeFileSync(logAt('api-error.log'), 'broken\n');
  });
  afterEach(() => close());

  async function target(): Promise<BotTarget> {
    const [found] = await keep.resolve([botTarget(makeBot({ home, id: 0, name: 'api', uniqueId: 'u' }))], deps, never);
    if (found?.state !== 'same') throw new Error(found?.reason);
    return found.target;
  }

  test('asks for a number of MB, says what is gone, saves the end first, and cuts only what is longer', async () => {
    const { argument } = keep;
    expect(argument?.check('many', [])).toContain('a number of MB');
    expect(argument?.check('0', [])).not.toBeNull();
    expect(argument?.check('1 MB', [])).toBeNull();
    const bound = argument?.bind('1') ?? keep;
    const api = await target();
    expect(bound.risk([api])).toBe('R3');
    expect(bound.phrase?.([api])).toBe('keep 1 MB of api');
    const before = statSync(logAt('api-out.log')).size;
    const prepared = await bound.prepare?.([api], deps, never);
    expect(prepared?.consequences?.join()).toMatch(/MB of .* MB in 1 file will be gone for good: api out/);
    expect(prepared?.notes.join()).toMatch(/evidence: .*state/);
    expect(statSync(logAt('api-out.log')).size).toBe(before);
    const result = await bound.run(api, deps, never);
    expect(result.state).toBe('done');
    expect(result.message).toMatch(/MB freed in 1 file.* before a cut is lost/);
    expect(statSync(logAt('api-out.log')).size).toBeLessThanOrEqual(1e6);
    expect(readFileSync(logAt('api-error.log'), 'utf8')).toBe('broken\n');
    expect((await bound.verify(api, deps, never, () => {})).checks[0]?.text).toContain('now ');
    await expect(bound.prepare?.([api], deps, never)).rejects.toThrow('nothing to cut');
  });

  test('a link in the place of a log, or a second name of one, is refused and stays as it is', async () => {
    const bound = keep.argument?.bind('1') ?? keep;
    const api = await target();
    const secret = join(home, 'secret');
    writeFileSync(secret, lines(60_000));
    rmSync(logAt('api-out.log'));
    symlinkSync(secret, logAt('api-out.log'));
    expect((await bound.resolve([api], deps, never))[0]).toMatchObject({ state: 'other' });
    expect(await bound.run(api, deps, never)).toMatchObject({ state: 'failed' });
    rmSync(logAt('api-out.log'));
    linkSync(secret, logAt('api-out.log'));
    expect(await bound.run(api, deps, never)).toMatchObject({ state: 'failed' });
    expect(readFileSync(secret, 'utf8')).toBe(lines(60_000));
  });

  test('forgotten logs are those that no bot writes: rotated ones and links are not', async () => {
    writeFileSync(logAt('gone-out.log'), lines(1_000));
    writeFileSync(logAt('api-out__2026-11-21_00-00-00.log'), lines(1_000));
    writeFileSync(logAt('notes.txt'), 'mine\n');
    symlinkSync(logAt('notes.txt'), logAt('link.log'));
    const flushed = keepForgotten.argument?.bind('0') ?? keepForgotten;
    const pm2 = homeTarget(home, null);
    expect((await flushed.prepare?.([pm2], deps, never))?.consequences?.[0]).toContain('gone-out.log');
    expect(await flushed.run(pm2, deps, never)).toMatchObject({ state: 'done' });
    expect(statSync(logAt('gone-out.log')).size).toBe(0);
    expect(readFileSync(logAt('notes.txt'), 'utf8')).toBe('mine\n');
    expect(statSync(logAt('api-out__2026-11-21_00-00-00.log')).size).toBeGreaterThan(0);
    expect(statSync(logAt('api-out.log')).size).toBeGreaterThan(1e6);
    expect((await flushed.verify(pm2, deps, never, () => {})).state).toBe('good');
  });
});
