import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { findTail, readTail, type Tail, type TailText } from '../../../src/actions/logs/tail.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-tail-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

async function tailOf(
  content: string | Buffer,
  limits = { lines: 3, bytes: 1000 },
  maxBytes = limits.bytes,
): Promise<Tail & { text: TailText }> {
  const path = join(folder, 'a.log');
  writeFileSync(path, content);
  const file = await open(path, 'r');
  const { signal } = new AbortController();
  try {
    const tail = await findTail(file, limits, signal);
    return { ...tail, text: await readTail(file, tail, maxBytes, signal) };
  } finally {
    await file.close();
  }
}

test('the last lines are kept, oldest first, with or without an end to the last one', async () => {
  expect((await tailOf('1\n2\n3\n4\n5\n')).text.lines).toEqual(['3', '4', '5']);
  expect((await tailOf('1\n2\n3\n4\n5')).text.lines).toEqual(['3', '4', '5']);
  expect((await tailOf('1\n\n\n')).text.lines).toEqual(['1', '', '']);
  expect((await tailOf('1\n\n\n\n')).text.lines).toEqual(['', '', '']);
});

test('a file with fewer lines is kept whole, and an empty one gives none', async () => {
  expect(await tailOf('only\n')).toMatchObject({ from: 0, to: 5, lines: 1, text: { lines: ['only'], bytes: 5 } });
  expect((await tailOf('x')).text.lines).toEqual(['x']);
  expect((await tailOf('\n')).text.lines).toEqual(['']);
  expect(await tailOf('')).toMatchObject({ from: 0, to: 0, lines: 0, text: { lines: [] } });
});

test('the byte limit wins, and no line is begun in its middle', async () => {
  const tail = await tailOf('secret=hunter2hunter2\nbb\ncc\n', { lines: 9, bytes: 12 });
  expect(tail.text.lines).toEqual(['bb', 'cc']);
  expect((await tailOf('x'.repeat(50), { lines: 9, bytes: 12 })).text.lines).toEqual([]);
});

test('lines longer than a read are found whole, wherever the reads meet', async () => {
  for (const length of [65_534, 65_535, 65_536, 65_537]) {
    const long = 'a'.repeat(length);
    const { text } = await tailOf(`0\n${long}\nb\n`, { lines: 3, bytes: 1e6 });
    expect(text.lines).toHaveLength(3);
    expect([text.lines[0], text.lines[2]]).toEqual(['0', 'b']);
    expect(text.cutLines).toBe(length > 65_536 ? 1 : 0);
  }
});

test('a secret that the cut of a long line would halve is not kept in part', async () => {
  const token = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
  for (const inside of [5, 15, 30]) {
    const line = `${'x '.repeat(40_000).slice(0, 65_536 - inside)}${token} and more`;
    const { text } = await tailOf(`${line}\n`, { lines: 3, bytes: 1e6 });
    expect(text.lines[0]).toMatch(/ \[the rest of this line was not kept\]$/);
    expect(text.lines[0]).not.toContain('1234');
  }
});

test('every line is cleaned and redacted by itself', async () => {
  const { text } = await tailOf('a\x1b[31mred\x1b[0m\r\npassword="open quote\nDSN postgres://bot:hunter2@db/x\n');
  expect(text.lines[0]).toMatch(/^ared ?$/);
  expect(text.lines[1]).toBe('password="[redacted]');
  expect(text.lines[2]).toBe('DSN postgres://bot:[redacted]@db/x');
});

test('bytes that are no text stay within the limit, though each becomes three', async () => {
  const { text } = await tailOf(Buffer.concat([Buffer.alloc(400, 0xff), Buffer.from('\nlast\n')]), {
    lines: 9,
    bytes: 500,
  });
  expect(text.lines).toEqual(['last']);
  expect(text.bytes).toBe(5);
});
