import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDumpReader, parseDump } from '../../../src/sources/pm2/dump.ts';

test('a dump says which bots should run, and none of what their environment says', () => {
  const text = JSON.stringify([
    { name: 'a', namespace: 'tg', status: 'online', env: { TOKEN: 'hunter2' }, TOKEN: 'hunter2' },
    { name: 'b', status: 'stopped' },
    { pm_exec_path: '/no/name' },
    null,
  ]);
  expect(parseDump(text, 7)).toEqual({
    savedAt: 7,
    bots: [
      { name: 'a', namespace: 'tg', isStopped: false },
      { name: 'b', namespace: 'default', isStopped: true },
    ],
  });
});

test('an emptied or half-written dump is no dump, an empty list is one', () => {
  expect(parseDump('', 0)).toBe(null);
  expect(parseDump('[{"name":', 0)).toBe(null);
  expect(parseDump('{}', 0)).toBe(null);
  expect(parseDump('[]', 0)?.bots).toEqual([]);
});

test('the file is read again only when it changed, and its absence is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-dump-'));
  try {
    const path = join(folder, 'dump.pm2');
    const reader = createDumpReader(path);
    expect(await reader.read()).toBe(null);
    writeFileSync(path, '[{"name":"a"}]');
    const first = await reader.read();
    expect(first?.bots.map((bot) => bot.name)).toEqual(['a']);
    expect(await reader.read()).toBe(first);
    writeFileSync(path, '[{"name":"a"},{"name":"b"}]');
    expect((await reader.read())?.bots).toHaveLength(2);
    rmSync(path);
    expect(await reader.read()).toBe(null);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
