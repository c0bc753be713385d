/** Files of which we ourselves kept the end only, for whoever reads them: what stands there now was read already. */
import type { Look } from './look.ts';
import type { OpenLog } from './open-log.ts';
import { holdsAt } from './probe.ts';

/** Files that are remembered; the one cut longest ago goes first. */
const MAX_FILES = 256;

/** Bytes that went from a file's start, by device and inode (see `fileIdOf`). */
const removed = new Map<string, number>();

/** The first `bytes` of a file are gone, and what stood behind them stands at its start. */
export function noteKeptEnd(fileId: string, bytes: number): void {
  removed.set(fileId, bytes + (removed.get(fileId) ?? 0));
  const [oldest] = removed.size > MAX_FILES ? removed.keys() : [];
  if (oldest !== undefined) removed.delete(oldest);
}

/**
 * Where only the end of a log was kept, puts reading back on where it was, which is nearer to the start now. False where
 * nothing is known of that, or something else stands there.
 */
export async function stepBack(log: OpenLog, look: Look): Promise<boolean> {
  const gone = removed.get(log.key);
  removed.delete(log.key);
  if (gone === undefined || log.offset < gone) return false;
  const offset = log.offset - gone;
  const kept = Buffer.from(log.signature.subarray(Math.max(0, log.signature.length - offset)));
  const { size } = await look.io.fstat(log.fd);
  if (!(await holdsAt(look, log.fd, size, offset, kept))) return false;
  log.resume(offset, kept);
  return true;
}
