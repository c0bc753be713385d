import { describe, expect, test } from 'vitest';
import { drawLogFiles, logFileRows } from '../../../src/panels/logs/files.ts';
import type { LogFile } from '../../../src/sources/logs/snapshot.ts';
import { LogGrowth } from '../../../src/state/log-growth.ts';
import type { World } from '../../../src/state/world.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { NOON } from '../../helpers/bots.ts';
import { createStillWorld } from '../../helpers/still-shell.ts';

const file = (name: string, sizeBytes: number, over: Partial<LogFile> = {}): LogFile => ({
  path: `/var/log/bots/${name}-out.log`,
  bots: [name],
  stream: 'out',
  state: 'following',
  reason: '',
  sizeBytes,
  offset: 0,
  writtenAt: NOON,
  droppedBytes: 0,
  ...over,
});

describe('how fast a log grows', () => {
  test('is what was written to it in an hour, through a cut and a rotation', () => {
    const growth = new LogGrowth();
    growth.push([file('api', 1_000)], NOON);
    expect(growth.perHour(file('api', 0).path, NOON + 10_000)).toBeNaN();
    growth.push([file('api', 4_000)], NOON + 60_000);
    growth.push([file('api', 500)], NOON + 120_000);
    growth.push([file('api', 2_500)], NOON + 180_000);
    expect(growth.perHour(file('api', 0).path, NOON + 180_000)).toBe((3_000 + 500 + 2_000) * 20);
    growth.push([], NOON + 181_000);
    expect(growth.perHour(file('api', 0).path, NOON + 181_000)).toBeNaN();
  });

  test('of one that nobody writes to any more is nothing an hour later', () => {
    const growth = new LogGrowth();
    growth.push([file('api', 0)], NOON);
    growth.push([file('api', 1_000)], NOON + 30_000);
    growth.push([file('api', 9_000)], NOON + 50_000);
    const perHour = (minute: number) => growth.perHour(file('api', 0).path, NOON + minute * 60_000);
    expect(perHour(30)).toBe(18_000);
    expect(perHour(60)).toBe(9_000);
    expect(perHour(61)).toBe(0);
  });

  test('stays what it was when the clock is set back', () => {
    const growth = new LogGrowth();
    const { path } = file('api', 0);
    for (let minute = 0; minute <= 90; minute += 1) growth.push([file('api', minute * 1_000)], NOON + minute * 60_000);
    const back = NOON - 3_600_000;
    for (let minute = 91; minute <= 95; minute += 1) {
      growth.push([file('api', minute * 1_000)], back + minute * 60_000);
      expect(growth.perHour(path, back + minute * 60_000)).toBeCloseTo(60_000, -4);
    }
  });

  test('forgets what is more than an hour ago, and keeps a bounded number of samples', () => {
    const growth = new LogGrowth();
    growth.push([file('api', 0)], NOON);
    growth.push([file('api', 1e9)], NOON + 60_000);
    for (let minute = 2; minute < 200; minute += 1) growth.push([file('api', 1e9 + minute)], NOON + minute * 60_000);
    expect(growth.perHour(file('api', 0).path, NOON + 199 * 60_000)).toBeCloseTo(60, -1);
  });
});

describe('the list', () => {
  function worldOf(files: readonly LogFile[]): World {
    const world = createStillWorld().world();
    const logGrowth = new LogGrowth();
    logGrowth.push(
      files.map((each) => ({ ...each, sizeBytes: each.sizeBytes - 1e6 })),
      NOON - 3_600_000,
    );
    logGrowth.push(files, NOON);
    const disks = [
      { mount: '/', availableBytes: 1e12, sizeBytes: 2e12, usedBytes: 1e12 },
      { mount: '/var/log', availableBytes: 6e6, sizeBytes: 1e9, usedBytes: 9e8 },
      { mount: '/var/lo', availableBytes: 1, sizeBytes: 1e9, usedBytes: 9e8 },
    ];
    const fresh = (value: unknown) => ({ reading: { state: 'fresh', value, readAt: NOON, tookMs: 1 } });
    return { ...world, now: NOON, logGrowth, logs: fresh({ files }), host: fresh({ disks }) } as unknown as World;
  }
  const files = [
    file('api', 3e9),
    file('worker', 5e9),
    file('gone', Number.NaN, { state: 'missing', reason: 'no such file' }),
    file('null', 0, { state: 'no-file', path: '/dev/null' }),
  ];

  test('names a file of no bot by its base name, and says of a folder among the logs what it is', () => {
    const named = { bots: [], stream: 'glob' } as const;
    const loose = file('nginx', 5, { ...named, path: '/var/log/nginx.log' });
    const folder = { ...named, state: 'no-file', reason: 'a folder', path: '/var/log/old.log' } as const;
    const rows = logFileRows(worldOf([loose, file('', Number.NaN, folder)]), 'size');
    expect(rows.map(({ bot, reason }) => [bot, reason])).toEqual([
      ['nginx.log', ''],
      ['old.log', 'a folder'],
    ]);
    const cells = new Cells(60, 8);
    drawLogFiles(cells, { rows, cursor: 0, top: 0, sort: 'size' }, createTheme('none'));
    expect(cells.plain()[2]).toMatch(/nginx\.log +glob +5 B/);
  });

  test('tells when the disk is full at the growth of all logs on it, and sorts by what is asked', () => {
    const world = worldOf(files);
    const rows = logFileRows(world, 'size');
    expect(rows.map(({ bot }) => bot)).toEqual(['worker', 'api', 'gone']);
    expect(rows[0]).toMatchObject({ mount: '/var/log', bytesPerHour: 1e6 });
    expect(rows[0]?.fullInMs).toBeCloseTo(3 * 3_600_000, -3);
    expect(logFileRows(world, 'name').map(({ bot }) => bot)).toEqual(['api', 'gone', 'worker']);
  });

  test('a pipe and the journal fill no disk, and a log that does not grow says so', () => {
    const pipe = file('pipe', Number.NaN, { state: 'no-file', reason: 'a pipe', path: '/run/bots/pipe' });
    const unit = file('nginx', Number.NaN, { path: 'journal:nginx', stream: 'glob' });
    const world = worldOf([pipe, unit]);
    const still = file('still', 500);
    const logGrowth = new LogGrowth();
    for (const at of [NOON - 3_600_000, NOON]) logGrowth.push([still], at);
    const rows = [...logFileRows(world, 'name'), ...logFileRows({ ...worldOf([still]), logGrowth }, 'name')];
    const cells = new Cells(120, 10);
    drawLogFiles(cells, { rows, cursor: 0, top: 0, sort: 'name' }, createTheme('none'));
    const text = cells.plain().slice(2, 5);
    expect(text.map((line) => line.slice(1, -1).trim().split(/ {2,}/))).toEqual([
      ['▸nginx', 'glob', 'journal:nginx'],
      ['pipe', 'out', 'a pipe: /run/bots/pipe'],
      ['still', 'out', '500 B', '+0 B', 'not growing /var/log /var/log/bots/still-out.log'],
    ]);
  });

  test.each([40, 80, 120, 200])('fits %i columns and says why a file is not read', (width) => {
    const cells = new Cells(width, 10);
    const rows = logFileRows(worldOf(files), 'size');
    drawLogFiles(cells, { rows, cursor: 0, top: 0, sort: 'size' }, createTheme('none'));
    const text = cells.plain();
    expect(text[0]).toContain('Log files · 3 · 8.00 GB');
    expect(text[2]).toMatch(/^│▸worker +out +5\.00 GB/);
    if (width >= 80) expect(text[4]).toMatch(/no such file: […/]/);
    if (width >= 80) expect(text[2]).toMatch(/\+1\.00 MB +3h00/);
  });
});
