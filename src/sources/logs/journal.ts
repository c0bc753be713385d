/**
 * Units whose messages stand in systemd's journal only. It is read by one journalctl that is kept and followed: the
 * one child a running monitor has, and only where units are configured.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import type { Clock } from '../source.ts';
import type { LineSink, Targeted } from './assembler.ts';
import type { Finder } from './finder.ts';
import { entryOf, UNIT_FIELDS } from './journal-entry.ts';
import { journalPath, type LogFile, type LogTarget } from './snapshot.ts';

export interface JournalOptions {
  /** Names of units, as systemctl knows them. */
  readonly units: readonly string[];
  readonly sinkFor: (owner: Targeted) => LineSink;
  readonly finder: Finder;
  readonly clock: Clock;
  readonly windowMs: number;
  /** Something was written. */
  readonly onChange: () => void;
  /** Absolute; found among the usual places unless given. Null: there is none. */
  readonly program?: string | null;
}

export interface Journal {
  /** Takes what was written. Never throws. */
  read(): void;
  files(): readonly LogFile[];
  readonly readBytes: number;
  /** Of entries that are too long to be held. */
  readonly droppedBytes: number;
  close(): void;
}

const PROGRAMS = ['/usr/bin/journalctl', '/bin/journalctl'];
/** Behind this much that was not taken yet journalctl waits: nothing is lost. */
const MOST_WAITING_BYTES = 1024 * 1024;
const MAX_ENTRY_BYTES = 1024 * 1024;
/** One that ended is started again so much later. */
const AGAIN_MS = 30_000;
const SETTLED_MS = 250;
const FIELDS = ['MESSAGE', 'PRIORITY', ...UNIT_FIELDS].join(',');
/** What journalctl says, and goes on, where it may show only what this user wrote. */
const PARTLY = /not seeing messages from|some journal files were not opened/;

type Child = ChildProcessByStdio<null, Readable, Readable>;

export function createJournal(options: JournalOptions): Journal {
  const { units, sinkFor, finder, clock, windowMs, onChange } = options;
  const program = options.program === undefined ? (PROGRAMS.find((path) => existsSync(path)) ?? null) : options.program;
  const single = units.filter((unit) => !isPattern(unit));
  const sinks = new Map(single.map((unit) => [unitName(unit), sinkFor({ target: targetOf(unit) })]));
  const wanting = new Set<LineSink>();
  let child: Child | null = null;
  let cursor: string | null = null;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let readBytes = 0;
  let grewAt = Number.NEGATIVE_INFINITY;
  let writtenAt = Number.NaN;
  let startedAt = Number.NEGATIVE_INFINITY;
  let trouble = program === null ? 'there is no journalctl here' : '';
  let said = '';
  let droppedBytes = 0;
  let isClosed = false;

  function start(): void {
    startedAt = clock.monotonic();
    const since =
      cursor === null ? `--since=@${Math.floor((clock.now() - windowMs) / 1000)}` : `--after-cursor=${cursor}`;
    const words = [
      '--follow',
      '--no-tail',
      '--output=json',
      `--output-fields=${FIELDS}`,
      // Without it a message of more than 4 KiB comes as nothing.
      '--all',
      '--no-pager',
      since,
    ];
    const named = single.map((unit) => `--unit=${unit}`);
    const made = spawn(program as string, [...words, ...named], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    });
    child = made;
    trouble = '';
    said = '';
    made.stdout.on('data', (piece: Buffer) => {
      waiting.push(piece);
      waitingBytes += piece.length;
      grewAt = clock.monotonic();
      if (waitingBytes >= MOST_WAITING_BYTES) made.stdout.pause();
      onChange();
    });
    made.stderr.on('data', (piece: Buffer) => {
      said = (said + piece.toString('utf8')).slice(-500);
    });
    made.once('error', (error) => ended(made, error.message));
    made.once('close', (code) =>
      ended(made, said.trim().split('\n').at(-1) || `journalctl ended with ${code ?? 'a signal'}`),
    );
  }

  function ended(made: Child, reason: string): void {
    if (child !== made) return;
    child = null;
    trouble = clean(redact(reason));
  }

  /** The whole entries that wait; what is left is the start of one. */
  function takeWaiting(): void {
    const bytes = Buffer.concat(waiting);
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, at)) {
      if (end - at <= MAX_ENTRY_BYTES) takeEntry(bytes.toString('utf8', at, end));
      else droppedBytes += end - at;
      at = end + 1;
    }
    readBytes += at;
    // An entry without an end, longer than any that is kept: its rest is no JSON and falls away by itself.
    const rest = bytes.length - at > MAX_ENTRY_BYTES ? bytes.length : at;
    droppedBytes += rest - at;
    waiting = rest < bytes.length ? [Buffer.from(bytes.subarray(rest))] : [];
    waitingBytes = bytes.length - rest;
  }

  function takeEntry(text: string): void {
    const entry = entryOf(text);
    if (entry === null) return;
    cursor = entry.cursor ?? cursor;
    writtenAt = entry.at;
    const unit = entry.units.find((name) => sinks.has(name));
    const sink = unit === undefined ? undefined : sinks.get(unit);
    if (!sink) return;
    for (const line of entry.lines) {
      const bytes = evenBytes(line);
      const hasNeedle = entry.isGrave || finder(bytes, 0, bytes.length) >= 0;
      if (!hasNeedle && !wanting.has(sink)) continue;
      const mark = { isCut: false, hasNeedle, fileId: '', offset: Number.NaN };
      if (sink.take(bytes, 0, bytes.length, mark)) wanting.add(sink);
      else wanting.delete(sink);
    }
  }

  function standing(unit: string): Pick<LogFile, 'state' | 'reason' | 'sizeBytes' | 'offset'> {
    const place = { sizeBytes: Number.NaN, offset: 0 };
    if (isPattern(unit)) return { ...place, state: 'failed', reason: 'a pattern cannot be followed: name each unit' };
    if (child === null) return { ...place, state: trouble === '' ? 'waiting' : 'failed', reason: trouble };
    if (!PARTLY.test(said)) return { ...place, state: 'following', reason: '' };
    return { ...place, state: 'denied', reason: 'only members of the group systemd-journal see all of it' };
  }

  return {
    read() {
      if (isClosed || program === null) return;
      if (child === null && single.length > 0 && clock.monotonic() - startedAt >= AGAIN_MS) start();
      if (waitingBytes > 0) takeWaiting();
      else if (clock.monotonic() - grewAt >= SETTLED_MS) for (const sink of sinks.values()) sink.flush();
      child?.stdout.resume();
    },
    files: () => units.map((unit) => ({ ...targetOf(unit), ...standing(unit), writtenAt, droppedBytes: 0 })),
    get readBytes() {
      return readBytes;
    },
    get droppedBytes() {
      return droppedBytes;
    },
    close() {
      isClosed = true;
      child?.kill();
      child = null;
      for (const sink of sinks.values()) sink.flush();
    },
  };
}

/** What systemd has units of: another end of a name belongs to it. */
const TYPES = /\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** As the journal names it: `nginx` is `nginx.service`. */
function unitName(unit: string): string {
  return TYPES.test(unit) ? unit : `${unit}.service`;
}

/** journalctl looks for the units of a pattern when it starts, and never for those that come later. */
function isPattern(unit: string): boolean {
  return /[*?[]/.test(unit);
}

function targetOf(unit: string): LogTarget {
  return { path: journalPath(unit), bots: [unit], stream: 'glob' };
}

/** The search wants an even place in memory of its own. */
function evenBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const even = Buffer.from(new ArrayBuffer(bytes.length + (bytes.length % 2)), 0, bytes.length);
  bytes.copy(even);
  return even;
}
