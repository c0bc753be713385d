import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { botop, hasBuild } from './contenders.ts';
import { startFleet } from './fleet.ts';
import { readOptions } from './options.ts';
import { memoryOf, treeSeconds } from './processes.ts';
import { startProgram } from './program.ts';
import { startServers } from './servers.ts';

/** The built program on a fleet that writes, with a person who looks around once a minute: what it holds must not grow. */
const USAGE = `npm run soak -- [--minutes 60] [--bots 100] [--out FILE] [--program FILE]

Prints a line a minute, and writes a table of them to FILE, bench/soak.md unless said.`;

const values = readOptions(USAGE, {
  minutes: { type: 'string', default: '60' },
  bots: { type: 'string', default: '100' },
  out: { type: 'string', default: join(import.meta.dirname, 'soak.md') },
  program: { type: 'string', default: join(import.meta.dirname, '../dist/botop.js') },
});
const program = resolve(values.program);
const [minutes, bots] = [Number(values.minutes), Number(values.bots)];
if (!(minutes >= 1 && bots >= 1 && hasBuild(program))) {
  console.error('--minutes and --bots are numbers from 1, and the program must be built: npm run build');
  process.exit(64);
}

interface Sample {
  readonly minute: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
  readonly cpuSeconds: number;
  readonly writtenBytes: number;
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());

const fleet = await startFleet(bots);
const servers = await startServers();
try {
  const running = await startProgram(botop(program, { fleet, servers }), { columns: 120, rows: 40 });
  const { pty } = running;
  const sample = (minute: number): Sample => ({
    minute,
    rssBytes: memoryOf(pty.pid).rssBytes,
    descriptors: readdirSync(`/proc/${pty.pid}/fd`).length,
    threads: readdirSync(`/proc/${pty.pid}/task`).length,
    children: readFileSync(`/proc/${pty.pid}/task/${pty.pid}/children`, 'utf8').split(' ').filter(Boolean).length,
    cpuSeconds: treeSeconds(pty.pid),
    writtenBytes: pty.bytesWritten,
  });
  const samples: Sample[] = [];
  try {
    for (let minute = 0; minute <= minutes && !stop.signal.aborted; minute += 1) {
      if (pty.ended) throw new Error(`it ended by itself: ${JSON.stringify(pty.ended)}`);
      const now = sample(minute);
      samples.push(now);
      const { rssBytes, descriptors, threads, children } = now;
      console.log(
        `${minute} min: ${mb(rssBytes)} MB, ${descriptors} descriptors, ${threads} threads, ${children} children`,
      );
      // Views, help, a detail, a filter and its end, as somebody who looks in now and then.
      for (const key of ['2', 'j', 'j', '\r', '\u001b', '3', '4', '5', '?', '\u001b', '1', '/', 'b', '\u001b']) {
        pty.press(key);
        await sleep(400);
      }
      await sleep(60_000 - 14 * 400, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    writeFileSync(values.out, table(samples));
  } finally {
    await running.end();
  }
} finally {
  await servers.stop();
  await fleet.stop();
}

function table(samples: readonly Sample[]): string {
  const every = Math.max(1, Math.floor(minutes / 12));
  const rows = samples
    .filter(({ minute }) => minute % every === 0)
    .map((now) => {
      const cells = [
        now.minute,
        mb(now.rssBytes),
        now.descriptors,
        now.threads,
        now.children,
        now.cpuSeconds.toFixed(1),
      ];
      return `| ${[...cells, mb(now.writtenBytes)].join(' | ')} |`;
    });
  const head = '| minute | RSS, MB | descriptors | threads | children | CPU so far, s | written, MB |';
  const date = new Date().toISOString().slice(0, 10);
  return `# Soak

${date}, ${bots} bots of one line a second, 120x40, PostgreSQL and Redis on, keys once a minute. Made by \`npm run soak\`.

${head}
| ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`;
}
