/** Follows one path: whatever is renamed, cut, copied, deleted or made anew there, each line once. */
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { writtenAt } from '../log-times.ts';
import { noteArrival } from './arrivals.ts';
import { type LogIo, openLog, toUnreadable } from './io.ts';
import { stepBack } from './kept-ends.ts';
import type { Look, TailOptions } from './look.ts';
import { type DrainScope, OpenLog } from './open-log.ts';
import { takePast } from './past.ts';
import { holdsAt, isHole, lastLines, statOrNull } from './probe.ts';
import { openBetween } from './rotation.ts';
import { sayFile } from './said.ts';
import type { LogFile, LogTarget } from './snapshot.ts';

/** What a file may grow by between two readings before some of it is passed over. */
export const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;
/** What is read of the newest after something was passed over, and back at the start. */
const KEEP_BYTES = 1024 * 1024;
/** A renamed file is followed for so long after its last growth: its writer may not have noticed. */
const GRACE_MS = 15_000;
/** An unfinished last line is taken as it stands when nothing came for so long. */
const PART_MS = 2_000;

export class LogTail {
  target: LogTarget;
  readonly folder: string;
  state: LogFile['state'] = 'waiting';
  reason = '';
  readonly #options: TailOptions;
  readonly #sink: DrainScope['sink'];
  /** Opened generations, the oldest first; the last is the one the path names, unless it is missing. */
  #logs: OpenLog[] = [];
  #current: OpenLog | null = null;
  /** The path was looked at and nothing was there. */
  #wasMissing = false;
  /** Epoch ms of the last look that found the path. */
  #lookedAt = Number.NaN;
  /** Epoch ms. */
  writtenAt = Number.NaN;
  #closedRead = 0;
  #closedDropped = 0;
  #said: LogFile | null = null;
  /** Up to here it stood before us: read back in as many beats as it takes. */
  #backTo = 0;

  constructor(target: LogTarget, options: TailOptions) {
    this.target = target;
    this.folder = dirname(target.path);
    this.#options = options;
    this.#sink = options.sinkFor(this);
  }

  get readBytes(): number {
    return this.#logs.reduce((sum, log) => sum + log.readBytes, this.#closedRead);
  }

  get droppedBytes(): number {
    return this.#logs.reduce((sum, log) => sum + log.droppedBytes, this.#closedDropped);
  }

  /** Whether it wants to be looked at even if nothing is told: a file that was moved away, or a line without its end. */
  get isRestless(): boolean {
    const isBehind = this.#current !== null && this.#current.offset < this.#current.size;
    return isBehind || this.#sink.isHolding || this.#logs.length > (this.#current === null ? 0 : 1);
  }

  /** Whether the path names what it did, with every byte of it read: a look would find nothing. */
  isAsLeft(stats: Stats | null): boolean {
    if (stats === null) return this.#wasMissing && this.state === 'missing' && this.#logs.length === 0;
    const current = this.#current;
    const isLeft =
      current !== null &&
      this.state === 'following' &&
      !this.isRestless &&
      stats.ino === current.ino &&
      stats.dev === current.dev &&
      stats.size === current.size &&
      stats.mtimeMs === current.writtenAt;
    if (isLeft) this.#lookedAt = this.#options.clock.now();
    return isLeft;
  }

  /** Looks at the path and reads what is new. Never throws. Returns false when time ran out before the end. */
  async look(look: Look): Promise<boolean> {
    const { clock } = this.#options;
    try {
      const isDone = await this.#look(look, clock.now());
      // Whatever belongs to an event was written with it; a later reading finds it complete.
      if (isDone && this.#sink.isHolding && clock.monotonic() - this.#lastGrowth() >= 250) this.#sink.flush();
      return isDone;
    } catch (error) {
      const unreadable = toUnreadable(error);
      if (Number.isNaN(this.writtenAt)) this.#options.times?.note(this.target.path, Number.NaN);
      this.state = unreadable.state;
      this.reason = unreadable.message;
      return true;
    }
  }

  /** A look has been under way for too long. */
  markSlow(): void {
    this.state = 'slow';
    this.reason = 'its file system does not answer';
  }

  #lastGrowth(): number {
    return this.#logs.reduce((latest, log) => Math.max(latest, log.grewAt), Number.NEGATIVE_INFINITY);
  }

  async #look(look: Look, now: number): Promise<boolean> {
    const stats = look.stats === undefined ? await statOrNull(look.io, this.target.path) : look.stats;
    const current = this.#current;
    this.#options.times?.note(this.target.path, writtenAt(stats));
    if (stats === null) {
      this.#current = null;
      const isDone = await this.#drainAll(look);
      this.#wasMissing = true;
      this.state = 'missing';
      this.reason = 'no such file';
      this.writtenAt = Number.NaN;
      return isDone;
    }
    const isTouched = stats.mtimeMs !== this.writtenAt && !Number.isNaN(this.#lookedAt);
    this.writtenAt = stats.mtimeMs;
    if (current === null || current.ino !== stats.ino || current.dev !== stats.dev) {
      if (!(await this.#begin(look, current ?? this.#logs.at(-1) ?? null))) return true;
    } else if (isTouched && current.offset === 0 && current.size === 0) {
      // Written, copied and cut again since it was empty: nothing in the file itself would tell.
      await this.#restart(current, look);
    }
    this.#wasMissing = false;
    // Of the very file that is open, asked just now: need not be asked again.
    const isSame = current !== null && current === this.#current && current.ino === stats.ino;
    const isDone = await this.#drainAll(look, isSame && look.stats ? look.stats : null);
    this.#lookedAt = now;
    this.state = this.#backTo > 0 ? 'waiting' : 'following';
    this.reason = '';
    return isDone;
  }

  /** Opens what the path names now, behind whatever came between. False when another path reads it already. */
  async #begin(look: Look, previous: OpenLog | null): Promise<boolean> {
    const { registry, clock } = this.#options;
    const { fd, stats } = await openLog(look.io, this.target.path);
    const log = new OpenLog(fd, stats, clock.monotonic());
    log.grewAt -= Math.max(0, clock.now() - stats.mtimeMs);
    // It was not there at the look before: all of it is new.
    if (this.#wasMissing || previous !== null) noteArrival(log.key, 0, stats.mtimeMs);
    const owner = registry.ownerOf(log.key);
    if (owner !== undefined) {
      await look.io.close(fd);
      if (owner === this) {
        // Moved back to its old name.
        this.#current = this.#logs.find(({ key }) => key === log.key) ?? null;
        return this.#current !== null;
      }
      this.state = 'same-file';
      this.reason = `the same file as ${owner instanceof LogTail ? owner.target.path : 'another'}`;
      this.#current = null;
      return false;
    }
    const finished = registry.finishedOf(log.key);
    registry.claim(log, this);
    if (previous) await this.#openBetween(look, previous, 'renamed');
    // A list of exactly one: most logs never have another.
    this.#logs = this.#logs.concat(log);
    this.#current = log;
    const scope = this.#scope(look);
    if (finished && (await holdsAt(look, fd, stats.size, finished.offset, finished.signature))) {
      log.resume(finished.offset, finished.signature);
    } else if (previous === null && !this.#wasMissing) await this.#placeAtStart(log, stats, scope);
    return true;
  }

  /** The last hour of what was there before us, at most 1 MiB. What was made since is all new. */
  async #placeAtStart(log: OpenLog, stats: Stats, scope: DrainScope): Promise<void> {
    const { clock, windowMs, startedAt, registry, finder } = this.#options;
    if (stats.birthtimeMs > startedAt && stats.mtimeMs >= startedAt) return;
    if (stats.mtimeMs < clock.now() - windowMs) return log.startAtEnd(stats.size, scope);
    this.#sink.learnZone(await lastLines(scope, log.fd, stats.size), stats.mtimeMs);
    await log.startAt(stats.size - KEEP_BYTES, scope);
    if (stats.size > 0) this.#sink.turn('back', stats.mtimeMs);
    // A file that was rotated within the hour has little of it: the rest stands in the one before.
    const since = clock.now() - windowMs;
    if (stats.size < KEEP_BYTES && stats.birthtimeMs > since) {
      const most = KEEP_BYTES - stats.size;
      await takePast({ io: scope.io, registry, finder, sink: scope.sink, path: this.target.path, since, most });
    }
    this.#backTo = stats.size;
  }

  /** Puts what a rotation left behind the logs that are open; returns whether a copy of `previous` is among it. */
  async #openBetween(look: Look, previous: OpenLog, how: 'renamed' | 'cut'): Promise<boolean> {
    const { registry, clock } = this.#options;
    const where = { registry, path: this.target.path, previous, how, lookedAt: this.#lookedAt };
    const found = await openBetween({ ...look, ...where, now: clock.monotonic() });
    for (const log of found.logs) registry.claim(log, this);
    this.#logs.push(...found.logs);
    return found.hasCopy;
  }

  /** Reads every generation to its end, in their order, and lets go of those that have been quiet. */
  async #drainAll(look: Look, stats: Stats | null = null): Promise<boolean> {
    const { clock } = this.#options;
    const scope = this.#scope(look);
    let isDone = true;
    for (const log of [...this.#logs]) {
      if (!(await this.#drainOne(log, look, scope, log === this.#current ? stats : null))) isDone = false;
      else if (log === this.#current) {
        if (clock.monotonic() - log.grewAt >= PART_MS) await log.takeRest(scope);
      } else if (isDone && clock.monotonic() - log.grewAt >= GRACE_MS) {
        await log.takeRest(scope);
        await this.#close(log, look.io);
      }
    }
    return isDone;
  }

  async #drainOne(log: OpenLog, look: Look, scope: DrainScope, stats: Stats | null = null): Promise<boolean> {
    // A file that is cut again and again while we look is left for the next beat.
    for (let round = 0; round < 3; round += 1) {
      const { size, mtimeMs } = round === 0 && stats !== null ? stats : await look.io.fstat(log.fd);
      if (size !== log.size) log.grewAt = this.#options.clock.monotonic();
      // Written to and no longer: cut and filled again to the very byte, or touched.
      const isSuspect = size === log.offset && size === log.size && mtimeMs !== log.writtenAt;
      log.writtenAt = mtimeMs;
      if (size < log.offset || (isSuspect && !(await holdsAt(look, log.fd, size, log.offset, log.signature)))) {
        await this.#restart(log, look);
        continue;
      }
      log.size = size;
      noteArrival(log.key, size, mtimeMs);
      if (scope.sink.isSpent) return false;
      const end = await log.drain(scope, MAX_BACKLOG_BYTES);
      if (this.#backTo > 0 && (end !== 'budget' || log.offset >= this.#backTo)) {
        this.#backTo = 0;
        scope.sink.turn('live', Number.NaN);
      }
      if (end === 'end') return true;
      if (end === 'budget') {
        if (log.size - log.offset > MAX_BACKLOG_BYTES) log.skipTo(KEEP_BYTES);
        return log.offset >= log.size;
      }
      if (await isHole(look, log)) log.resume(log.offset, Buffer.alloc(0));
      else await this.#restart(log, look);
    }
    return false;
  }

  /** The file was cut: what we had not read of it may stand in a copy. */
  async #restart(log: OpenLog, look: Look): Promise<void> {
    if (await stepBack(log, look)) return;
    const before = this.#logs.indexOf(log);
    const copies = this.#logs.length;
    const hasCopy = await this.#openBetween(look, log, 'cut');
    // Copies hold what was written before: they are read before what stands here now.
    const opened = this.#logs.splice(copies);
    this.#logs.splice(before, 0, ...opened);
    const unread = Math.max(0, log.size - log.offset);
    if (!hasCopy) this.#closedDropped += unread;
    log.restart();
    for (const copy of opened) await this.#drainOne(copy, look, this.#scope(look));
  }

  async #close(log: OpenLog, io: LogIo): Promise<void> {
    this.#logs = this.#logs.filter((other) => other !== log);
    this.#closedRead += log.readBytes;
    this.#closedDropped += log.droppedBytes;
    this.#options.registry.release(log);
    await io.close(log.fd);
  }

  #scope({ io, chunk, hasTime, isLong }: Look): DrainScope {
    const sink = this.#sink;
    const { finder } = this.#options;
    const isSpent = (): boolean => sink.isSpent;
    return { io, chunk, finder, sink, hasTime: () => !isSpent() && hasTime(), isLong: () => isSpent() || isLong() };
  }

  /** As it is said to others; the same object while only how far it is changes. */
  snapshot(): LogFile {
    this.#said = sayFile(this.#said, this.target, this, this);
    return this.#said;
  }

  get sizeBytes(): number {
    return this.#current?.size ?? Number.NaN;
  }

  get offset(): number {
    return (this.#current ?? this.#logs.at(-1))?.offset ?? 0;
  }

  async close(io: LogIo): Promise<void> {
    this.#sink.flush();
    this.#current = null;
    for (const log of [...this.#logs]) await this.#close(log, io);
  }
}
