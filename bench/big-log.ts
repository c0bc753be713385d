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
const WAYS = { view: 'in the log view', start: 'at the start' };

/** A log too large to be read: searched from end to end, and opened at its end. */
export const bigLog: Measurement = {
  name: 'big-log',
  section: 'Logs',
  async measure(stage) {
    await stage.quiet();
    return stage.using(Promise.resolve(makeFolder()), async ({ path }) => {
      const { logMiB } = stage.effort;
      const large = join(path, 'large.log');
      const errors = join(path, 'errors.log');
      stage.say(`writing logs of ${logMiB} MiB`);
      writeLog(large, logMiB, false);
      const rows = [
        await searchRow(stage, {
          title: `searching ${logMiB} MiB that do not match, for the words of errors, CPU ms`,
          file: large,
          part: ['search-part.ts', large],
          pattern: ERROR_NEEDLES.map((needle) => needle.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'),
          note: `${ERROR_NEEDLES.length} words, as the tail of a log is searched`,
        }),
        await searchRow(stage, {
          title: `searching ${logMiB} MiB that do not match, for a word in the log view, CPU ms`,
          file: large,
          part: ['view-search-part.ts', large, 'heartbeat'],
          pattern: 'heartbeat',
          isAnyCase: true,
          note: 'in any case, as grep -i',
        }),
        await searchRow(stage, {
          title: `searching ${logMiB} MiB that do not match, for a pattern in the log view, CPU ms`,
          file: large,
          part: ['view-search-part.ts', large, '/time[sd]? ?out|refus(ed|al)/'],
          pattern: 'time[sd]? ?out|refus(ed|al)',
          note: 'its words are searched for first, by bytes',
        }),
        await searchRow(stage, {
          title: `searching ${logMiB} MiB that do not match, for a pattern without a word, CPU ms`,
          file: large,
          part: ['view-search-part.ts', large, '/[0-9]{5} [a-z]{9}/'],
          pattern: '[0-9]{5} [a-z]{9}',
          note: 'held against bytes, in the log view',
        }),
      ];
      writeLog(errors, logMiB, true);
      rows.push(
        await openRow(stage, errors, 'view', 'in the log view with level>=error'),
        await openRow(stage, errors, 'start', 'read back as at the start, which reads 1 MiB'),
      );
      return rows;
    });
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

interface Search {
  readonly title: string;
  readonly file: string;
  /** The script that searches, and its arguments. */
  readonly part: readonly [string, ...string[]];
  /** The same for grep. */
  readonly pattern: string;
  readonly isAnyCase?: boolean;
  readonly note: string;
}

async function searchRow(stage: Stage, search: Search): Promise<Row> {
  const { title, file, part, pattern, isAnyCase = false, note } = search;
  stage.say(title);
  const [script, ...args] = part;
  // Once through, so that both read from memory.
  await grepMs(file, pattern, isAnyCase);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const running = startPart<Searched>(script, args);
    const { cpuMs, lines } = await stage.using(Promise.resolve(running), () => running.next());
    const grep = await grepMs(file, pattern, isAnyCase);
    if (lines !== grep.lines) throw new Error(`the search finds ${lines} lines and grep ${grep.lines}`);
    ours.push(cpuMs);
    theirs.push(grep.cpuMs);
  }
  return {
    title,
    digits: 0,
    ours,
    peers: [{ name: GREP, values: theirs }],
    reach: [{ of: GREP, atMost: 2 }],
    note: `${note}; with the start of Node, against grep with the same in the C locale`,
  };
}

/** User and system time of grep, as the shell counts that of its children. */
async function grepMs(file: string, pattern: string, isAnyCase: boolean): Promise<Searched> {
  const script = `grep -c${isAnyCase ? 'i' : ''}E -e "$1" "$2"; times`;
  const { stdout } = await run('sh', ['-c', script, 'sh', pattern, file], { env: { ...process.env, LC_ALL: 'C' } });
  const [count = '', , children = ''] = stdout.split('\n');
  const cpuMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
  return { cpuMs, lines: Number(count) };
}

async function openRow(stage: Stage, file: string, way: 'view' | 'start', note: string): Promise<Row> {
  const title = `last ${LAST_ERRORS} errors of a log of ${stage.effort.logMiB} MiB, ${WAYS[way]}, ms after opening it`;
  stage.say(title);
  const part = startPart<Opened>('last-errors-part.ts', [way, file, String(OPENINGS), String(LAST_ERRORS)]);
  const { ms, errors } = await stage.using(Promise.resolve(part), () => part.next());
  if (errors < LAST_ERRORS) throw new Error(`only ${errors} errors were read at the end of the log`);
  return {
    title,
    digits: 1,
    ours: ms,
    reach: [{ of: null, atMost: 10 }],
    note: `${note}; ${errors} errors; the largest is the first time, not yet compiled`,
  };
}
