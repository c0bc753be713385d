import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { keptFile } from '../../src/actions/kept-file.ts';
import { keepLook, LOOK_FILE, parseLook } from '../../src/commands/kept-look.ts';

let folder: string | null = null;
afterEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = null;
});

function kept() {
  folder = mkdtempSync(join(tmpdir(), 'botop-look-'));
  const place = { xdgStateHome: folder, homes: [], uid: process.getuid?.() ?? 0 };
  return keepLook(keptFile(place, LOOK_FILE.name, LOOK_FILE.maxBytes));
}

test('what was chosen is there again, in a file that nobody else can read', async () => {
  const look = kept();
  expect(await look.load()).toBeNull();
  expect(await look.save({ columns: { version: 'on', memory: 'off' }, isGrouped: true })).toBeNull();
  expect(await look.load()).toEqual({ columns: { version: 'on', memory: 'off' }, isGrouped: true });
  const path = join(folder as string, 'botop', LOOK_FILE.name);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toMatch(/^\{"format":1,/);
});

test('of what another version or another hand wrote only what is known is taken', () => {
  expect(parseLook('{"format":1,"bots":{"columns":{"version":"on","name":"off","odd":"on","cpu":7}}}')).toEqual({
    columns: { version: 'on' },
    isGrouped: false,
  });
  for (const text of ['', 'null', '[]', '7', '{"format":2,"bots":{}}', '{"format":1}']) {
    expect(parseLook(text)).toBeNull();
  }
});

test('a folder that cannot be written is said', async () => {
  const place = { xdgStateHome: '/proc/nowhere', homes: [], uid: process.getuid?.() ?? 0 };
  const look = keepLook(keptFile(place, LOOK_FILE.name, LOOK_FILE.maxBytes));
  expect(await look.load()).toBeNull();
  expect(await look.save({ columns: {}, isGrouped: false })).toMatch(/\/proc\/nowhere/);
});
