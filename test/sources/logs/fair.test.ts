import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAssembler, type LineSink } from '../../../src/sources/logs/assembler.ts';
import { type LogEvent, LogEvents } from '../../../src/sources/logs/events.ts';
import { LogFactsRing } from '../../../src/sources/logs/facts.ts';
import { fairShare } from '../../../src/sources/logs/fair.ts';
import type { LogsSnapshot, LogTarget } from '../../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import { type Source, systemClock } from '../../../src/sources/source.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';
import fc from '../../helpers/fast-check.ts';

let folder: string;
let source: Source<'logs'>;
let targets: LogTarget[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
  targets = ['loud', 'quiet'].map((name) => ({ path: at(name), bots: [name], stream: 'err' }));
  source = logsSource({ clock: systemClock, targets: () => targets, globs: [] });
});

afterEach(async () => {
  await source.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const stamp = (agoMs = 0) => new Date(Date.now() - agoMs).toISOString();
const read = () => source.read(AbortSignal.timeout(10_000));

async function readUntil(isDone: (logs: LogsSnapshot) => boolean): Promise<LogsSnapshot> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const logs = await read();
    if (isDone(logs)) return logs;
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${JSON.stringify(logs.counts)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a quiet bot's errors beside a flood are all kept, with their stack traces, beat by beat", async () => {
  for (const { path } of targets) writeFileSync(path, '');
  const history = createErrorHistory();
  history.pull((await read()).events, Date.now());
  const beats = 6;
  const lines = 8_000;
  for (let beat = 0; beat < beats; beat += 1) {
    // The loud one is told first, and its lines alone are more than a beat judges.
    appendFileSync(at('loud'), Array.from({ length: lines }, (_, i) => `${stamp()} ERROR flood ${i}\n`).join(''));
    appendFileSync(at('quiet'), `${stamp()} ERROR quiet\nTypeError: beat ${beat}\n    at a (/srv/a.js:${beat}:2)\n`);
    const { events } = await read();
    history.pull(events, Date.now());
  }
  const { counts } = await readUntil(({ events, counts: { error, droppedLines } }) => {
    history.pull(events, Date.now());
    return error + droppedLines >= beats * (lines + 1);
  });
  expect(counts.error + counts.droppedLines).toBe(beats * (lines + 1));
  expect(counts.droppedLines).toBeGreaterThan(0);
  const quiet = history.groups.find(({ bots }) => bots.has('quiet'));
  expect(quiet?.totalCount).toBe(beats);
  expect(quiet?.samples.map(({ detail }) => detail.split('\n').length)).toEqual(Array.from({ length: beats }, () => 2));
});

test('when a beat has nothing left to judge with, of every other log a few lines are judged all the same', () => {
  const events = new LogEvents();
  const allowance = { linesLeft: 3, timedBelow: 0, until: Number.POSITIVE_INFINITY, beat: 1 };
  const tally = { warn: 0, error: 0, fatal: 0, droppedLines: 0, cutLines: 0 };
  const facts = new LogFactsRing();
  const [now, monotonic] = [Date.now, () => 0];
  const sinkFor = createAssembler({ events, facts, tally, allowance, now, monotonic, windowMs: 3_600_000 });
  const sinks = targets.map((target) => sinkFor({ target }));
  const write = (sink: LineSink | undefined, lines: number): void => {
    const bytes = Buffer.from(`${stamp()} ERROR no`);
    const mark = { isCut: false, hasNeedle: true, fileId: '', offset: 0 };
    for (let i = 0; i < lines; i += 1) sink?.take(bytes, 0, bytes.length, mark);
    sink?.flush();
  };
  write(sinks[0], 1_000);
  const { error: ofLoud } = tally;
  expect(ofLoud).toBeLessThan(100);
  write(sinks[1], 5);
  expect(tally.error - ofLoud).toBe(5);
  expect(tally.error + tally.droppedLines).toBe(1_005);
  write(sinks[0], 5);
  expect(tally.error - ofLoud).toBe(5);
  allowance.beat += 1;
  write(sinks[0], 5);
  expect(tally.error - ofLoud).toBe(10);
});

test('of an hour full of errors the few of a quiet bot are read back, however old they are', async () => {
  writeFileSync(at('quiet'), Array.from({ length: 7 }, (_, i) => `${stamp(3_000_000)} ERROR quiet ${i}\n`).join(''));
  writeFileSync(at('loud'), `${stamp(60_000)} ERROR no\n`.repeat(20_000));
  for (const { path } of targets) utimesSync(path, Date.now() / 1000 - 5, Date.now() / 1000 - 5);
  const history = createErrorHistory();
  // On a busy machine it takes several readings, and each is grouped before the next.
  await readUntil(({ events, files }) => {
    history.pull(events, Date.now());
    return files.every(({ state }) => state === 'following');
  });
  expect(history.groups.find(({ bots }) => bots.has('quiet'))?.totalCount).toBe(7);
  const grouped = history.groups.reduce((sum, { totalCount }) => sum + totalCount, 0);
  expect(grouped + history.eventsMissed).toBe(20_007);
});

const event = (path: string, at: number, characters: number): Omit<LogEvent, 'seq'> => ({
  ...{ at, path, bot: path, isStamped: true, level: 'error', fileId: '', offset: 0, stream: 'err', component: '' },
  ...{ message: 'x'.repeat(characters), detail: '', code: null, retryAfterSeconds: null },
});

test('of events that come at once each log keeps its newest, a quiet one all, and what is left out is counted', () => {
  const log = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 60 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(log, { minLength: 1, maxLength: 5 }), (logs) => {
      const events = new LogEvents(40, 800);
      const staged = logs.flatMap((list, i) => list.map(([at, size]) => event(`${i}`, at, size)));
      for (const each of staged) events.stage(each);
      events.commit();
      const kept: LogEvent[] = [];
      expect(events.since(0, (each) => kept.push(each))).toBe(0);
      expect(kept.length + events.passedOver).toBe(staged.length);
      expect(kept.length).toBeLessThanOrEqual(40);
      const equalShare = 800 / logs.length;
      logs.forEach((list, i) => {
        const own = kept.filter(({ path }) => path === `${i}`);
        const wanted = list.reduce((sum, [, size]) => sum + Math.max(20, size), 0);
        if (wanted <= equalShare) expect(own).toHaveLength(list.length);
        // None that was left out is newer than one that is kept.
        const moments = list.map(([at]) => at).sort((a, b) => b - a);
        expect(own.map(({ at }) => at).sort((a, b) => b - a)).toEqual(moments.slice(0, own.length));
      });
    }),
  );
});

test('a fair share fills the room and leaves what is small alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 1_000 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 5_000 }),
      (wants, room) => {
        const share = fairShare(wants, room);
        const given = wants.reduce((sum, want) => sum + Math.min(want, share), 0);
        expect(given).toBeCloseTo(
          Math.min(
            room,
            wants.reduce((sum, want) => sum + want, 0),
          ),
          6,
        );
      },
    ),
  );
});
