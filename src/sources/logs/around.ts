/** The lines around an event, from the file it stood in, wherever a rotation has moved that file. */
import { basename, dirname, join } from 'node:path';
import type { LogEvent } from './events.ts';
import { isGenerationOf } from './generations.ts';
import { backgroundIo, UnreadableLog } from './io.ts';
import { fileIdOf } from './open-log.ts';
import { createLogPager, type LogLine } from './pager.ts';

/** A piece of a file with an event in it. */
export interface LinesAround {
  /** What the file is called now. */
  readonly path: string;
  /** In the order of the file. */
  readonly lines: readonly LogLine[];
  /** Where in `lines` the event begins. */
  readonly index: number;
}

/** No folder is looked through further. */
const MAX_NAMES = 5_000;
/** Read before and behind the event: lines around it that are longer together are left out. */
const AROUND_BYTES = 64 * 1024;

/**
 * `count` lines before an event's first line, that line, and `count` behind it. Throws `UnreadableLog`: `missing` when
 * the file is gone, was cut, or was compressed.
 */
export async function linesAround(
  event: Pick<LogEvent, 'path' | 'fileId' | 'offset'>,
  count = 10,
): Promise<LinesAround> {
  const { fileId, offset } = event;
  if (fileId === '' || Number.isNaN(offset)) throw new UnreadableLog('no-file', 'it stands in no file');
  const path = await whereIs(event.path, fileId);
  if (path === null) throw new UnreadableLog('missing', 'its file is gone: deleted, or compressed by a rotation');
  const pager = createLogPager(path);
  try {
    await pager.refresh();
    // In the file that a pager finds at first, places are offsets.
    if (offset >= pager.end) throw new UnreadableLog('missing', 'its file was cut since');
    const before = await pager.back(offset, AROUND_BYTES, null);
    const after = await pager.forward(offset, AROUND_BYTES, null);
    const first = before.lines.filter(({ place }) => place >= 0).slice(-count);
    return { path, lines: [...first, ...after.lines.slice(0, count + 1)], index: first.length };
  } finally {
    await pager.close();
  }
}

async function whereIs(path: string, fileId: string): Promise<string | null> {
  if (await isThere(path, fileId)) return path;
  const folder = dirname(path);
  const base = basename(path);
  let names: string[];
  try {
    names = await backgroundIo.readdir(folder);
  } catch {
    // Gone with its folder, or closed to us: it is not found, which is what the caller says.
    return null;
  }
  for (const name of names.slice(0, MAX_NAMES)) {
    if (isGenerationOf(name, base) && (await isThere(join(folder, name), fileId))) return join(folder, name);
  }
  return null;
}

async function isThere(path: string, fileId: string): Promise<boolean> {
  try {
    return fileIdOf(await backgroundIo.stat(path)) === fileId;
  } catch {
    return false;
  }
}
