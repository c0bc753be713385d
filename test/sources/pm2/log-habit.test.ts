import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { habitOf, readHabit } from '../../../src/sources/pm2/log-habit.ts';
import { NOON } from '../../helpers/bots.ts';

const folder = mkdtempSync(join(tmpdir(), 'botop-habit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secondsBefore = (seconds: number) => new Date(NOON - seconds * 1000);

test('the habit is that of the hour before the last line, lines of one second being one write', () => {
  const times = [7_200, 3_000, 2_000, 1_990, 1_990, 10, 0].map((seconds) => NOON - seconds * 1000);
  expect(habitOf(times.toReversed(), null)).toEqual({ writes: 4, longestGapMs: 1_980_000, spanMs: 3_000_000 });
  expect(habitOf([NOON], null)).toBe(null);
  expect(habitOf([], null)).toBe(null);
});

test('a gap in which it was started begins there: before that it may not have run', () => {
  const times = [3_000, 2_990, 600, 590, 0].map((seconds) => NOON - seconds * 1000);
  expect(habitOf(times, NOON - 605_000)).toMatchObject({ writes: 4, longestGapMs: 590_000 });
  expect(habitOf(times, NOON - 1_600_000)?.longestGapMs).toBe(1_000_000);
  expect(habitOf(times, NOON - 3_500_000)?.longestGapMs).toBe(2_390_000);
});

test('times are found in plain lines, in JSON of winston and of pino, over both files; lines without one do not count', async () => {
  const out = join(folder, 'out.log');
  const error = join(folder, 'error.log');
  writeFileSync(
    out,
    [
      `${secondsBefore(90).toISOString()} started`,
      'no time here',
      `{"level":"info","message":"x","timestamp":"${secondsBefore(60).toISOString()}"}`,
      `{"level":30,"time":${NOON - 30_000},"msg":"x"}`,
      '',
    ].join('\n'),
  );
  writeFileSync(error, `${secondsBefore(0).toISOString()}: failed\n`);
  expect(await readHabit({ outLogPath: out, errLogPath: error, startedAt: null }, NOON)).toEqual({
    writes: 3,
    longestGapMs: 30_000,
    spanMs: 90_000,
  });
  expect(await readHabit({ outLogPath: join(folder, 'none.log'), errLogPath: null, startedAt: null }, NOON)).toBe(null);
});
