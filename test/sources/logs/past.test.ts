import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { immediateIo } from '../../../src/sources/logs/io.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import { systemClock } from '../../../src/sources/source.ts';
import { readBack } from '../../helpers/read-back.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const stamp = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
const line = (minutesAgo: number, text: string) => `${stamp(minutesAgo * 60_000)} ERROR ${text}\n`;

function written(name: string, minutesAgo: number, bytes: string | Buffer): void {
  writeFileSync(at(name), bytes);
  const then = Date.now() / 1000 - minutesAgo * 60;
  utimesSync(at(name), then, then);
}

async function messages(globs: readonly string[] = []): Promise<string[]> {
  const targets = [{ path: at('api.log'), bots: ['api'], stream: 'out' as const }];
  const source = logsSource({ clock: systemClock, targets: () => targets, globs });
  try {
    const { events } = await readBack(source);
    const found: string[] = [];
    events.since(0, ({ message }) => found.push(message));
    return found;
  } finally {
    await source.close();
  }
}

const past = `${line(90, 'too old')}${line(30, 'before the rotation')}Traceback`;

test.each([
  ['api.log.1', past],
  ['api.log.2026-11-21', past],
  ['api__2026-11-21_00-00-00.log', past],
  ['api.log.1.gz', gzipSync(past)],
  ['api.log.1.gz', gzipSync(`${'x'.repeat(3_000_000)}\n${past}`)],
])('the hour before is read on from %s, where the log was rotated within it', async (name, bytes) => {
  written(name, 20, bytes);
  written('api.log', 1, line(2, 'after it'));
  expect(await messages()).toEqual(['before the rotation', 'after it']);
});

test('the folder of many young logs is listed once', async () => {
  for (let i = 0; i < 40; i += 1) written(`bot-${i}.log`, 1, line(2, `of ${i}`));
  written('bot-7.log.1', 20, line(30, 'before the rotation'));
  const listed = vi.spyOn(immediateIo, 'readdir');
  try {
    expect(await messages([at('bot-*.log')])).toContain('before the rotation');
    expect(listed).toHaveBeenCalledTimes(1);
  } finally {
    listed.mockRestore();
  }
});

test('a generation that a glob names as well is read once', async () => {
  written('api.log.1', 20, past);
  written('api.log', 1, line(2, 'after it'));
  expect(await messages([at('api.log*')])).toEqual(['before the rotation', 'after it']);
});

test('a generation that is older, of another log, damaged, or still being packed adds nothing and harms nothing', async () => {
  written('api.log.2', 70, line(30, 'in a file of before'));
  written('api-2.log', 20, line(30, 'of another'));
  written('api.log.1.gz', 20, gzipSync(past).subarray(0, 30));
  written('api.log', 1, line(2, 'after it'));
  expect(await messages()).toEqual(['after it']);
});
