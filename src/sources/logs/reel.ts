/**
 * One log through its rotations, as one long line of bytes: the file of today and those that were renamed, in places
 * that are numbers and compare as the times of writing do.
 */
import type { Stats } from 'node:fs';
import { type Arrival, arrivalOf, noteArrival, UNSEEN } from './arrivals.ts';
import { findGenerations, type Generation } from './generations.ts';
import { type LogIo, openLog, toUnreadable } from './io.ts';
import { fileIdOf } from './open-log.ts';
import { findPacked, unpack } from './packed.ts';
import { statOrNull } from './probe.ts';

/**
 * A place in a log: the file's number times this, and the offset in bytes. The file that was there first is number 0,
 * older ones lie below, and what takes its place above.
 */
const FILE_SPAN = 2 ** 44;

export const fileOf = (place: number): number => Math.floor(place / FILE_SPAN);
export const offsetOf = (place: number): number => place - fileOf(place) * FILE_SPAN;
export const placeOf = (file: number, offset: number): number => file * FILE_SPAN + offset;

interface Part {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** Null when its bytes are gone: it was cut, and no copy of it is there. */
  fd: number | null;
  size: number;
  /** It is compressed: unpacked when it is read. */
  readonly isPacked?: true;
  /** A copy of it: device and inode are those of the file that was cut. */
  readonly isCopy?: true;
  /** Epoch ms of the last write, as of the last look. */
  writtenAt: number;
}

/** Bytes before the end that was seen, to know a copy by. */
const SIGNATURE_BYTES = 64;
/** Files that are open at once beside today's. */
const MAX_OPEN = 3;

export class LogReel {
  readonly path: string;
  readonly #io: LogIo;
  readonly #parts = new Map<number, Part>();
  #newest = 0;
  #oldest = 0;
  /** Generations older than those in `#parts`, the newest first; null before anybody looked. */
  #older: Generation[] | null = null;
  #signature: Buffer = Buffer.alloc(0);
  /** Of the compressed ones one is held at a time. */
  #unpacked: { readonly path: string; readonly bytes: Buffer } | null = null;

  constructor(path: string, io: LogIo) {
    this.path = path;
    this.#io = io;
  }

  /** Looks at what the path names now. Throws `UnreadableLog` while there was never a file to read. */
  async refresh(): Promise<void> {
    const now = this.#parts.get(this.#newest);
    if (!now) {
      const { fd, stats } = await openLog(this.#io, this.path);
      this.#parts.set(this.#newest, partOf(this.path, fd, stats));
      noteArrival(fileIdOf(stats), stats.size, stats.mtimeMs);
      await this.#sign();
      return;
    }
    const named = await statOrNull(this.#io, this.path);
    await this.#measure(now);
    if (named && (named.dev !== now.dev || named.ino !== now.ino)) await this.#turn();
  }

  /** Where the newest byte ends, and epoch ms of the last write to it; as of the last `refresh`. */
  get end(): number {
    return placeOf(this.#newest, this.#parts.get(this.#newest)?.size ?? 0);
  }
  get writtenAt(): number {
    return this.#parts.get(this.#newest)?.writtenAt ?? Number.NaN;
  }

  /** Where the oldest byte begins that is known of; see `goOlder`. */
  get start(): number {
    return placeOf(this.#oldest, 0);
  }

  /** The bytes behind a place, through the files that came after it. */
  ahead(place: number): number {
    let bytes = -offsetOf(place);
    for (let file = fileOf(place); file <= this.#newest; file += 1) bytes += this.sizeOf(file);
    return Math.max(0, bytes);
  }

  /** When the byte at a place came. */
  arrivalOf(place: number): Arrival {
    const part = this.#parts.get(fileOf(place));
    return part && !part.isCopy ? arrivalOf(fileIdOf(part), offsetOf(place)) : UNSEEN;
  }

  isNewest(file: number): boolean {
    return file === this.#newest;
  }

  /** The bytes of one file; 0 for one that is gone. */
  sizeOf(file: number): number {
    const part = this.#parts.get(file);
    return part && (part.fd !== null || part.isPacked) ? part.size : 0;
  }

  /** Bytes of one file from a place on, fewer at its end. They begin at an even place of their memory. */
  async read(place: number, length: number): Promise<Buffer> {
    const part = this.#parts.get(fileOf(place));
    if (part?.isPacked) {
      const all = await this.#unpack(part.path);
      return all.subarray(offsetOf(place), offsetOf(place) + Math.max(0, length));
    }
    const bytes = memoryFor(Math.max(0, length));
    if (!part || part.fd === null || length <= 0) return bytes.subarray(0, 0);
    return bytes.subarray(0, await this.#io.read(part.fd, bytes, length, offsetOf(place)));
  }

  /** Takes in the generation before the oldest that is known; false when there is none that can be read. */
  async goOlder(): Promise<boolean> {
    if (this.#older === null) {
      const known = new Set([...this.#parts.values()].map(({ dev, ino }) => `${dev}:${ino}`));
      this.#older = [...(await this.#generations()), ...(await this.#packed())]
        .filter(({ stats }) => !known.has(`${stats.dev}:${stats.ino}`) && stats.size > 0)
        .sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
    }
    for (let next = this.#older.shift(); next; next = this.#older.shift()) {
      if (next.path.endsWith('.gz')) {
        const { length } = await this.#unpack(next.path);
        if (length === 0) continue;
        this.#oldest -= 1;
        const { dev, ino, mtimeMs } = next.stats;
        const part: Part = { path: next.path, isPacked: true, fd: null, dev, ino, size: length, writtenAt: mtimeMs };
        this.#parts.set(this.#oldest, part);
        return true;
      }
      const opened = await this.#open(next.path);
      if (!opened) continue;
      this.#oldest -= 1;
      this.#parts.set(this.#oldest, partOf(next.path, opened.fd, opened.stats));
      return true;
    }
    return false;
  }

  async close(): Promise<void> {
    const open = [...this.#parts.values()];
    this.#parts.clear();
    this.#unpacked = null;
    for (const { fd } of open) if (fd !== null) await this.#io.close(fd);
  }

  async #measure(part: Part): Promise<void> {
    if (part.fd === null) return;
    const { size, mtimeMs } = await this.#io.fstat(part.fd);
    part.writtenAt = mtimeMs;
    noteArrival(fileIdOf(part), size, mtimeMs);
    if (size >= part.size) {
      part.size = size;
      if (part === this.#parts.get(this.#newest)) await this.#sign();
      return;
    }
    // Cut: what was there is another file now, in its copy if it has one.
    const copy = await this.#copyOf(part);
    this.#parts.set(this.#newest, { ...part, isCopy: true, fd: copy?.fd ?? null, size: copy?.size ?? 0 });
    this.#newest += 1;
    this.#parts.set(this.#newest, { ...part, size });
    this.#signature = Buffer.alloc(0);
    await this.#sign();
  }

  /** Another file stands at the path: what is still written to the one before is read to its end. */
  async #turn(): Promise<void> {
    const opened = await this.#open(this.path);
    if (!opened) return;
    this.#newest += 1;
    this.#parts.set(this.#newest, partOf(this.path, opened.fd, opened.stats));
    const old = this.#parts.get(this.#newest - 1 - MAX_OPEN);
    if (old && old.fd !== null) {
      await this.#io.close(old.fd);
      old.fd = null;
    }
    await this.#sign();
  }

  async #sign(): Promise<void> {
    const size = this.#parts.get(this.#newest)?.size ?? 0;
    const length = Math.min(SIGNATURE_BYTES, size);
    this.#signature = await this.read(placeOf(this.#newest, size - length), length);
  }

  async #copyOf(part: Part): Promise<{ fd: number; size: number } | null> {
    const signature = this.#signature;
    if (signature.length === 0) return null;
    for (const { path, stats } of (await this.#generations()).reverse()) {
      if (stats.size < part.size) continue;
      const opened = await this.#open(path);
      if (!opened) continue;
      const there = Buffer.alloc(signature.length);
      const got = await this.#io.read(opened.fd, there, there.length, part.size - there.length);
      if (got === there.length && there.equals(signature)) return { fd: opened.fd, size: opened.stats.size };
      await this.#io.close(opened.fd);
    }
    return null;
  }

  async #generations(): Promise<Generation[]> {
    try {
      return await findGenerations(this.#io, this.path);
    } catch (error) {
      // A folder that we may not list has no generations for us.
      if (toUnreadable(error).state === 'failed') throw error;
      return [];
    }
  }

  async #packed(): Promise<Generation[]> {
    try {
      return await findPacked(this.#io, this.path);
    } catch (error) {
      if (toUnreadable(error).state === 'failed') throw error;
      return [];
    }
  }

  /** Nothing where it cannot be read, or is too much to be held. */
  async #unpack(path: string): Promise<Buffer> {
    if (this.#unpacked?.path === path) return this.#unpacked.bytes;
    try {
      const bytes = (await unpack(this.#io, path)) ?? Buffer.alloc(0);
      this.#unpacked = { path, bytes };
      return bytes;
    } catch (error) {
      if (toUnreadable(error).state === 'failed') throw error;
      return Buffer.alloc(0);
    }
  }

  async #open(path: string): Promise<{ fd: number; stats: Stats } | null> {
    try {
      return await openLog(this.#io, path);
    } catch (error) {
      if (toUnreadable(error).state === 'failed') throw error;
      return null;
    }
  }
}

/** Memory that is lent, since what is let go of with each piece piles up. */
interface Lent {
  readonly bytes: number;
  /** Kept at most: so many are read at the same time. */
  readonly most: number;
  readonly spares: ArrayBuffer[];
}

/** The sizes of pieces: as a page is made of them, and as a log is searched. */
const LENT: readonly Lent[] = [
  { bytes: 64 * 1024, most: 8, spares: [] },
  { bytes: 256 * 1024, most: 2, spares: [] },
];
const lent = new WeakMap<ArrayBufferLike, Lent>();

function memoryFor(length: number): Buffer {
  const from = LENT.find(({ bytes }) => length <= bytes && length >= bytes / 4);
  if (!from) return Buffer.from(new ArrayBuffer(length));
  const memory = from.spares.pop() ?? new ArrayBuffer(from.bytes);
  lent.set(memory, from);
  return Buffer.from(memory, 0, length);
}

/** Bytes that `read` gave are not looked at any more. */
export function giveBack({ buffer }: Buffer): void {
  const to = lent.get(buffer);
  if (!to) return;
  lent.delete(buffer);
  if (to.spares.length < to.most) to.spares.push(buffer as ArrayBuffer);
}

function partOf(path: string, fd: number, { dev, ino, size, mtimeMs }: Stats): Part {
  return { path, fd, dev, ino, size, writtenAt: mtimeMs };
}
