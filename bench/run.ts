import { writeFileSync } from 'node:fs';
import { cpus, release, type as system, totalmem } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Contender, contenders } from './contenders.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type Conditions, measure } from './measure.ts';
import { formatSkipped, formatTable, type Row } from './report.ts';

/**
 * `npm run bench -- [--bots N,N] [--seconds S] [--rounds R] [--size 120x40] [--out FILE]`
 *
 * The built program beside its peers, in one run on one private fleet of each size, taking turns: on a shared machine only the
 * ratios mean something.
 */
const { values } = parseArgs({
  options: {
    bots: { type: 'string', default: '10,100' },
    seconds: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' },
    starts: { type: 'string', default: '2' },
    keys: { type: 'string', default: '30' },
    size: { type: 'string', default: '120x40' },
    out: { type: 'string', default: join(import.meta.dirname, 'results.md') },
    program: { type: 'string', default: join(import.meta.dirname, '../dist/botop.js') },
  },
});

const whole = (name: 'seconds' | 'rounds' | 'starts' | 'keys', least: number): number => {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least) return number;
  console.error(`--${name} is a whole number from ${least}`);
  process.exit(64);
};

const size = /^(\d+)x(\d+)$/.exec(values.size);
if (!size) {
  console.error('--size is COLUMNSxROWS');
  process.exit(64);
}
const conditions: Conditions = {
  columns: Number(size[1]),
  rows: Number(size[2]),
  seconds: whole('seconds', 1),
  keyPresses: whole('keys', 0),
  starts: whole('starts', 0),
};
const fleets = values.bots.split(',').map(Number);
if (!fleets.every((bots) => Number.isInteger(bots) && bots >= 1)) {
  console.error('--bots is a whole number from 1, or several with commas between');
  process.exit(64);
}
const rounds = whole('rounds', 1);

const say = (text: string) => process.stderr.write(`${text}\n`);

let starting: Promise<Fleet> | null = null;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isInterrupted) return;
    isInterrupted = true;
    say('interrupted: ending the fleet');
    // A start that was interrupted with us has cleaned up after itself.
    void Promise.resolve(starting).then(
      (fleet) => (fleet?.stop() ?? Promise.resolve()).finally(() => process.exit(130)),
      () => process.exit(130),
    );
  });
}

async function measureFleet(bots: number): Promise<string> {
  say(`starting ${bots} bots in a private PM2`);
  starting = startFleet(bots);
  const fleet = await starting;
  try {
    const all = contenders(fleet, resolve(values.program));
    const measured = all.filter((row): row is Contender => 'command' in row);
    const skipped = all.filter((row) => 'why' in row);
    const rows = measured.map((contender) => ({ contender, runs: [] as Row['runs'][number][] }));
    for (let round = 1; round <= rounds; round++) {
      for (const { contender, runs } of rows) {
        say(`${bots} bots, round ${round} of ${rounds}: ${contender.name}`);
        runs.push(await measure(contender, fleet.daemonPid, conditions));
      }
    }
    const table = formatTable(rows.map(({ contender, runs }) => ({ name: contender.name, runs })));
    return `## ${bots} bots\n\n${table}${skipped.length > 0 ? `\n${formatSkipped(skipped)}` : ''}`;
  } finally {
    if (!isInterrupted) await fleet.stop();
    starting = null;
  }
}

const tables: string[] = [];
for (const bots of fleets) tables.push(await measureFleet(bots));
const text = `# Measurements

${new Date().toISOString().slice(0, 10)}, ${system()} ${release()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}: bots of one line a second, ${values.size}, ${rounds} rounds of ${conditions.seconds} s, programs taking turns. Median, and in brackets the smallest and the largest sample. Read the ratios: the figures are of a shared machine. Made by \`npm run bench\`.

${tables.join('\n')}`;
writeFileSync(values.out, text);
process.stdout.write(text);
say(`written to ${relative(process.cwd(), values.out)}`);
