/**
 * Opens a log as the monitor does at its start, several times, and tells how long it took until the errors of its end
 * were known, ms, and how many they were.
 *
 *   node bench/open-part.ts FILE TIMES
 */
import { logsSource } from '../src/sources/logs/source.ts';
import { systemClock } from '../src/sources/source.ts';
import type { Opened } from './big-log.ts';

const [, , file = '', times = '1'] = process.argv;
const ms: number[] = [];
let errors = 0;
for (let i = 0; i < Number(times); i++) {
  const source = logsSource({ clock: systemClock, globs: [file], targets: () => [] });
  const beganAt = performance.now();
  const { counts } = await source.read(new AbortController().signal);
  ms.push(performance.now() - beganAt);
  errors = counts.error;
  await source.close();
}
const opened: Opened = { ms, errors };
process.stdout.write(`${JSON.stringify(opened)}\n`);
