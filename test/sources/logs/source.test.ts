import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEvent, LogsSnapshot, LogTarget } from '../../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import { createPm2Targets } from '../../../src/sources/logs/targets.ts';
import { createZoneShift } from '../../../src/sources/logs/zone.ts';
import { type Source, SourceOff, systemClock } from '../../../src/sources/source.ts';
import { makeBot, makePm2Snapshot } from '../../helpers/bots.ts';
import { readBack } from '../../helpers/read-back.ts';

let folder: string;
let source: Source<'logs'>;
let targets: LogTarget[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
  targets = [{ path: at('bot.log'), bots: ['bot'], stream: 'err' }];
  source = logsSource({ clock: systemClock, targets: () => targets, globs: [] });
});

afterEach(async () => {
  await source.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const stamp = (agoMs = 0) => new Date(Date.now() - agoMs).toISOString();
const read = () => readBack(source);

function old(path: string): void {
  const written = Date.now() / 1000 - 5;
  utimesSync(path, written, written);
}

function eventsOf({ events }: LogsSnapshot): LogEvent[] {
  const list: LogEvent[] = [];
  events.since(0, (event) => list.push(event));
  return list;
}

/** Reads until a condition holds; the source is told of changes in its own time. */
async function readUntil(isDone: (logs: LogsSnapshot) => boolean): Promise<LogsSnapshot> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const logs = await read();
    if (isDone(logs)) return logs;
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${JSON.stringify(logs.counts)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('the last hour is read back, older events are left out, and they stand in the order of time', async () => {
  targets.push({ path: at('other.log'), bots: ['other'], stream: 'out' });
  writeFileSync(at('bot.log'), `${stamp(7_200_000)} ERROR old\n${stamp(60_000)} ERROR b\n${stamp(20_000)} ERROR d\n`);
  writeFileSync(at('other.log'), `${stamp(90_000)} WARN a\n${stamp(40_000)} ERROR c\n`);
  old(at('bot.log'));
  old(at('other.log'));
  const logs = await read();
  expect(eventsOf(logs).map(({ message, bot }) => `${bot} ${message}`)).toEqual([
    'other a',
    'bot b',
    'other c',
    'bot d',
  ]);
  expect(logs.counts).toMatchObject({ warn: 1, error: 3, fatal: 0 });
});

test('the lines of a stack trace are one event, with the code of its cause', async () => {
  writeFileSync(
    at('bot.log'),
    `${stamp(9_000)} - stats.writer - ERROR - round failed\n` +
      'Traceback (most recent call last):\n  File "/srv/w.py", line 88, in flush\n    self.commit()\n' +
      'psycopg.OperationalError: connect ECONNREFUSED\n' +
      `${stamp(8_000)} - stats.writer - INFO - next\n` +
      'TypeError: x is not a function\n    at a (/srv/a.js:1:2)\n    at b (/srv/b.js:3:4)\n',
  );
  old(at('bot.log'));
  const [first, second, ...rest] = eventsOf(await read());
  expect(first).toMatchObject({ message: 'round failed', component: 'stats.writer', code: 'ECONNREFUSED' });
  expect(first?.detail.split('\n')).toHaveLength(4);
  expect(second).toMatchObject({ message: 'TypeError: x is not a function', isStamped: false });
  expect(second?.detail.split('\n')).toHaveLength(2);
  expect(rest).toEqual([]);
});

test('a 64 MiB log is begun at its end: the newest errors at once, in little memory', async () => {
  const block = `${stamp(2_000)} INFO  update /weather Lisbon answered in 45 ms\n`.repeat(16_384);
  for (let size = 0; size < 64 * 1024 * 1024; size += block.length) appendFileSync(at('bot.log'), block);
  for (let i = 0; i < 200; i += 1) appendFileSync(at('bot.log'), `${stamp(1_000)} ERROR number ${i}\n`);
  old(at('bot.log'));
  const before = process.memoryUsage.rss();
  const logs = await read();
  expect(eventsOf(logs).map(({ message }) => message)).toEqual(Array.from({ length: 200 }, (_, i) => `number ${i}`));
  expect(logs.counts.readBytes).toBeLessThan(2 * 1024 * 1024);
  expect(process.memoryUsage.rss() - before).toBeLessThan(30e6);
});

test('while a log is written, rotated three ways and deleted, every error is counted once', async () => {
  writeFileSync(at('bot.log'), '');
  await read();
  let written = 0;
  const write = (lines: number) => {
    let text = '';
    for (let i = 0; i < lines; i += 1) text += `${stamp()} INFO  fine\n${stamp()} ERROR number ${written++}\n`;
    appendFileSync(at('bot.log'), text);
  };
  for (let round = 0; round < 6; round += 1) {
    write(50);
    await read();
    write(20);
    if (round % 3 === 0) renameSync(at('bot.log'), at(`bot.log.${round}`));
    if (round % 3 === 1) {
      copyFileSync(at('bot.log'), at(`bot.log.${round}`));
      truncateSync(at('bot.log'));
    }
    if (round % 3 === 2) rmSync(at('bot.log'));
    write(20);
    const sofar = written;
    // The last event is let go when nothing more came to it for a moment.
    await readUntil(({ counts }) => counts.error >= sofar);
  }
  const logs = await readUntil(({ counts }) => counts.error >= written);
  const numbers = eventsOf(logs).map(({ message }) => Number(message.split(' ')[1]));
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, i) => i));
});

test('in a flood what is judged and what is only counted add up to what was written', async () => {
  writeFileSync(at('bot.log'), '');
  await read();
  const lines = 30_000;
  appendFileSync(at('bot.log'), Array.from({ length: lines }, (_, i) => `${stamp()} ERROR number ${i}\n`).join(''));
  const { counts } = await readUntil(({ counts: { error, droppedLines } }) => error + droppedLines >= lines);
  expect(counts.error + counts.droppedLines).toBe(lines);
  expect(counts.droppedLines).toBeGreaterThan(0);
  expect(counts.droppedBytes).toBe(0);
});

test('what is written is told at once', async () => {
  writeFileSync(at('bot.log'), '');
  let pokes = 0;
  const stop = source.watch?.(() => {
    pokes += 1;
  });
  await read();
  appendFileSync(at('bot.log'), `${stamp()} ERROR x\n`);
  await expect.poll(() => pokes).toBeGreaterThan(0);
  stop?.();
});

test('globs are followed as files come to match them, under the name and in the zone that are given', async () => {
  await source.close();
  source = logsSource({
    clock: systemClock,
    targets: () => null,
    globs: [{ glob: at('api-*.log'), name: 'api', zone: '+05:30' }],
  });
  expect((await read()).files).toEqual([]);
  const theirs = new Date(Date.now() + 330 * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  writeFileSync(at('api-1.log'), `${theirs} ERROR x\n`);
  const logs = await readUntil(({ counts }) => counts.error === 1);
  const [event] = eventsOf(logs);
  expect(event).toMatchObject({ bot: 'api', stream: 'glob' });
  expect(Math.abs((event?.at ?? 0) - Date.now())).toBeLessThan(15_000);
});

test('without PM2 and globs it is off, with the reason', async () => {
  await source.close();
  source = logsSource({ clock: systemClock, targets: () => [], offReason: () => 'no PM2, and no --logs', globs: [] });
  await expect(read()).rejects.toThrow(SourceOff);
});

test('times of another zone are moved, in summer and in winter', () => {
  const shift = createZoneShift('Asia/Kolkata');
  const at = Date.UTC(2026, 6, 1);
  const ours = -new Date(at).getTimezoneOffset();
  expect(shift(at)).toBe((ours - 330) * 60_000);
  const berlin = createZoneShift('Europe/Berlin');
  const hours = [Date.UTC(2026, 6, 1), Date.UTC(2026, 0, 1)].map(
    (moment) => -(berlin(moment) / 60_000 + new Date(moment).getTimezoneOffset()),
  );
  expect(hours).toEqual([120, 60]);
  expect(createZoneShift('Nowhere/AtAll')(at)).toBe(0);
});

test('stamps without a zone that lie whole quarters of an hour off are moved to the present', async () => {
  writeFileSync(at('bot.log'), '');
  await read();
  const theirs = new Date(Date.now() + 9 * 3_600_000 - new Date().getTimezoneOffset() * 60_000).toISOString();
  appendFileSync(at('bot.log'), `${theirs.slice(0, 19).replace('T', ' ')} ERROR x\n`);
  const [event] = eventsOf(await readUntil(({ counts }) => counts.error === 1));
  expect(Math.abs((event?.at ?? 0) - Date.now())).toBeLessThan(15_000);
});

test("PM2's files are named once while its bots stay the same", () => {
  const of = createPm2Targets();
  const snapshot = makePm2Snapshot([makeBot({ name: 'a' }), makeBot({ name: 'b', errLogPath: null })]);
  const list = of([snapshot]);
  expect(list.map(({ bots, stream }) => `${bots[0]} ${stream}`)).toEqual(['a out', 'a err', 'b out', 'PM2 out']);
  expect(of([{ ...snapshot }])).toBe(list);
  const daemon = { ...snapshot.daemon, logPath: '/var/log/pm2-own.log' };
  expect(of([{ ...snapshot, daemon }]).at(-1)).toMatchObject({ path: '/var/log/pm2-own.log', bots: ['PM2'] });
});

test('a combined log is read where the other two keep nothing, and only there', () => {
  const combinedLogPath = '/logs/all.log';
  const pathsOf = (bot: Parameters<typeof makeBot>[0]) =>
    createPm2Targets()([makePm2Snapshot([makeBot({ ...bot, combinedLogPath })])])
      .filter(({ bots }) => bots[0] !== 'PM2')
      .map(({ path }) => path);
  expect(pathsOf({ outLogPath: '/dev/null', errLogPath: '/dev/null' })).toEqual([combinedLogPath]);
  expect(pathsOf({ outLogPath: '/logs/out.log', errLogPath: '/dev/null' })).toEqual(['/logs/out.log', '/dev/null']);
});

test("errors of glog's format are found, whatever words they are made of", async () => {
  const day = new Date();
  const pad = (value: number) => String(value).padStart(2, '0');
  const when = `${pad(day.getMonth() + 1)}${pad(day.getDate())} ${day.toTimeString().slice(0, 8)}.123456`;
  writeFileSync(
    at('bot.log'),
    `I${when}    12 main.go:5] all is well\nE${when}    12 main.go:45] cannot listen\nI${when}    12 main.go:6] next\nW${when}    12 main.go:7] slow\n`,
  );
  old(at('bot.log'));
  const logs = await read();
  expect(eventsOf(logs).map(({ level, message }) => `${level} ${message}`)).toEqual([
    'error cannot listen',
    'warn slow',
  ]);
  appendFileSync(at('bot.log'), `I${when}    12 main.go:6] next\nE${when}    12 main.go:46] cannot go on\n`);
  const later = await readUntil(({ counts }) => counts.error === 2);
  expect(eventsOf(later).at(-1)?.message).toBe('cannot go on');
});

test('however much there is, all that is read back is judged, in as many readings as it takes, and quiet logs too', async () => {
  const loud = 20_000;
  const names = ['a', 'b', 'c', 'quiet'];
  targets = names.map((name) => ({ path: at(name), bots: [name], stream: 'err' }));
  for (const name of names) {
    writeFileSync(at(name), `${stamp(60_000)} ERROR no\n`.repeat(name === 'quiet' ? 7 : loud));
    old(at(name));
  }
  const logs = await read();
  expect(logs.counts).toMatchObject({ error: 3 * loud + 7, droppedLines: 0 });
});

test('what stood there before us and tells no time is older than we are, however late its file was written to', async () => {
  await source.close();
  writeFileSync(at('bot.log'), 'Error: no\n');
  const begunAt = Date.now() + 5_000;
  utimesSync(at('bot.log'), begunAt / 1000 + 30, begunAt / 1000 + 30);
  let now = begunAt;
  source = logsSource({ clock: { ...systemClock, now: () => now }, targets: () => targets, globs: [] });
  now += 60_000;
  const [event] = eventsOf(await read());
  expect(event?.at).toBeLessThan(begunAt);
  expect(event?.at).toBeGreaterThan(begunAt - 1_000);
});
