import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSmall } from '../../../src/sources/proc/small-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-small-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('small files', () => {
  it.each([0, 1, 16_383, 16_384, 16_385, 100_000])('reads %i bytes whole', (length) => {
    const path = join(folder, 'file');
    const bytes = Buffer.alloc(length, 'abc');
    writeFileSync(path, bytes);
    expect(readSmall(path).equals(bytes)).toBe(true);
  });

  it('leaves nothing of the file before', () => {
    writeFileSync(join(folder, 'long'), 'a long one');
    writeFileSync(join(folder, 'short'), 'no');
    readSmall(join(folder, 'long'));
    expect(readSmall(join(folder, 'short')).toString()).toBe('no');
  });

  it('says what is missing', () => {
    expect(() => readSmall(join(folder, 'absent'))).toThrow(/ENOENT/);
  });

  it('takes no memory for each file', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'a');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 2_000; i += 1) readSmall(path);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2e6);
  });
});
