import { expect, test } from 'vitest';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import type { LogEvent } from '../../../src/sources/logs/snapshot.ts';
import { createErrorMarks, type MarksFile } from '../../../src/state/errors/marks.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';

const NOON = Date.UTC(2026, 0, 15, 12, 0, 30);
const HOUR = 3_600_000;

function event(message: string, at: number, bot = 'weather-bot'): Omit<LogEvent, 'seq'> {
  return {
    at,
    isStamped: true,
    level: 'error',
    bot,
    path: '/logs/a.log',
    fileId: '1:2',
    offset: 0,
    stream: 'err',
    component: '',
    message,
    detail: '',
    code: null,
    retryAfterSeconds: null,
  };
}

interface Memory extends MarksFile {
  text: string | null;
  fails: boolean;
}

function memory(text: string | null = null): Memory {
  const file: Memory = {
    text,
    fails: false,
    async read() {
      return file.text;
    },
    async write(next: string) {
      if (file.fails) throw new Error('the disk is full');
      file.text = next;
    },
  };
  return file;
}

const A = 'a'.repeat(14);
const B = 'b'.repeat(14);

test('what was not in the hour that was read back is new, until it is marked as known', async () => {
  const ring = new LogEvents();
  const history = createErrorHistory({ startedAt: NOON });
  ring.push(event('old trouble', NOON - 60_000));
  ring.push(event('new trouble', NOON + 1_000));
  ring.push(event('old trouble', NOON + 1_000));
  history.pull(ring, NOON + 2_000);
  const fresh = () => history.groups.filter((group) => history.isNew(group)).map(({ pattern }) => pattern);
  expect(fresh()).toEqual(['new trouble']);
  const group = history.groups.find(({ pattern }) => pattern === 'new trouble');
  await history.marks.set(group?.fingerprint ?? '', { isKnown: true, pattern: 'new trouble' }, NOON);
  expect(fresh()).toEqual([]);
});

test('an error that comes back after more than an hour is not new again', () => {
  const ring = new LogEvents();
  const history = createErrorHistory({ startedAt: NOON });
  ring.push(event('comes and goes', NOON - 60_000));
  history.pull(ring, NOON);
  history.pull(ring, NOON + 2 * HOUR);
  expect(history.groups).toEqual([]);
  ring.push(event('comes and goes', NOON + 2 * HOUR));
  history.pull(ring, NOON + 2 * HOUR);
  expect(history.groups.map((group) => [history.isNew(group), group.firstAt])).toEqual([[false, NOON - 60_000]]);
});

test('new is what came since a moment, a deploy, or the last start of one of its bots', () => {
  const ring = new LogEvents();
  const starts: Record<string, number> = { 'weather-bot': NOON - 30_000 };
  const history = createErrorHistory({ startedAt: NOON, botStartedAt: (bot) => starts[bot] ?? null });
  ring.push(event('before', NOON - 60_000));
  ring.push(event('between', NOON - 10_000));
  ring.push(event('of another bot', NOON - 10_000, 'unknown-bot'));
  history.pull(ring, NOON);
  const fresh = () => history.groups.filter((group) => history.isNew(group)).map(({ pattern }) => pattern);
  expect(fresh()).toEqual([]);
  history.setBaseline({ kind: 'restart' });
  expect(fresh()).toEqual(['between']);
  history.setBaseline({ kind: 'moment', at: NOON - 60_000 });
  expect(fresh()).toHaveLength(3);
  const frozen = history.freeze();
  history.setBaseline({ kind: 'deploy', at: NOON - 5_000 });
  expect(fresh()).toEqual([]);
  expect(frozen.groups.filter((group) => frozen.isNew(group))).toHaveLength(3);
});

test('marks outlive the session, and those of another session are kept', async () => {
  const file = memory();
  const ours = createErrorMarks(file);
  const theirs = createErrorMarks(file);
  await ours.set(A, { isKnown: true, pattern: 'a' }, NOON);
  await theirs.set(B, { isHidden: true, pattern: 'b' }, NOON);
  const later = createErrorMarks(file);
  await later.load();
  expect(later.of(A)).toMatchObject({ isKnown: true, isHidden: false });
  expect(later.of(B)).toMatchObject({ isKnown: false, isHidden: true, pattern: 'b' });
  await later.set(A, { isKnown: false, pattern: 'a' }, NOON - HOUR);
  await ours.load();
  expect(ours.of(A)?.isKnown).toBe(false);
});

test('a file that cannot be written or is not ours leaves the marks in the session, and says why', async () => {
  const full = memory();
  full.fails = true;
  const marks = createErrorMarks(full);
  await marks.set(A, { isKnown: true, pattern: 'a' }, NOON);
  expect(marks.of(A)?.isKnown).toBe(true);
  expect(marks.trouble).toBe('the disk is full');
  full.fails = false;
  await marks.set(A, { isHidden: true, pattern: 'a' }, NOON);
  expect(marks.trouble).toBeNull();

  for (const text of ['{', '[]', '{"format":2,"marks":[]}']) {
    const damaged = memory(text);
    const careful = createErrorMarks(damaged);
    await careful.set(A, { isKnown: true, pattern: 'a' }, NOON);
    expect(careful.trouble).toMatch(/move it away/);
    expect(damaged.text).toBe(text);
  }
});

test('of more marks than there is room for, the oldest leave and are counted', async () => {
  const entries = Array.from({ length: 5_010 }, (_, i) => ({
    fingerprint: i.toString(16).padStart(14, '0'),
    isKnown: true,
    isHidden: false,
    at: NOON + i,
    pattern: 'x',
  }));
  const marks = createErrorMarks(memory(JSON.stringify({ format: 1, marks: entries })));
  await marks.load();
  expect([marks.size, marks.left]).toEqual([5_000, 10]);
  expect(marks.of('0'.repeat(14))).toBeUndefined();
});

test('events are taken in pieces when asked for, each once', () => {
  const ring = new LogEvents();
  const history = createErrorHistory();
  for (let i = 0; i < 25; i += 1) ring.push(event('again', NOON));
  const more: boolean[] = [];
  do more.push(history.pull(ring, NOON, 10));
  while (more.at(-1));
  expect(more).toEqual([true, true, false]);
  expect(history.groups[0]?.totalCount).toBe(25);
});

test('samples are held within their characters, one of each group at least', () => {
  const ring = new LogEvents(10_000, 50_000_000);
  const history = createErrorHistory();
  const words = Array.from({ length: 500 }, (_, i) => `${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`);
  for (let round = 0; round < 8; round += 1) {
    for (const word of words) ring.push({ ...event(`trouble ${word}`, NOON), detail: 'x'.repeat(2_000) });
  }
  history.pull(ring, NOON);
  const lengths = history.groups.map(({ samples }) => samples.length);
  expect(lengths).toHaveLength(500);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
  const total = history.groups.flatMap(({ samples }) => samples).reduce((sum, { detail }) => sum + detail.length, 0);
  expect(total).toBeLessThanOrEqual(1_500_000);
});
