import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogTimes } from '../../../src/sources/log-times.ts';
import { createLogAges } from '../../../src/sources/pm2/log-ages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-ages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('of many logs that nobody follows a sample looks at a hundred, and at those of the bots that are seen', async () => {
  const bots = Array.from({ length: 300 }, (_, i) => ({ outLogPath: join(folder, `${i}.log`), errLogPath: null }));
  for (const { outLogPath } of bots) writeFileSync(outLogPath, 'a line\n');
  const times = createLogTimes();
  const noted = vi.spyOn(times, 'note');
  const ages = createLogAges(times);
  const into = new Float64Array(bots.length).fill(Number.NaN);
  await ages.prepare(bots, into);
  // At once, unless the file system tells what it is no sooner than after 200 ms.
  await expect.poll(() => into.some(Number.isNaN)).toBe(false);
  noted.mockClear();
  ages.sample((index) => index >= 290);
  const looked = noted.mock.calls.map(([path]) => path);
  expect(looked).toHaveLength(110);
  expect(looked.slice(100)).toEqual(bots.slice(290).map(({ outLogPath }) => outLogPath));
  for (let sample = 1; sample < 3; sample += 1) ages.sample(() => false);
  expect(new Set(noted.mock.calls.map(([path]) => path)).size).toBe(300);
  ages.close();
});
