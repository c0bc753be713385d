/** What was written within the hour before a log was rotated: the end of the generation before it, packed or not. */
import { basename, dirname, join } from 'node:path';
import type { LineSink } from './assembler.ts';
import type { Finder } from './finder.ts';
import { isGenerationOf, stemOf } from './generations.ts';
import { type LogIo, openLog, UnreadableLog } from './io.ts';
import { fileIdOf, MAX_LINE_BYTES } from './open-log.ts';
import type { LogRegistry } from './registry.ts';

export interface PastScope {
  readonly io: LogIo;
  readonly registry: LogRegistry;
  readonly finder: Finder;
  readonly sink: LineSink;
  readonly path: string;
  /** Epoch ms: what was last written before it is left alone. */
  readonly since: number;
  /** So many bytes of its end are read. */
  readonly most: number;
}

const MAX_NAMES = 5_000;
/** A larger packed file is not unpacked for its last megabyte: that takes seconds. */
const MAX_PACKED_BYTES = 32 * 1024 * 1024;
/** What a packed file may become: there are small ones that become terabytes. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;
const SIGNATURE_BYTES = 64;
const PIECE_BYTES = 64 * 1024;

/** Gives the lines of it to the sink, which was told that they are from before. Nothing there is no failure. */
export async function takePast(scope: PastScope): Promise<void> {
  const found = await newestBefore(scope);
  if (found === null) return;
  try {
    const { fd, stats } = await openLog(scope.io, found.path);
    try {
      if (found.isPacked) await takePacked(scope, fd);
      else await takePlain(scope, fd, stats.size, fileIdOf(stats));
    } finally {
      await scope.io.close(fd);
    }
  } catch (error) {
    // Rotated on meanwhile, or not for us to read: the log itself is read all the same.
    if (!(error instanceof UnreadableLog)) throw error;
  }
}

interface Found {
  readonly path: string;
  readonly isPacked: boolean;
  readonly writtenAt: number;
}

/** The generation that was written last, if that was within the window and nobody reads it already. */
async function newestBefore({ io, registry, path, since }: PastScope): Promise<Found | null> {
  const folder = dirname(path);
  const base = basename(path);
  let newest: Found | null = null;
  for (const name of (await io.namesLike(folder, stemOf(base))).slice(0, MAX_NAMES)) {
    const isPacked = name.endsWith('.gz');
    if (!isGenerationOf(isPacked ? name.slice(0, -3) : name, base)) continue;
    const stats = await Promise.resolve(io.lstat(join(folder, name))).catch(() => null);
    if (!stats?.isFile() || stats.mtimeMs < since || stats.mtimeMs <= (newest?.writtenAt ?? 0)) continue;
    if (isPacked && stats.size > MAX_PACKED_BYTES) continue;
    const key = fileIdOf(stats);
    if (registry.ownerOf(key) !== undefined || registry.finishedOf(key) !== undefined) continue;
    newest = { path: join(folder, name), isPacked, writtenAt: stats.mtimeMs };
  }
  return newest;
}

async function takePlain(scope: PastScope, fd: number, size: number, fileId: string): Promise<void> {
  const { io, registry, most } = scope;
  const from = Math.max(0, size - most);
  const bytes = evenBytes(size - from);
  const got = await io.read(fd, bytes, bytes.length, from);
  takeLines(scope, bytes, got, from > 0, { fileId, offset: from });
  // A glob that names it as well goes on behind it.
  registry.finish(fileId, {
    offset: from + got,
    signature: Buffer.from(bytes.subarray(Math.max(0, got - SIGNATURE_BYTES), got)),
  });
}

async function takePacked(scope: PastScope, fd: number): Promise<void> {
  const { createGunzip } = await import('node:zlib');
  const { pipeline } = await import('node:stream/promises');
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let total = 0;
  try {
    await pipeline(piecesOf(scope.io, fd), createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const piece of unpacked) {
        total += piece.length;
        if (total > MAX_UNPACKED_BYTES) throw new UnreadableLog('failed', 'it unpacks to more than 512 MiB');
        kept.push(piece);
        keptBytes += piece.length;
        while (keptBytes - (kept[0] as Buffer).length >= scope.most) keptBytes -= (kept.shift() as Buffer).length;
      }
    });
  } catch (error) {
    if (error instanceof UnreadableLog) throw error;
    // Still being packed, or damaged.
    throw new UnreadableLog('failed', 'it cannot be unpacked');
  }
  const bytes = evenBytes(keptBytes);
  let at = 0;
  for (const piece of kept) at += piece.copy(bytes, at);
  takeLines(scope, bytes, at, total > keptBytes, { fileId: '', offset: Number.NaN });
}

async function* piecesOf(io: LogIo, fd: number): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const got = await io.read(fd, piece, PIECE_BYTES, at);
    if (got === 0) return;
    at += got;
    yield piece.subarray(0, got);
  }
}

/** The search wants an even place in memory of its own. */
function evenBytes(length: number): Buffer {
  return Buffer.from(new ArrayBuffer(length + (length % 2)), 0, length);
}

function takeLines(
  { finder, sink }: PastScope,
  bytes: Buffer,
  length: number,
  isWithin: boolean,
  place: { readonly fileId: string; readonly offset: number },
): void {
  let at = isWithin ? bytes.indexOf(0x0a) + 1 : 0;
  let wantsNext = false;
  while (at < length) {
    if (!wantsNext) {
      const hit = finder(bytes, at, length);
      if (hit === -1) break;
      at = Math.max(at, hit === 0 ? 0 : bytes.lastIndexOf(0x0a, hit - 1) + 1);
    }
    const found = bytes.indexOf(0x0a, at);
    const end = found === -1 || found >= length ? length : found;
    const isCut = end - at > MAX_LINE_BYTES;
    const stop = isCut ? at + MAX_LINE_BYTES : end;
    const hasNeedle = !wantsNext || finder(bytes, at, stop) >= 0;
    wantsNext = sink.take(bytes, at, stop, { isCut, hasNeedle, fileId: place.fileId, offset: place.offset + at });
    at = end + 1;
  }
}
