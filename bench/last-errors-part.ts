/**
 * Opens a log and reads its last errors, several times, in one of the two ways the program does, and tells how long it
 * took, ms, and how many they were: `start` reads back as the monitor does at its start, `view` as the log view with a
 * filter.
 *
 *   node bench/last-errors-part.ts start|view FILE TIMES COUNT
 */
import { compileFilter } from '../src/sources/logs/line-filter.ts';
import { LogMerge } from '../src/sources/logs/merge.ts';
import { createLogPager } from '../src/sources/logs/pager.ts';
import { logsSource } from '../src/sources/logs/source.ts';
import { systemClock } from '../src/sources/source.ts';
import type { Opened } from './big-log.ts';

const [, , way, file = '', times = '1', count = '200'] = process.argv;

async function atStart(): Promise<{ ms: number; errors: number }> {
  const source = logsSource({ clock: systemClock, globs: [file], targets: () => [] });
  const beganAt = performance.now();
  const { counts } = await source.read(new AbortController().signal);
  const ms = performance.now() - beganAt;
  await source.close();
  return { ms, errors: counts.error };
}

async function inView(): Promise<{ ms: number; errors: number }> {
  const test = await compileFilter('level>=error');
  const pager = createLogPager(file);
  const beganAt = performance.now();
  await pager.refresh();
  const merge = new LogMerge([{ pager, test }], [pager.end], -1);
  const { lines } = await merge.step({ lines: Number(count), bytes: 64 << 20 });
  const ms = performance.now() - beganAt;
  await pager.close();
  return { ms, errors: lines.length };
}

const ms: number[] = [];
let errors = 0;
for (let i = 0; i < Number(times); i++) {
  const found = await (way === 'view' ? inView() : atStart());
  ms.push(found.ms);
  errors = found.errors;
}
const opened: Opened = { ms, errors };
process.stdout.write(`${JSON.stringify(opened)}\n`);
