import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEvent, LogsSnapshot } from '../../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import { type Source, systemClock } from '../../../src/sources/source.ts';

let folder: string;
let source: Source<'logs'> | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-journal-'));
});
afterEach(async () => {
  await source?.close();
  rmSync(folder, { recursive: true });
});

/** A journalctl that says what it was asked for, writes these entries and goes on like the real one, or ends. */
function watch(entries: readonly Readonly<Record<string, unknown>>[], then = 'exec sleep 60'): Source<'logs'> {
  const program = join(folder, 'journalctl');
  const entry = (fields: object, i: number) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: String((Date.now() - 60_000 + i) * 1000), __CURSOR: `c${i}`, ...fields });
  writeFileSync(join(folder, 'entries'), entries.map((fields, i) => `${entry(fields, i)}\n`).join(''));
  writeFileSync(program, `#!/bin/sh\necho "$$ $*" >> '${folder}/asked'\ncat '${folder}/entries'\n${then}\n`);
  chmodSync(program, 0o700);
  source = logsSource({
    clock: systemClock,
    targets: () => null,
    globs: [],
    journal: { units: ['nginx', 'worker.service'], program },
  });
  return source;
}

async function readUntil(from: Source<'logs'>, isDone: (logs: LogsSnapshot, events: LogEvent[]) => boolean) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const logs = await from.read(AbortSignal.timeout(5_000));
    const events: LogEvent[] = [];
    logs.events.since(0, (event) => events.push(event));
    if (isDone(logs, events)) return { logs, events };
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${JSON.stringify(logs.files)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a unit's messages are read from the journal: their level, or its priority, and traces as one event", async () => {
  const nginx = { _SYSTEMD_UNIT: 'nginx.service' };
  const worker = { _SYSTEMD_UNIT: 'worker.service' };
  const journal = watch([
    { ...nginx, PRIORITY: '6', MESSAGE: 'the last ERROR was an hour ago' },
    { ...nginx, PRIORITY: '3', MESSAGE: 'cannot bind' },
    { ...worker, PRIORITY: '6', MESSAGE: 'ERROR round failed' },
    { ...worker, PRIORITY: '6', MESSAGE: 'Traceback (most recent call last):' },
    { ...nginx, PRIORITY: '6', MESSAGE: 'all well' },
    { ...worker, PRIORITY: '6', MESSAGE: '  File "/srv/a.py", line 1, in a' },
    { ...worker, PRIORITY: '6', MESSAGE: "KeyError: 'chat'" },
    { ...worker, PRIORITY: '6', MESSAGE: [69, 82, 82, 79, 82, 32, 255, 120] },
    { UNIT: 'worker.service', _SYSTEMD_UNIT: 'init.scope', PRIORITY: '4', MESSAGE: 'Main process exited\nsecond line' },
    { ...worker, PRIORITY: '3', MESSAGE: null },
  ]);
  const { logs, events } = await readUntil(journal, (_, found) => found.length >= 4);
  expect(logs.files.map(({ path, state }) => `${path} ${state}`)).toEqual([
    'journal:nginx following',
    'journal:worker.service following',
  ]);
  const shown = events.map(({ bot, level, message, detail }) => [bot, level, message, detail.split('\n').length]);
  expect(shown).toContainEqual(['nginx', 'error', 'cannot bind', 1]);
  expect(shown).toContainEqual(['worker.service', 'error', 'round failed', 3]);
  expect(shown).toContainEqual(['worker.service', 'error', '\ufffdx', 1]);
  expect(shown).toContainEqual(['worker.service', 'warn', 'Main process exited', 1]);
  for (const { at } of events) expect(Math.abs(Date.now() - 60_000 - at)).toBeLessThan(30_000);
});

test('one journalctl is kept for all units, asked for the last hour, and gone when the source is closed', async () => {
  const journal = watch([{ _SYSTEMD_UNIT: 'nginx.service', PRIORITY: '3', MESSAGE: 'x' }]);
  await readUntil(journal, (_, events) => events.length === 1);
  const asked = readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/--follow .*--since=@\d{10} --unit=nginx --unit=worker\.service$/);
  await journal.close();
  const pid = Number(asked[0]?.split(' ')[0]);
  await expect
    .poll(() => {
      try {
        process.kill(pid, 0);
        return 'runs';
      } catch {
        return 'gone';
      }
    })
    .toBe('gone');
});

test('one that ends is said to have failed, with what it said', async () => {
  const journal = watch([], "echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1");
  const { logs } = await readUntil(journal, ({ files }) => files[0]?.state === 'failed');
  expect(logs.files[0]?.reason).toBe('No journal files were opened due to insufficient permissions.');
});

test('where there is no journalctl that is said', async () => {
  source = logsSource({ clock: systemClock, targets: () => null, globs: [], journal: { units: ['a'], program: null } });
  const { files } = await source.read(AbortSignal.timeout(5_000));
  expect(files[0]).toMatchObject({ state: 'failed', reason: 'there is no journalctl here' });
});
