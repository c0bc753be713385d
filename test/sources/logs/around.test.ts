import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesAround } from '../../../src/sources/logs/around.ts';
import type { LogEvent } from '../../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import { systemClock } from '../../../src/sources/source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The one error of a log with `before` lines before it and `after` behind. */
async function errorIn(path: string, before: number, after: number): Promise<LogEvent> {
  const stamp = new Date().toISOString();
  const lines = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${stamp} INFO ${name} ${i} ${'é'.repeat(i)}\n`).join('');
  writeFileSync(path, '');
  const source = logsSource({ clock: systemClock, targets: () => [{ path, bots: ['bot'], stream: 'out' }], globs: [] });
  try {
    await source.read(AbortSignal.timeout(5_000));
    appendFileSync(path, `${lines('before', before)}${stamp} ERROR here\n${lines('after', after)}`);
    for (;;) {
      const { events } = await source.read(AbortSignal.timeout(5_000));
      const event = events.of(1);
      if (event) return event;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await source.close();
  }
}

const bare = (text: string | undefined) => text?.split(' ').slice(1, 4).join(' ').trim();

test('ten lines stand around an error, fewer at the ends of the file', async () => {
  const path = join(folder, 'a.log');
  const event = await errorIn(path, 30, 3);
  const { lines, index } = await linesAround(event);
  expect([lines.length, index]).toEqual([14, 10]);
  expect(lines[index]?.place).toBe(event.offset);
  expect([lines[0], lines[index], lines.at(-1)].map((line) => bare(line?.text))).toEqual([
    'INFO before 20',
    'ERROR here',
    'INFO after 2',
  ]);
});

test('a rotated file is found under its new name, a cut or deleted one is said to be gone', async () => {
  const path = join(folder, 'a.log');
  const event = await errorIn(path, 5, 5);
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'another file\n'.repeat(50));
  const found = await linesAround(event, 2);
  expect(found.path).toBe(`${path}.1`);
  expect(found.lines.map(({ text }) => bare(text)?.split(' ')[1])).toEqual([
    'before',
    'before',
    'here',
    'after',
    'after',
  ]);
  truncateSync(`${path}.1`);
  await expect(linesAround(event)).rejects.toThrow('its file was cut since');
  rmSync(`${path}.1`);
  await expect(linesAround(event)).rejects.toThrow('its file is gone');
});
