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
    const before = await pager.readBack(offset, count);
    const after = await pager.readForward(offset, count + 1);
    // A pager never stands behind the end of its file.
    if (after.lines.length === 0 || after.from !== offset) {
      throw new UnreadableLog('missing', 'its file was cut since');
    }
    return { path, lines: [...before.lines, ...after.lines], index: before.lines.length };
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
