import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStateFolder, type StatePlace, statePlace } from '../../src/actions/state-folder.ts';

const uid = process.geteuid?.() ?? 0;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'botop-state-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const place = (over: Partial<StatePlace> = {}): StatePlace => ({
  xdgStateHome: undefined,
  homes: [root],
  uid,
  ...over,
});
const modeOf = (path: string) => lstatSync(path).mode & 0o777;

test('it is made private, whatever the umask', async () => {
  const before = process.umask(0o000);
  const folder = await openStateFolder(place(), ['evidence']);
  process.umask(before);
  expect(folder).toEqual({ state: 'usable', path: join(root, '.local/state/botop/evidence') });
  expect(modeOf(join(root, '.local/state/botop'))).toBe(0o700);
  expect(modeOf(join(root, '.local/state/botop/evidence'))).toBe(0o700);
});

test('XDG_STATE_HOME is used when absolute, and only then', async () => {
  const xdg = join(root, 'xdg');
  expect(await openStateFolder(place({ xdgStateHome: xdg }))).toMatchObject({ path: join(xdg, 'botop') });
  expect(await openStateFolder(place({ xdgStateHome: 'xdg' }))).toMatchObject({
    path: join(root, '.local/state/botop'),
  });
});

test('a folder of ours that others could read is closed', async () => {
  const path = join(root, '.local/state/botop');
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
  await openStateFolder(place());
  expect(modeOf(path)).toBe(0o700);
});

test('a link in its place is refused', async () => {
  mkdirSync(join(root, '.local/state'), { recursive: true });
  mkdirSync(join(root, 'elsewhere'));
  symlinkSync(join(root, 'elsewhere'), join(root, '.local/state/botop'));
  expect(await openStateFolder(place())).toMatchObject({
    state: 'unusable',
    reason: expect.stringContaining('no folder'),
  });
});

test('a file in its place is refused', async () => {
  mkdirSync(join(root, '.local/state'), { recursive: true });
  writeFileSync(join(root, '.local/state/botop'), '');
  expect(await openStateFolder(place())).toMatchObject({ state: 'unusable' });
});

test('a home that everybody can write is refused', async () => {
  const open = join(root, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  expect(await openStateFolder(place({ homes: [open] }))).toMatchObject({
    state: 'unusable',
    reason: expect.stringContaining('written by everybody'),
  });
});

test("another user's home is refused and the next one is tried", async () => {
  const ours = join(root, 'ours');
  mkdirSync(ours);
  // Seen from another uid, what is ours belongs to somebody else.
  expect(await openStateFolder(place({ uid: uid + 4242 }))).toMatchObject({ state: 'unusable' });
  expect(await openStateFolder(place({ homes: ['/proc/1', ours] }))).toMatchObject({ state: 'usable' });
});

test('the home of the password file is the second choice', () => {
  expect(statePlace({ HOME: '/a' }, '/root', 0).homes).toEqual(['/a', '/root']);
  expect(statePlace({}, '/root', 0).homes).toEqual(['/root']);
});
