import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openLogPeek } from '../../../src/panels/logs/peek.ts';
import type { ViewerSubject } from '../../../src/ui/viewer.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

const WITHIN = { timeout: 30_000, interval: 20 };

function folder(): (name: string) => ViewerSubject {
  const path = mkdtempSync(join(tmpdir(), 'botop-peek-'));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return (name) => {
    writeFileSync(join(path, name), `the first words of ${name}\n`);
    return { title: name, isAll: false, files: [{ bot: name, path: join(path, name), stream: 'out' }] };
  };
}

test('of bots that the cursor runs past no log is opened, and that of the last one is', async () => {
  const make = folder();
  const changes: boolean[] = [];
  const peek = openLogPeek((isFirst) => changes.push(isFirst));
  undo.push(() => peek.close());
  const [first, last] = [make('one'), make('two')];
  peek.lookSoon(first);
  // It has its place at once, so that nothing else on the screen moves when its lines come.
  const [passed] = peek.files();
  expect(passed).toMatchObject({ label: 'out', state: 'reading', lines: [] });
  peek.tick();
  peek.lookSoon(last);
  const words = () => peek.files().flatMap(({ lines }) => lines.map(({ text }) => text));
  await expect.poll(words, WITHIN).toEqual(['the first words of two']);
  expect(changes).toEqual([true]);
  appendFileSync(last.files[0]?.path as string, 'more\n');
  peek.tick();
  await expect.poll(words, WITHIN).toEqual(['the first words of two', 'more']);
  expect(changes).toEqual([true, false]);
  expect(passed).toMatchObject({ state: 'reading', lines: [] });
});

test('a detail opens at once what was to be opened soon, and the list goes on with it', async () => {
  const subject = folder()('one');
  const peek = openLogPeek(() => {});
  undo.push(() => peek.close());
  peek.lookSoon(subject);
  const [file] = peek.files();
  peek.look(subject);
  await expect.poll(() => file?.state, WITHIN).toBe('read');
  peek.lookSoon(subject);
  expect(peek.files()[0]).toBe(file);
  peek.look(null);
  expect(peek.files()).toEqual([]);
});
