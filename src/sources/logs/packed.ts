/** Generations of a log that a rotation has compressed: `api.log.2.gz`. */
import { lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Generation, isGenerationOf } from './generations.ts';
import { type LogIo, openLog } from './io.ts';

/** Larger ones are left out: what is unpacked is held. */
const MAX_PACKED_BYTES = 8_000_000;
const MAX_BYTES = 24_000_000;
/** No folder is looked through further. */
const MAX_NAMES = 5_000;

const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** Those of a log, in no order. */
export async function findPacked(io: LogIo, path: string): Promise<Generation[]> {
  const folder = dirname(path);
  const base = basename(path);
  const found: Generation[] = [];
  for (const name of (await io.readdir(folder)).slice(0, MAX_NAMES)) {
    if (!name.endsWith('.gz') || !isPackedOf(name.slice(0, -3), base)) continue;
    try {
      const stats = await lstat(join(folder, name));
      if (!stats.isFile() || stats.size > MAX_PACKED_BYTES) continue;
      found.push({ path: join(folder, name), stats, bornAt: stats.mtimeMs });
    } catch (error) {
      // Moved on while we looked.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return found;
}

function isPackedOf(name: string, base: string): boolean {
  return name === base || isGenerationOf(name, base);
}

/** What it holds; null where that is too much, or no whole gzip. Throws `UnreadableLog`. */
export async function unpack(io: LogIo, path: string): Promise<Buffer | null> {
  const { fd, stats } = await openLog(io, path);
  try {
    const packed = Buffer.alloc(Math.min(stats.size, MAX_PACKED_BYTES));
    const length = await io.read(fd, packed, packed.length, 0);
    return await unzip(packed.subarray(0, length), { maxOutputLength: MAX_BYTES });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw error;
  } finally {
    await io.close(fd);
  }
}
