import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogFolders, type LogFolders } from '../../../src/sources/logs/folders.ts';
import { until } from '../../helpers/pm2-daemon.ts';

let folder: string;
let told: (string | null)[];
let folders: LogFolders;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'botop-folders-'));
  told = [];
  folders = createLogFolders((_, name) => void told.push(name));
  folders.arm(new Map([[folder, 2]]));
  await folders.learn();
});
afterEach(() => {
  folders.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string) => appendFileSync(join(folder, name), 'a line\n');
/** One change at a time, so that the system does not tell two as one. */
async function writeAndHear(name: string): Promise<void> {
  const before = told.length;
  write(name);
  await until('the change to be told', () => told.length > before, 5_000);
}

test('a few changes are told one by one', async () => {
  // A file that is made is told twice.
  for (let i = 0; i < 2; i++) await writeAndHear(`${i}.log`);
  expect(new Set(told)).toEqual(new Set(['0.log', '1.log']));
  expect(folders.isWatched(folder)).toBe(true);
});

test('a folder that tells too much in one beat is no longer listened to, and all in it is due', async () => {
  for (let i = 0; folders.isWatched(folder) && i < 100; i++) await writeAndHear(`${i % 2}.log`);
  expect(folders.isWatched(folder)).toBe(false);
  expect(told.at(-1)).toBe(null);
  const before = told.length;
  write('0.log');
  folders.arm(new Map([[folder, 2]]));
  expect(folders.isWatched(folder)).toBe(true);
  await writeAndHear('1.log');
  expect(told.slice(before)).not.toContain('0.log');
});

test('a folder that tells a little in each of many beats is listened to', async () => {
  for (let i = 0; i < 40; i++) {
    await writeAndHear('0.log');
    folders.beat();
  }
  expect(folders.isWatched(folder)).toBe(true);
});

test('in a folder that is not listened to, what comes is told with the next beat, once', async () => {
  for (let i = 0; folders.isWatched(folder) && i < 100; i++) await writeAndHear(`${i % 2}.log`);
  const before = told.length;
  folders.beat();
  write('0.log');
  folders.beat();
  expect(told.slice(before)).toEqual([]);
  write('new.log');
  folders.beat();
  folders.beat();
  expect(told.slice(before)).toEqual(['']);
});
