import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryOf } from '../../../src/sources/logs/journal-entry.ts';
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

/**
 * What journalctl 252 wrote with `--output=json --all`, of a journal that systemd-journal-remote 252 made of entries in
 * the export format: fields that stand there twice, bytes that are no UTF-8, no priority, no message, 5,000 characters.
 */
const recorded = readFileSync(new URL('../../fixtures/journal/journalctl-252.ndjson', import.meta.url), 'utf8');

test('entries as the real journalctl writes them are understood: lists, bytes, what is missing', () => {
  const told = recorded
    .trim()
    .split('\n')
    .map(entryOf)
    .map((entry) => entry && [entry.units[0], entry.isGrave, entry.lines.map((line) => line.slice(28, 50))]);
  expect(told).toEqual([
    ['nginx.service', false, ['all well']],
    ['nginx.service', true, ['cannot bind to 0.0.0.0']],
    ['worker.service', false, ['ERROR \ufffd\ufffd bytes']],
    ['worker.service', true, ['two', 'lines \u001b[31mred\u001b[0m']],
    ['worker.service', false, ['ERROR no priority']],
    ['worker.service', true, ['first message', 'second message']],
    ['worker.service', true, ['worker.service: Main p']],
    ['worker.service', true, ['two units']],
    ['worker.service', true, ['x'.repeat(22)]],
    null,
    ['worker.service', true, ['two priorities']],
    ['worker.service', true, ['']],
    ['worker.service', true, ['Process 43 (node) dump']],
    ['worker@2.service', true, ['an instance']],
  ]);
  const moments = recorded
    .trim()
    .split('\n')
    .map((line) => entryOf(line)?.at ?? Number.NaN);
  expect(moments[0]).toBe(Date.UTC(2026, 10, 22, 12));
});

test('a journal of which this user may see a part only is not read, and that is said', async () => {
  const hint = 'Hint: You are currently not seeing messages from other users and the system.';
  const journal = watch([], `echo '${hint}' >&2; exec sleep 60`);
  const { logs } = await readUntil(journal, ({ files }) => files[0]?.state === 'denied');
  expect(logs.files[0]?.reason).toBe('only members of the group systemd-journal see all of it');
});

const REMOTE = '/lib/systemd/systemd-journal-remote';
const hasJournal = existsSync('/usr/bin/journalctl') && existsSync(REMOTE) && existsSync('/proc/sys/kernel/random');

describe.skipIf(!hasJournal)('with the real journalctl (needs systemd-journal-remote to write a journal)', () => {
  test('what is written is read back and followed: long messages, what systemd says of a unit', async () => {
    const file = join(folder, 'a.journal');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().replaceAll('-', '');
    let written = 0;
    const write = (unit: string, message: string, more = 'PRIORITY=3'): void => {
      written += 1;
      const moment = `__REALTIME_TIMESTAMP=${(Date.now() - 5_000) * 1000 + written}\n__MONOTONIC_TIMESTAMP=${written}`;
      const entry = `${moment}\n_BOOT_ID=${boot}\n_SYSTEMD_UNIT=${unit}\n${more}\nMESSAGE=${message}\n\n`;
      writeFileSync(join(folder, 'entry'), entry);
      execFileSync(REMOTE, ['-o', file, join(folder, 'entry')], { stdio: 'ignore' });
    };
    write('nginx.service', `cannot bind ${'x'.repeat(10_000)}`);
    write('bot@1.service', 'ERROR one', 'PRIORITY=6');
    write('other.service', 'not asked for');
    const program = join(folder, 'journalctl');
    writeFileSync(program, `#!/bin/sh\nexec /usr/bin/journalctl --file='${file}' "$@"\n`);
    chmodSync(program, 0o700);
    source = logsSource({
      clock: systemClock,
      targets: () => null,
      globs: [],
      journal: { units: ['nginx', 'bot@1', 'bot@*'], program },
    });
    await readUntil(source, (_, events) => events.length === 2);
    write('bot@1.service', 'ERROR two', 'PRIORITY=6');
    write('init.scope', 'nginx.service: Failed with result', 'PRIORITY=4\n_PID=1\nUNIT=nginx.service');
    const { events, logs } = await readUntil(source, (_, found) => found.length === 4);
    const told = events.map(({ bot, level, message }) => [bot, level, message.slice(0, 20)]);
    expect(told).toContainEqual(['nginx', 'error', 'cannot bind xxxxxxxx']);
    expect(told).toContainEqual(['bot@1', 'error', 'one']);
    expect(told).toContainEqual(['bot@1', 'error', 'two']);
    expect(told).toContainEqual(['nginx', 'warn', 'nginx.service: Faile']);
    expect(logs.files.map(({ state }) => state)).toEqual(['following', 'following', 'failed']);
    expect(logs.files[2]?.reason).toBe('a pattern cannot be followed: name each unit');
  });
});
