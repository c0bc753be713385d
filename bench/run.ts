import { writeFileSync } from 'node:fs';
import { cpus, release, type as system, totalmem } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { bigLog } from './big-log.ts';
import { hasBuild } from './contenders.ts';
import { flood } from './flood.ts';
import { idleLogs } from './idle-logs.ts';
import { keyTimes } from './key-times.ts';
import { minute } from './minute.ts';
import { readOptions } from './options.ts';
import { formatSections, formatVerdict, type Section } from './report.ts';
import type { Line } from './row.ts';
import { scale } from './scale.ts';
import { createStage, type Effort, type Measurement, QUICK, WHOLE } from './stage.ts';
import { tick } from './tick.ts';
import { turns } from './turns.ts';

/** The built program beside its peers, in one run, with what is promised of it. */
const USAGE = `npm run bench -- [--only NAME,…] [--quick] [--rounds N] [--seconds N] [--log-mib N] [--out FILE] [--list]

Measures the built botop beside pm2 monit, htop and pg_activity on a private fleet; all of it takes a quarter of an hour.

  --only NAME,…  these measurements only, by name or beginning; --list prints the names
  --quick        fewer and shorter rounds
  --rounds N     how often each is measured
  --seconds N    how long each time
  --log-mib N    of the log that is searched
  --out FILE     where to write the result; bench/results.md when neither --only nor --quick is given
  --program FILE another built botop.js`;

const values = readOptions(USAGE, {
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  'log-mib': { type: 'string' },
  out: { type: 'string' },
  program: { type: 'string', default: join(import.meta.dirname, '../dist/botop.js') },
});

const MEASUREMENTS: readonly Measurement[] = [
  turns(10),
  minute(10),
  flood,
  turns(100),
  minute(100),
  keyTimes,
  scale,
  tick,
  idleLogs,
  bigLog,
];

const fail = (why: string): never => {
  console.error(why);
  process.exit(64);
};
const whole = (name: 'rounds' | 'seconds' | 'log-mib', otherwise: number): number => {
  const text = values[name];
  if (text === undefined) return otherwise;
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 ? number : fail(`--${name} is a whole number from 1`);
};

if (values.list) {
  for (const { name, section } of MEASUREMENTS) console.log(`${name.padEnd(12)} ${section}`);
  process.exit(0);
}
if (process.platform !== 'linux') fail('CPU, memory and processes are read from /proc: this measures on Linux only');
const base = values.quick ? QUICK : WHOLE;
const effort: Effort = {
  ...base,
  rounds: whole('rounds', base.rounds),
  windowSeconds: whole('seconds', base.windowSeconds),
  logMiB: whole('log-mib', base.logMiB),
};
const wanted = values.only?.split(',').filter((name) => name !== '');
const isNamed = (want: string) => MEASUREMENTS.some(({ name }) => name === want);
const chosen = MEASUREMENTS.filter(
  ({ name }) => wanted?.some((want) => (isNamed(want) ? name === want : name.startsWith(want))) ?? true,
);
if (chosen.length === 0) fail(`--only is one of ${MEASUREMENTS.map(({ name }) => name).join(', ')}`);
const program = resolve(values.program);
if (!hasBuild(program)) fail(`there is no ${program}: npm run build`);

const stage = createStage(effort, program);
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isInterrupted) return;
    isInterrupted = true;
    stage.say('interrupted: ending what was started');
    void stage.stop().finally(() => process.exit(130));
  });
}

const beganAt = performance.now();
const sections = new Map<string, Line[]>();
let failures = 0;
for (const { name, section, measure } of chosen) {
  const lines = sections.get(section) ?? [];
  sections.set(section, lines);
  try {
    lines.push(...(await measure(stage)));
  } catch (error) {
    // One that cannot be made must not cost the others; it is said in its place and by the exit code.
    failures++;
    const why = error instanceof Error ? error.message : String(error);
    stage.say(`${name} failed: ${why}`);
    lines.push({ title: name, why: why.split('\n')[0] ?? '' });
  }
}
// What was interrupted is being ended there.
if (isInterrupted) await new Promise(() => {});
await stage.stop();

const report: readonly Section[] = [...sections].map(([title, lines]) => ({ title, lines }));
const minutes = ((performance.now() - beganAt) / 60_000).toFixed(1);
const text = `# Measurements

${new Date().toISOString().slice(0, 10)}, ${system()} ${release()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${minutes} minutes: bots of one line a second, with PostgreSQL and Redis under load and the logs followed, 120x40 unless said, programs taking turns, ${effort.rounds} rounds of ${effort.starts} starts and a window of ${effort.windowSeconds} s. Median, and in brackets the smallest and the largest sample; P is pm2 monit, H htop, G pg_activity. Read the ratios: the figures are of a shared machine. Made by \`npm run bench\`.

${formatVerdict(report)}

${formatSections(report)}`;
process.stdout.write(text);
const out = values.out ?? (wanted || values.quick ? null : join(import.meta.dirname, 'results.md'));
if (out !== null) {
  writeFileSync(out, text);
  stage.say(`written to ${relative(process.cwd(), out)}`);
}
process.exit(failures === 0 ? 0 : 1);
