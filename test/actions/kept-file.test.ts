import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptFile } from '../../src/actions/kept-file.ts';
import { statePlace } from '../../src/actions/state-folder.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'botop-state-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const uid = process.getuid?.() ?? 0;
const file = () => keptFile(statePlace({ XDG_STATE_HOME: state }, homedir(), uid), 'errors.json', 1_000);

test('what was written is read again, for us alone, and no draft stays', async () => {
  expect(await file().read()).toBeNull();
  expect(readdirSync(state)).toEqual([]);
  await file().write('one');
  await file().write('two');
  expect(await file().read()).toBe('two');
  expect(readdirSync(join(state, 'botop'))).toEqual(['errors.json']);
  expect(statSync(join(state, 'botop', 'errors.json')).mode & 0o777).toBe(0o600);
});

test('a link in its place is not followed, neither to read nor to write', async () => {
  await file().write('one');
  const target = join(state, 'victim');
  writeFileSync(target, 'theirs');
  rmSync(join(state, 'botop', 'errors.json'));
  symlinkSync(target, join(state, 'botop', 'errors.json'));
  await expect(file().read()).rejects.toThrow('is a link');
  await file().write('ours');
  expect(await file().read()).toBe('ours');
});

test('more than there is room for is refused', async () => {
  await expect(file().write('x'.repeat(1_001))).rejects.toThrow('too large');
  await file().write('x');
  writeFileSync(join(state, 'botop', 'errors.json'), 'x'.repeat(1_001));
  await expect(file().read()).rejects.toThrow('larger');
});
