import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAroundCache } from '../../../src/panels/errors/around.ts';
import { fileIdOf } from '../../../src/sources/logs/open-log.ts';
import type { LogEvent } from '../../../src/sources/logs/snapshot.ts';

test('behind an error that was read as it came, the lines that follow it come to be shown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-around-'));
  const path = join(folder, 'a.log');
  writeFileSync(path, 'before\nERROR no\n');
  let now = 0;
  const around = createAroundCache(
    () => {},
    () => now,
  );
  const event = { path, fileId: fileIdOf(statSync(path)), offset: 7 } as LogEvent;
  const texts = () => {
    const found = around(event);
    return found.state === 'read' ? found.lines.map(({ text }) => text) : [];
  };
  await expect.poll(texts).toEqual(['before', 'ERROR no']);
  appendFileSync(path, 'after\n');
  expect(texts()).toEqual(['before', 'ERROR no']);
  now = 5_000;
  await expect.poll(texts).toEqual(['before', 'ERROR no', 'after']);
  rmSync(folder, { recursive: true });
});
