/** Follows a set of logs: those that changed are looked at, within the time one beat may cost. */
import { lstatSync, type Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { settlesWithin } from '../deadline.ts';
import type { LogTimes } from '../log-times.ts';
import type { Clock } from '../source.ts';
import type { Finder } from './finder.ts';
import { createLogFolders } from './folders.ts';
import { backgroundIo, immediateIo, listingOnce } from './io.ts';
import type { Look, TailOptions } from './look.ts';
import { createChunk } from './open-log.ts';
import { LogRegistry } from './registry.ts';
import { createSlices } from './slices.ts';
import type { LogFile, LogTarget } from './snapshot.ts';
import { LogTail } from './tail.ts';
import { joinTargets } from './targets.ts';

export interface LogFollowerOptions {
  readonly finder: Finder;
  /** Makes what takes the lines of one file. */
  readonly sinkFor: TailOptions['sinkFor'];
  readonly clock: Clock;
  /** How far back is read at the start, ms. */
  readonly windowMs: number;
  /** Something changed that is worth a reading now. */
  readonly onChange?: (() => void) | undefined;
  /** A file came or went in a watched folder that is none of ours. */
  readonly onUnknown?: ((folder: string) => void) | undefined;
  /** Told when each file was written to. */
  readonly times?: LogTimes;
  /** Most files that are followed. */
  readonly maxFiles?: number;
}

export interface LogFollower {
  /** Follows exactly these. Targets of one path are joined. */
  setTargets(targets: readonly LogTarget[]): void;
  /** Folders to watch besides those of the targets. */
  setFolders(folders: readonly string[]): void;
  /** Reads what is new. Never throws. */
  read(): Promise<void>;
  /** One for each target; the array and its unchanged members keep their identity. */
  files(): readonly LogFile[];
  readonly filesLeftOut: number;
  readonly readBytes: number;
  readonly droppedBytes: number;
  close(): Promise<void>;
}

/** Everything is looked at this often, whatever the system told. */
const SAFETY_MS = 30_000;
/** A beat's share of the CPU; the first reading may take longer, nothing is on the screen yet. */
const BEAT_MS = 100;
const FIRST_MS = 2_000;
/** The first reading waits so long for files on slow file systems, the later ones this long. */
const BACKGROUND_FIRST_MS = 1_000;
const BACKGROUND_MS = 20;
const SLOW_MS = 5_000;
/** Two readings closer together than this are of one beat. */
const SAME_BEAT_MS = 900;

export function createLogFollower(options: LogFollowerOptions): LogFollower {
  const { clock, finder, sinkFor, windowMs, onChange, onUnknown, times, maxFiles = 512 } = options;
  const registry = new LogRegistry();
  const tailOptions = { finder, sinkFor, clock, registry, windowMs, startedAt: clock.now(), ...(times && { times }) };
  const tails = new Map<string, LogTail>();
  /** Tails by folder, then by name, for what the system tells. */
  const places = new Map<string, Map<string, LogTail>>();
  const chunk = createChunk();
  const slices = createSlices(clock, () => isClosed);
  let slowChunk: Buffer | null = null;
  let slow: { readonly tail: LogTail; readonly since: number } | null = null;
  let slowQueue: Promise<void> = Promise.resolve();
  let isSlowBusy = false;
  let extraFolders: readonly string[] = [];
  let list: readonly LogFile[] = [];
  /** Those that something was told of, or that want to be looked at without. */
  const due = new Set<LogTail>();
  /** Those that were not read to their end. The others come first: a flood does not keep a quiet log waiting. */
  const unfinished = new Set<LogTail>();
  /** Those of one reading; kept, since with loud folders there are many each second. */
  const waiting: LogTail[] = [];
  let isListOld = true;
  let readBytes = 0;
  let droppedBytes = 0;
  let lookedAtAll = Number.NEGATIVE_INFINITY;
  let beatAt = Number.NEGATIVE_INFINITY;
  let filesLeftOut = 0;
  let hasRead = false;
  let isClosed = false;
  let reading: Promise<void> = Promise.resolve();

  const folders = createLogFolders((folder, name) => {
    const named = places.get(folder);
    if (name === null) for (const tail of named?.values() ?? []) due.add(tail);
    else {
      const tail = named?.get(name);
      if (!tail) return onUnknown?.(folder);
      if (due.has(tail)) return undefined;
      due.add(tail);
    }
    return onChange?.();
  });

  function arm(): void {
    const counts = new Map(extraFolders.map((folder): [string, number] => [folder, 0]));
    for (const [folder, named] of places) counts.set(folder, named.size);
    folders.arm(counts);
  }

  /** What a path names, null for nothing; 'elsewhere' for what must be asked in the background. */
  function statAtOnce(tail: LogTail): Stats | null | 'elsewhere' {
    if (!folders.isLocal(tail.folder)) return 'elsewhere';
    try {
      const stats = lstatSync(tail.target.path, { throwIfNoEntry: false }) ?? null;
      // A link to who knows where.
      return stats?.isSymbolicLink() ? 'elsewhere' : stats;
    } catch {
      // Not even its name can be asked for: the look in the background will say why.
      return 'elsewhere';
    }
  }

  async function look(tail: LogTail, how: Look): Promise<void> {
    due.delete(tail);
    unfinished.delete(tail);
    const said = tail.snapshot();
    const before = tail.readBytes;
    const droppedBefore = tail.droppedBytes;
    const isDone = await tail.look(how);
    if (tail.snapshot() !== said) isListOld = true;
    readBytes += tail.readBytes - before;
    droppedBytes += tail.droppedBytes - droppedBefore;
    // Where nothing is told of changes, every beat looks.
    if (!isDone) unfinished.add(tail);
    else if (tail.isRestless || !folders.isWatched(tail.folder)) due.add(tail);
  }

  async function lookSlowly(waiting: readonly LogTail[]): Promise<void> {
    slowChunk ??= createChunk();
    for (const tail of waiting) {
      if (isClosed) return;
      slow = { tail, since: clock.monotonic() };
      await look(tail, { io: backgroundIo, chunk: slowChunk, ...slices(Number.POSITIVE_INFINITY) });
    }
    slow = null;
  }

  /** Gives those that are to be looked at in the background. */
  async function lookAtOnce(): Promise<LogTail[]> {
    const background: LogTail[] = [];
    let hasGoneOn = false;
    const time = slices(clock.monotonic() + (hasRead ? BEAT_MS : FIRST_MS));
    const io = hasRead ? immediateIo : listingOnce(immediateIo);
    for (const tail of waiting) {
      const has = time.hasTime();
      // What is left out stays due. Of those that were not done one has a piece of its own in each beat.
      if (has !== true && !(await has)) {
        const [next] = unfinished;
        if (next && !hasGoneOn) await look(next, { io, chunk, ...time });
        break;
      }
      hasGoneOn ||= unfinished.delete(tail);
      // Before the stat: what is told from here on asks for another look.
      due.delete(tail);
      const stats = statAtOnce(tail);
      if (stats === 'elsewhere') {
        background.push(tail);
        due.add(tail);
      } else if (!tail.isAsLeft(stats)) await look(tail, { io, chunk, ...time, stats });
      else if (!folders.isWatched(tail.folder)) due.add(tail);
    }
    return background;
  }

  function gatherDue(): void {
    const now = clock.monotonic();
    if (now - beatAt >= SAME_BEAT_MS) {
      beatAt = now;
      folders.beat();
    }
    const isAll = now - lookedAtAll >= SAFETY_MS;
    if (isAll) {
      lookedAtAll = now;
      arm();
    }
    if (isAll) for (const tail of tails.values()) due.add(tail);
    waiting.length = 0;
    for (const tail of due) if (!unfinished.has(tail)) waiting.push(tail);
    // One that is looked at and not done goes to the end of the set: the next beat begins with another.
    for (const tail of unfinished) waiting.push(tail);
  }

  async function readOnce(): Promise<void> {
    await folders.learn();
    if (isClosed) return;
    gatherDue();
    const background = await lookAtOnce();
    if (!isSlowBusy && background.length > 0) {
      isSlowBusy = true;
      slowQueue = lookSlowly(background).finally(() => {
        isSlowBusy = false;
      });
    }
    if (isSlowBusy) await settlesWithin(slowQueue, hasRead ? BACKGROUND_MS : BACKGROUND_FIRST_MS);
    if (slow && clock.monotonic() - slow.since > SLOW_MS) {
      slow.tail.markSlow();
      isListOld = true;
    }
    // Until somebody names files nothing was read: the first reading with some is the long one.
    hasRead ||= tails.size > 0;
  }

  return {
    setTargets(targets) {
      const joined = joinTargets(targets);
      filesLeftOut = Math.max(0, joined.size - maxFiles);
      const kept = new Map([...joined].slice(0, maxFiles));
      for (const [path, tail] of tails) {
        if (kept.has(path)) continue;
        tails.delete(path);
        due.delete(tail);
        unfinished.delete(tail);
        times?.unfollow(path);
        void tail.close(backgroundIo);
      }
      for (const [path, target] of kept) {
        const tail = tails.get(path);
        if (tail) tail.target = target;
        else {
          const made = new LogTail(target, tailOptions);
          tails.set(path, made);
          times?.follow(path);
          due.add(made);
        }
      }
      isListOld = true;
      places.clear();
      for (const [path, tail] of tails) {
        const folder = dirname(path);
        const named = places.get(folder) ?? new Map<string, LogTail>();
        places.set(folder, named.set(basename(path), tail));
      }
      arm();
    },
    setFolders(others) {
      extraFolders = others;
      arm();
    },
    read() {
      reading = readOnce();
      return reading;
    },
    files() {
      if (isListOld) list = Array.from(tails.values(), (tail) => tail.snapshot());
      isListOld = false;
      return list;
    },
    get filesLeftOut() {
      return filesLeftOut;
    },
    get readBytes() {
      return readBytes;
    },
    get droppedBytes() {
      return droppedBytes;
    },
    async close() {
      isClosed = true;
      folders.close();
      await reading;
      // One that hangs in the kernel is left to it: the process ends without it.
      await settlesWithin(slowQueue, BACKGROUND_MS);
      for (const tail of tails.values()) {
        if (slow?.tail !== tail) await tail.close(immediateIo);
      }
      tails.clear();
    },
  };
}
