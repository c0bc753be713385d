/**
 * Writes lines to a file, so many a second, until it is ended; the file begins anew when it has become large.
 *
 *   node bench/flood-part.ts FILE LINES_A_SECOND
 */
import { ftruncateSync, openSync, writeSync } from 'node:fs';

const [, , file = '', wanted = '100000'] = process.argv;
const MOST_BYTES = 512 * 1024 * 1024;
const fd = openSync(file, 'a');
const beganAt = performance.now();
let written = 0;
let bytes = 0;

setInterval(() => {
  const due = Math.floor(((performance.now() - beganAt) / 1000) * Number(wanted));
  const lines: string[] = [];
  const at = new Date().toISOString();
  for (; written < due; written++) {
    // One in ten is an error, each about something else.
    lines.push(
      written % 10 === 0
        ? `${at} ERROR [orders] order ${written} for user ${written % 977}: no answer within ${written % 3000} ms`
        : `${at} INFO [orders] order ${written} for user ${written % 977} taken in ${written % 90} ms, all is well here`,
    );
  }
  if (lines.length === 0) return;
  bytes += writeSync(fd, `${lines.join('\n')}\n`);
  if (bytes < MOST_BYTES) return;
  ftruncateSync(fd, 0);
  bytes = 0;
}, 10);
