import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import type { Ask, Refusal } from '../../src/actions/ask.ts';
import { createAudit } from '../../src/actions/audit.ts';
import { listBots } from '../../src/actions/bots.ts';
import { createEvidence, evidencePlaces } from '../../src/actions/evidence.ts';
import { createExecutor, type Executor } from '../../src/actions/executor.ts';
import { flush } from '../../src/actions/flush.ts';
import { openStateFolder } from '../../src/actions/state-folder.ts';
import { systemDeps } from '../../src/actions/system-deps.ts';
import { type BotTarget, botTarget } from '../../src/actions/target.ts';
import { createPm2Client } from '../../src/sources/pm2/client.ts';
import { type Pm2Daemon, pm2Packages, pm2Version, startPm2, until } from '../helpers/pm2-daemon.ts';

const TOKEN = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const uid = process.geteuid?.() ?? 0;
const STRANGER = 4242;

/** Writes a line and a secret at once, then a numbered line ten times a second. */
const TALKING = `
let i = 0;
console.log('began with token=${TOKEN}');
console.error('an error of the beginning');
setInterval(() => console.log('tick ' + (i += 1)), 100);
`;
const SILENT = `console.log('one line'); setInterval(() => {}, 1000);`;

describe.each(pm2Packages().map((packageDir) => ({ packageDir, version: pm2Version(packageDir) })))('PM2 $version', ({
  packageDir,
}) => {
  let daemon: Pm2Daemon;
  let home: string;
  let isReadOnly: boolean;
  let made: number;
  let deps: ActionDeps;
  let executor: Executor;

  beforeAll(async () => {
    daemon = await startPm2(packageDir);
    const merged = {
      merge_logs: true,
      out_file: join(daemon.home, 'logs', 'm.log'),
      error_file: join(daemon.home, 'logs', 'm.log'),
    };
    await daemon.start(
      { name: 'talking', code: TALKING, log_file: join(daemon.home, 'logs', 'talking-all.log') },
      { name: 'neighbour', code: TALKING },
      { name: 'silent', code: SILENT },
      { name: 'merged-a', code: SILENT, ...merged },
      { name: 'merged-b', code: SILENT, ...merged },
    );
    const logs = ['talking-out', 'talking-error', 'neighbour-out', 'silent-out'].map((name) => `${name}.log`);
    await until('all have written', () => logs.every((name) => sizeOf(join(daemon.home, 'logs', name)) > 0));
    await until('both have', () => linesOf(join(daemon.home, 'logs', 'm.log')).length === 2);
  });
  afterAll(() => daemon.remove());

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'botop-flush-'));
    isReadOnly = false;
    made = 0;
    const place = { xdgStateHome: undefined, homes: [home], uid };
    const evidence = createEvidence({ places: evidencePlaces(place, join(home, 'none')), who: 'anna', now: Date.now });
    const pm2: ActionDeps['pm2'] = (of) => {
      made += 1;
      return createPm2Client(of);
    };
    deps = { ...systemDeps(pm2), evidence };
    executor = createExecutor({
      deps,
      audit: createAudit({ who: { name: 'anna', uid: 0 }, folder: () => openStateFolder(place), syslog: null }),
      shell: { pm2Home: daemon.home, user: 'nobody' },
      circumstances: () => ({
        isReadOnly,
        isLocked: false,
        now: Date.now(),
        reading: () => ({ state: 'fresh', value: {}, readAt: Date.now(), tookMs: 1 }),
      }),
    });
    return () => rmSync(home, { recursive: true, force: true });
  });

  const stateHome = () => join(home, '.local/state/botop');
  const auditLines = () =>
    readFileSync(join(stateHome(), 'audit.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  async function targetOf(name: string): Promise<BotTarget> {
    const bot = (await listBots(daemon.home, deps, new AbortController().signal)).find((found) => found.name === name);
    if (bot === undefined) throw new Error(`no bot ${name}`);
    return botTarget(bot);
  }

  const outOf = ({ bot }: BotTarget): string => bot.outLogPath ?? '';
  const sizeOf = (path: string): number => statSync(path).size;
  const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

  async function askAll(...targets: BotTarget[]): Promise<Ask | Refusal> {
    return executor.ask(flush, targets, new AbortController().signal);
  }

  async function askFor(...targets: BotTarget[]): Promise<Ask> {
    const asked = await askAll(...targets);
    if (asked.state === 'refused') throw new Error(asked.reason);
    return asked;
  }

  const evidenceOf = (ask: Ask): string => /^evidence: (\S+) /.exec(ask.notes[0] ?? '')?.[1] ?? '';

  test('all files of one bot are emptied, it logs on, its neighbour is untouched, and the end is kept redacted', async () => {
    const target = await targetOf('talking');
    const neighbour = await targetOf('neighbour');
    const all = join(daemon.home, 'logs', 'talking-all.log');
    expect(target.bot.combinedLogPath).toBe(all);
    await until('it has talked for a while', () => linesOf(outOf(target)).length > 20);
    const neighbourLines = linesOf(outOf(neighbour));

    const ask = await askFor(target);
    expect(ask).toMatchObject({ risk: 'R3', answer: { kind: 'type', texts: ['flush talking'] } });
    expect(ask.command).toContain(`truncate -c -s 0 ${outOf(target)} ${target.bot.errLogPath} ${all}`);
    const evidence = evidenceOf(ask);
    const savedLines = linesOf(join(evidence, '1-talking-out.log'));
    expect(savedLines[0]).toBe('began with token=[redacted]');
    expect(savedLines).toContain('tick 20');
    expect(linesOf(join(evidence, '2-talking-error.log'))).toEqual(['an error of the beginning']);
    for (const name of readdirSync(evidence)) expect(readFileSync(join(evidence, name), 'utf8')).not.toContain(TOKEN);
    expect(sizeOf(outOf(target)), 'nothing is emptied before it is confirmed').toBeGreaterThan(100);

    const sizeBefore = sizeOf(outOf(target));
    const outcome = await executor.fire(ask, () => {});
    expect(outcome).toMatchObject({ state: 'done', results: [{ verdict: { state: 'good' } }] });
    expect(outcome.results[0]?.verdict?.checks.map((check) => check.text)).toEqual([
      expect.stringMatching(/^now /),
      'writes again',
      `pid ${target.bot.pid} runs on`,
    ]);
    const after = await until('it writes on', () => {
      const lines = linesOf(outOf(target));
      return lines.length > 3 && lines;
    });
    expect(after[0]).toMatch(/^tick \d+$/);
    expect(Number(after[0]?.slice(5))).toBeGreaterThan(20);
    expect(readFileSync(outOf(target)).includes(0), 'no hole').toBe(false);
    expect(linesOf(all).join()).not.toContain('began');
    expect(sizeOf(target.bot.errLogPath ?? '')).toBe(0);
    expect(linesOf(outOf(neighbour)).slice(0, neighbourLines.length)).toEqual(neighbourLines);

    const [asked, end, ...more] = auditLines();
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ event: 'asked', action: 'flush', risk: 'R3', command: ask.command });
    expect(asked).toMatchObject({ notes: [expect.stringContaining(evidence)] });
    expect(end).toMatchObject({
      result: 'done',
      targets: [{ name: 'talking' }],
      message: expect.stringMatching(/freed: out \d/),
    });
    expect(sizeBefore).toBeGreaterThan(100);
  });

  test('a shared file names the bot that nobody chose', async () => {
    const ask = await askFor(await targetOf('merged-a'));
    const other = await targetOf('merged-b');
    expect(ask.consequences).toContain(`merged-b (id ${other.id}) writes to the same files: these lines go, too`);
    await executor.cancel(ask, 'cancelled', 'cancelled');
    const both = await askFor(await targetOf('merged-a'), other);
    expect(both.answer).toEqual({ kind: 'type', texts: ['flush 2 bots'] });
    expect(both.consequences.join()).not.toContain('the same files');
    const outcome = await executor.fire(both, () => {});
    expect(outcome).toMatchObject({ state: 'done', message: '2 of 2 done' });
    expect(sizeOf(outOf(other))).toBe(0);
    expect(auditLines().at(-1)).toMatchObject({
      results: [
        { name: 'merged-a', state: 'done', message: expect.stringMatching(/B freed/) },
        { name: 'merged-b', state: 'done', message: '0 B freed: out 0 B' },
      ],
    });
    expect(await askAll(await targetOf('merged-a'))).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('nothing to flush'),
    });
  });

  /** Puts something else in the place of the silent bot's log for the time of `check`. */
  async function withInstead(lay: (path: string) => void, check: (target: BotTarget) => Promise<void>): Promise<void> {
    const target = await targetOf('silent');
    const aside = `${outOf(target)}.aside`;
    await until('it has written', () => existsSync(outOf(target)) && sizeOf(outOf(target)) > 0);
    renameSync(outOf(target), aside);
    try {
      lay(outOf(target));
      await check(target);
    } finally {
      rmSync(outOf(target), { force: true });
      renameSync(aside, outOf(target));
    }
  }

  test.skipIf(uid !== 0)(
    "a link to another owner's file is refused, also when it is laid while the question stands",
    async () => {
      const precious = join(home, 'precious');
      writeFileSync(precious, 'of somebody else');
      chownSync(precious, STRANGER, STRANGER);
      await withInstead(
        (path) => symlinkSync(precious, path),
        async (target) => {
          expect(await askAll(target)).toMatchObject({
            state: 'refused',
            reason: `silent: ${outOf(target)} is a link, which is not followed`,
          });
        },
      );
      const ask = await askFor(await targetOf('silent'));
      await withInstead(
        (path) => symlinkSync(precious, path),
        async () => {
          const outcome = await executor.fire(ask, () => {});
          expect(outcome).toMatchObject({ state: 'refused', message: expect.stringContaining('is a link') });
        },
      );
      expect(readFileSync(precious, 'utf8')).toBe('of somebody else');
      expect(auditLines().map((line) => line['result'])).toEqual([undefined, 'refused', undefined, 'refused']);
    },
  );

  test.skipIf(uid !== 0)('a file of another owner than the daemon is refused, itself too', async () => {
    await withInstead(
      (path) => {
        writeFileSync(path, 'of somebody else');
        chownSync(path, STRANGER, STRANGER);
      },
      async (target) => {
        expect(await askAll(target)).toMatchObject({
          reason: `silent: ${outOf(target)} belongs to uid ${STRANGER}, the PM2 daemon to uid 0`,
        });
        expect(sizeOf(outOf(target))).toBe(16);
      },
    );
  });

  test('with read-only no client is made and nothing is opened, saved or emptied', async () => {
    const target = await targetOf('silent');
    const before = { size: sizeOf(outOf(target)), read: statSync(outOf(target)).atimeMs };
    isReadOnly = true;
    made = 0;
    expect(await askAll(target)).toMatchObject({ state: 'refused', reason: expect.stringContaining('read-only') });
    expect(made).toBe(0);
    expect({ size: sizeOf(outOf(target)), read: statSync(outOf(target)).atimeMs }).toEqual(before);
    expect(existsSync(join(stateHome(), 'evidence'))).toBe(false);
  });

  test('when the audit cannot be written nothing is emptied', async () => {
    const target = await targetOf('silent');
    const ask = await askFor(target);
    const before = sizeOf(outOf(target));
    expect(before).toBeGreaterThan(0);
    rmSync(join(stateHome(), 'audit.ndjson'), { force: true });
    mkdirSync(join(stateHome(), 'audit.ndjson'));
    const outcome = await executor.fire(ask, () => {});
    expect(outcome).toMatchObject({
      state: 'refused',
      message: expect.stringContaining('the audit cannot be written'),
    });
    expect(sizeOf(outOf(target))).toBe(before);
  });

  test('where no evidence can be saved the phrase says so, and it can still be done', async () => {
    const target = await targetOf('silent');
    mkdirSync(stateHome(), { recursive: true });
    writeFileSync(join(stateHome(), 'evidence'), 'in the way');
    chmodSync(home, 0o700);
    const ask = await askFor(target);
    expect(ask.answer).toEqual({ kind: 'type', texts: ['without evidence'] });
    expect(ask.notes[0]).toMatch(/^no evidence could be saved: .*evidence is no folder/);
    const outcome = await executor.fire(ask, () => {});
    expect(outcome.state).toBe('done');
    expect(sizeOf(outOf(target))).toBe(0);
    expect(auditLines()[0]).toMatchObject({ notes: [expect.stringContaining('no evidence could be saved')] });
  });
});
