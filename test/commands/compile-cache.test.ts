import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearCache, findCache, makeCache } from '../../src/commands/compile-cache.ts';

const uid = process.geteuid?.() ?? 0;
let home: string;

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'botop-cache-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('it is made under the home, for nobody else to read', () => {
  const folder = makeCache({ env: { HOME: home }, uid });
  expect(folder).toBe(join(home, '.cache/botop/compiled'));
  expect(statSync(folder as string).mode & 0o777).toBe(0o700);
  expect(makeCache({ env: { HOME: home }, uid })).toBe(folder);
});

test('XDG_CACHE_HOME is obeyed where it is absolute', () => {
  expect(makeCache({ env: { HOME: home, XDG_CACHE_HOME: join(home, 'x') }, uid })).toBe(join(home, 'x/botop/compiled'));
  expect(makeCache({ env: { HOME: home, XDG_CACHE_HOME: 'x' }, uid })).toBe(join(home, '.cache/botop/compiled'));
});

test('there is none in a home of somebody else, as under sudo with the caller’s HOME', () => {
  expect(makeCache({ env: { HOME: home }, uid: uid + 1 })).toBeNull();
});

test('there is none where others could put their own in its stead', () => {
  mkdirSync(join(home, '.cache'));
  chmodSync(join(home, '.cache'), 0o777);
  expect(makeCache({ env: { HOME: home }, uid })).toBeNull();
});

test('one in a folder that others may read is used: the demo has made that where it ran first', () => {
  mkdirSync(join(home, '.cache/botop/redis-x64'), { recursive: true });
  chmodSync(join(home, '.cache/botop'), 0o755);
  const folder = join(home, '.cache/botop/compiled');
  expect(makeCache({ env: { HOME: home }, uid })).toBe(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const mode of [0o775, 0o757]) {
    chmodSync(join(home, '.cache/botop'), mode);
    expect(makeCache({ env: { HOME: home }, uid })).toBeNull();
  }
});

test('a folder that others may write, a link and a file are not used', () => {
  mkdirSync(join(home, '.cache/botop/compiled'), { recursive: true, mode: 0o700 });
  chmodSync(join(home, '.cache/botop/compiled'), 0o770);
  expect(makeCache({ env: { HOME: home }, uid })).toBeNull();
  rmSync(join(home, '.cache/botop'), { recursive: true });
  mkdirSync(join(home, 'elsewhere'), { mode: 0o700 });
  symlinkSync(join(home, 'elsewhere'), join(home, '.cache/botop'));
  expect(makeCache({ env: { HOME: home }, uid })).toBeNull();
  rmSync(join(home, '.cache/botop'));
  writeFileSync(join(home, '.cache/botop'), '');
  expect(makeCache({ env: { HOME: home }, uid })).toBeNull();
});

test('without a home there is none', () => {
  expect(makeCache({ env: {}, uid })).toBeNull();
  expect(makeCache({ env: { HOME: join(home, 'missing') }, uid })).toBeNull();
});

test('looking for it makes nothing', () => {
  expect(findCache({ env: { HOME: home }, uid })).toBeNull();
  expect(readdirSync(home)).toEqual([]);
  const folder = makeCache({ env: { HOME: home }, uid });
  expect(findCache({ env: { HOME: home }, uid })).toBe(folder);
});

test('what many versions left behind is thrown away, and what a few did is kept', () => {
  const folder = makeCache({ env: { HOME: home }, uid }) as string;
  mkdirSync(join(folder, 'v1'));
  for (let i = 0; i < 50; i++) writeFileSync(join(folder, String(i)), '');
  clearCache(folder);
  expect(readdirSync(folder)).toHaveLength(51);
  for (let i = 50; i < 100; i++) writeFileSync(join(folder, String(i)), '');
  clearCache(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test('clearing one that is gone, or is no folder, ends nothing', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  for (const folder of [join(home, 'gone'), file]) expect(() => clearCache(folder)).not.toThrow();
  expect(statSync(file).isFile()).toBe(true);
});
