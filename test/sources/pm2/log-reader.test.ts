import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPm2LogReader, type Pm2LogReader } from '../../../src/sources/pm2/log-reader.ts';

let folder: string;
let path: string;
let reader: Pm2LogReader;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-log-'));
  path = join(folder, 'pm2.log');
  reader = createPm2LogReader(() => path, Date.now);
});

afterEach(async () => {
  await reader.close();
  rmSync(folder, { recursive: true });
});

/** A stamp as PM2 writes it, of the local time `agoMs` ago. */
function stamp(agoMs = 0): string {
  const date = new Date(Date.now() - agoMs);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

const line = (id: number, agoMs = 0) => `${stamp(agoMs)}: PM2 log: App [x:${id}] online\n`;
const idsOf = async () => (await reader.read()).events.map((event) => ('id' in event ? event.id : event.kind));

test('the last hour is read back once, older lines are not, and then only what is new', async () => {
  writeFileSync(path, line(1, 2 * 3_600_000) + line(2, 59 * 60_000) + line(3));
  const back = await reader.read();
  expect(back.isLive).toBe(false);
  expect(back.events.map((event) => 'id' in event && event.id)).toEqual(['2', '3']);
  expect(await idsOf()).toEqual([]);
  appendFileSync(path, line(4));
  expect((await reader.read()).isLive).toBe(true);
  appendFileSync(path, line(5));
  expect(await idsOf()).toEqual(['5']);
});

test('no more than 1 MiB from the end is read back, without the line that is cut', async () => {
  const filler = `${stamp()}: PM2 log: ${'-'.repeat(1_000)}\n`;
  writeFileSync(path, line(1) + filler.repeat(1_200) + line(2));
  expect(await idsOf()).toEqual(['2']);
});

test('a line is read once it is complete', async () => {
  writeFileSync(path, line(1) + line(2).slice(0, 30));
  expect(await idsOf()).toEqual(['1']);
  appendFileSync(path, line(2).slice(30));
  expect(await idsOf()).toEqual(['2']);
});

test('rotation loses no line: the end of the old file, then the new one from its beginning', async () => {
  writeFileSync(path, line(1));
  await reader.read();
  appendFileSync(path, line(2));
  renameSync(path, `${path}.1`);
  writeFileSync(path, line(3));
  expect(await idsOf()).toEqual(['2', '3']);
});

test('a truncated file is read from its beginning', async () => {
  writeFileSync(path, line(1) + line(2));
  await reader.read();
  truncateSync(path);
  appendFileSync(path, line(3));
  expect(await idsOf()).toEqual(['3']);
});

test('a file that is not there is said and found later', async () => {
  expect(await idsOf()).toEqual([]);
  expect(reader.isReadable).toBe(false);
  writeFileSync(path, line(1));
  expect(await idsOf()).toEqual(['1']);
  expect(reader.isReadable).toBe(true);
});

test("stamps of a daemon in another time zone are moved by the quarter hours that they lie off the file's time", async () => {
  writeFileSync(path, line(1, -9 * 3_600_000 + 60_000) + line(2, -9 * 3_600_000));
  const { events } = await reader.read();
  expect(events).toHaveLength(2);
  for (const [index, agoMs] of [60_000, 0].entries()) {
    expect(Math.abs((events[index]?.at ?? 0) - (Date.now() - agoMs))).toBeLessThan(5_000);
  }
});

test('an old log that nobody wrote to lately is not taken for one of another zone', async () => {
  writeFileSync(path, line(1, 3 * 3_600_000));
  const written = (Date.now() - 3 * 3_600_000) / 1000;
  utimesSync(path, written, written);
  expect(await idsOf()).toEqual([]);
});

test('a pipe or a folder in its place is not waited for', async () => {
  symlinkSync('/dev/null', path);
  expect(await idsOf()).toEqual([]);
  expect(reader.isReadable).toBe(false);
});

test('a line without end is dropped, what follows is read', async () => {
  writeFileSync(path, line(1));
  await reader.read();
  appendFileSync(path, 'x'.repeat(70_000));
  expect(await idsOf()).toEqual([]);
  appendFileSync(path, `${line(2)}${line(3)}`);
  expect(await idsOf()).toEqual(['3']);
});

test('once the daemon is known to write elsewhere, that file is read back like one that was there before us', async () => {
  writeFileSync(path, line(1));
  expect(await idsOf()).toEqual(['1']);
  path = join(folder, 'own.log');
  writeFileSync(path, line(2, 7_200_000) + line(3));
  const back = await reader.read();
  expect(back.isLive).toBe(false);
  expect(back.events.map((event) => 'id' in event && event.id)).toEqual(['3']);
});
