/**
 * Goes through a whole log with a filter as the log view does, and tells the CPU time, ms, and how many lines passed.
 *
 *   node bench/view-search-part.ts FILE FILTER
 */
import { compileFilter } from '../src/sources/logs/line-filter.ts';
import { LogMerge } from '../src/sources/logs/merge.ts';
import { createLogPager } from '../src/sources/logs/pager.ts';
import type { Searched } from './big-log.ts';

const [, , file = '', filter = ''] = process.argv;
const pager = createLogPager(file);
await pager.refresh();
const merge = new LogMerge([{ pager, test: await compileFilter(filter) }], [pager.end], -1);
let lines = 0;
for (let isOver = false; !isOver; ) {
  const step = await merge.step({ lines: 1_000, bytes: 8 << 20 });
  lines += step.lines.length;
  ({ isOver } = step);
}
await pager.close();
const { user, system } = process.cpuUsage();
const searched: Searched = { cpuMs: (user + system) / 1e3, lines };
process.stdout.write(`${JSON.stringify(searched)}\n`);
