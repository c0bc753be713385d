/**
 * Searches a file for the words of errors and warnings as the tail of a log does, and tells the CPU time, ms, and how
 * many lines have one.
 *
 *   node bench/search-part.ts FILE
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { createFinder, ERROR_NEEDLES } from '../src/sources/logs/finder.ts';
import { createChunk } from '../src/sources/logs/open-log.ts';
import type { Searched } from './big-log.ts';

const LINE_FEED = 0x0a;
const find = createFinder(ERROR_NEEDLES);
const chunk = createChunk();
const fd = openSync(process.argv[2] ?? '', 'r');
let lines = 0;
/** The start of a line whose end is not read yet. */
let kept = 0;
for (;;) {
  const read = readSync(fd, chunk, kept, chunk.length - kept, null);
  if (read === 0) break;
  const filled = kept + read;
  const end = chunk.subarray(0, filled).lastIndexOf(LINE_FEED) + 1;
  for (let at = 0; at < end; ) {
    const found = find(chunk, at, end);
    if (found === -1) break;
    lines++;
    at = chunk.indexOf(LINE_FEED, found) + 1;
  }
  chunk.copyWithin(0, end, filled);
  kept = filled - end;
}
closeSync(fd);
const { user, system } = process.cpuUsage();
const searched: Searched = { cpuMs: (user + system) / 1e3, lines };
process.stdout.write(`${JSON.stringify(searched)}\n`);
