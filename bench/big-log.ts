import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ERROR_NEEDLES } from '../src/sources/logs/finder.ts';
import { startPart } from './child.ts';
import type { Row } from './row.ts';
import type { Measurement, Stage } from './stage.ts';
import { makeFolder } from './temporary.ts';

const run = promisify(execFile);

/** What a search through a whole file took. */
export interface Searched {
  readonly cpuMs: number;
  readonly lines: number;
}

/** What opening a log took until its last errors were known, several times. */
export interface Opened {
  readonly ms: readonly number[];
  readonly errors: number;
}

const MIB = 1024 * 1024;
const ROUNDS = 3;
const OPENINGS = 10;
const LAST_ERRORS = 200;
const GREP = 'grep -cE';

/** A log too large to be read: searched from end to end, and opened at its end. */
export const bigLog: Measurement = {
  name: 'big-log',
  section: 'Logs',
  async measure(stage) {
    await stage.quiet();
    return stage.using(Promise.resolve(makeFolder()), async ({ path }) => [
      await searchRow(stage, join(path, 'quiet.log')),
      await openRow(stage, join(path, 'errors.log')),
    ]);
  },
};

/** Lines without and, where wanted, one in twenty with an error. */
function writeLog(file: string, mebibytes: number, hasErrors: boolean): void {
  const lines: string[] = [];
  const at = new Date().toISOString();
  let length = 0;
  for (let i = 0; length < 4 * MIB; i++) {
    const line =
      hasErrors && i % 20 === 0
        ? `${at} ERROR [bot-${i % 97}] order ${i}: no answer within 3000 ms`
        : `${at} INFO [bot-${i % 97}] order ${i}: taken in ${i % 89} ms for user ${i % 9973}, price ${(i % 1013) / 7}`;
    length += line.length + 1;
    lines.push(line);
  }
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const fd = openSync(file, 'w');
  for (let written = 0; written < mebibytes * MIB; written += bytes.length) writeSync(fd, bytes);
  closeSync(fd);
}

async function searchRow(stage: Stage, file: string): Promise<Row> {
  const { logMiB } = stage.effort;
  stage.say(`searching ${logMiB} MiB that do not match`);
  writeLog(file, logMiB, false);
  // Once through, so that both read from memory.
  await grepMs(file);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const part = startPart<Searched>('search-part.ts', [file]);
    const { cpuMs, lines } = await stage.using(Promise.resolve(part), () => part.next());
    const grep = await grepMs(file);
    if (lines !== grep.lines) throw new Error(`the search finds ${lines} lines and grep ${grep.lines}`);
    ours.push(cpuMs);
    theirs.push(grep.cpuMs);
  }
  return {
    title: `searching ${logMiB} MiB of lines that do not match, CPU ms`,
    digits: 0,
    ours,
    peers: [{ name: GREP, values: theirs }],
    reach: [{ of: GREP, atMost: 2 }],
    note: `for the ${ERROR_NEEDLES.length} words of errors and warnings, with the start of Node; grep with the same words, in the C locale`,
  };
}

/** User and system time of grep, as the shell counts that of its children. */
async function grepMs(file: string): Promise<Searched> {
  const pattern = ERROR_NEEDLES.join('|');
  const script = 'grep -cE "$1" "$2"; times';
  const { stdout } = await run('sh', ['-c', script, 'sh', pattern, file], { env: { ...process.env, LC_ALL: 'C' } });
  const [count = '', , children = ''] = stdout.split('\n');
  const cpuMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
  return { cpuMs, lines: Number(count) };
}

async function openRow(stage: Stage, file: string): Promise<Row> {
  const { logMiB } = stage.effort;
  stage.say(`opening a log of ${logMiB} MiB`);
  writeLog(file, logMiB, true);
  const part = startPart<Opened>('open-part.ts', [file, String(OPENINGS)]);
  const { ms, errors } = await stage.using(Promise.resolve(part), () => part.next());
  if (errors < LAST_ERRORS) throw new Error(`only ${errors} errors were read at the end of the log`);
  return {
    title: `last ${LAST_ERRORS} errors of a log of ${logMiB} MiB, ms after opening it`,
    digits: 1,
    ours: ms,
    reach: [{ of: null, atMost: 10 }],
    note: `read back as at the start, in process; ${errors} errors; the largest is the first time, not yet compiled`,
  };
}
