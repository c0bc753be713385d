/**
 * The machinery of the logs by itself: the source with its poller, as the monitor has them, and nothing else. Tells
 * what it takes each time it is sent SIGUSR2.
 *
 *   node bench/logs-part.ts FILE…
 */
import type { LogTarget } from '../src/sources/logs/snapshot.ts';
import { logsSource } from '../src/sources/logs/source.ts';
import { createPoller } from '../src/sources/poller.ts';
import { systemClock } from '../src/sources/source.ts';
import type { Taken } from './idle-logs.ts';

/** As PM2 names them: each the log of a bot. */
const targets = process.argv.slice(2).map((path): LogTarget => ({ path, bots: [path], stream: 'out' }));
let readBytes = 0;
let droppedBytes = 0;
let droppedLines = 0;
let hasRead = false;

function tell(): void {
  const { user, system } = process.cpuUsage();
  const taken: Taken = {
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    readBytes,
    droppedBytes,
    droppedLines,
  };
  process.stdout.write(`${JSON.stringify(taken)}\n`);
}

const poller = createPoller({
  sources: [logsSource({ clock: systemClock, globs: [], targets: () => targets })],
  sink: {
    succeed(_, value) {
      if ('counts' in value) ({ readBytes, droppedBytes, droppedLines } = value.counts);
      if (!hasRead) tell();
      hasRead = true;
    },
    fail(_, error) {
      throw error;
    },
    grow() {},
  },
  clock: systemClock,
  intervalMs: 1_000,
});
process.on('SIGUSR2', tell);
poller.start();
