import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { LogEvent, LogsSnapshot } from '../../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../../src/sources/logs/source.ts';
import type { Clock } from '../../../src/sources/source.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';
import fc from '../../helpers/fast-check.ts';
import { readBack } from '../../helpers/read-back.ts';

/** Time that passes only where a test says so: nothing is finished because the machine is slow. */
class StandingClock implements Clock {
  ahead = 0;
  readonly #at: number;
  constructor(at = Date.now()) {
    this.#at = at;
  }
  now = (): number => this.#at;
  monotonic = (): number => this.ahead;
}

interface Watched {
  readonly path: string;
  read(): Promise<LogsSnapshot>;
  events(): readonly LogEvent[];
  end(): Promise<void>;
}

async function watching(): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
  const path = join(folder, 'a.log');
  const clock = new StandingClock();
  const targets = [{ path, bots: ['bot'], stream: 'out' as const }];
  const source = logsSource({ clock, targets: () => targets, globs: [] });
  writeFileSync(path, '');
  let last = await source.read(AbortSignal.timeout(10_000));
  return {
    path,
    async read() {
      // The look at everything, whatever the system told.
      clock.ahead += 31_000;
      last = await source.read(AbortSignal.timeout(10_000));
      return last;
    },
    events() {
      const list: LogEvent[] = [];
      last.events.since(0, (event) => list.push(event));
      return list;
    },
    async end() {
      await source.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a program writes at once, and the lines of the event it makes; null for none. */
interface Entry {
  readonly text: string;
  readonly event: readonly string[] | null;
}

const stamp = new Date().toISOString();
const word = fc.stringMatching(/^[a-z]{3,8}$/);
const frames = fc.array(word, { maxLength: 6 });

const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.tuple(word, frames).map(([said, places]) => {
    const trace = places.map((place) => `    at ${place} (/srv/${place}.js:1:2)`);
    const lines = [`TypeError: ${said}`, ...trace];
    return { text: `${stamp} ERROR ${lines.join('\n')}\n`, event: lines };
  }),
  fc.tuple(word, frames).map(([said, places]) => {
    const trace = places.flatMap((place) => [`  File "/srv/${place}.py", line 1, in ${place}`, '    call()']);
    const lines = [
      `${said} failed`,
      'Traceback (most recent call last):',
      '  File "/srv/a.py", line 1',
      ...trace,
      `ValueError: ${said}`,
    ];
    return { text: `${stamp.replace('T', ' ')} - app - ERROR - ${lines.join('\n')}\n`, event: lines };
  }),
  fc.tuple(word, frames).map(([said, places]) => {
    const trace = places.map((place) => `\tat com.shop.${place}(A.java:5)`);
    const lines = [
      `${said} failed`,
      'java.lang.IllegalStateException: x',
      ...trace,
      'Caused by: java.io.IOException: y',
      '\tat b(B.java:5)',
    ];
    return { text: `${stamp} [main] ERROR com.shop.Order - ${lines.join('\n')}\n`, event: lines };
  }),
  word.map((said) => {
    const lines = [`duplicate ${said}`, 'DETAIL:  Key exists.', 'STATEMENT:  insert into x'];
    const prefix = `${stamp.slice(0, -1).replace('T', ' ')} UTC [12] a@b `;
    return {
      text: `${prefix}ERROR:  ${lines[0]}\n${prefix}${lines[1]}\n${prefix}${lines[2]}\n`,
      event: lines,
    };
  }),
  fc.tuple(word, frames).map(([said, places]) => {
    const stack = [`TypeError: ${said}`, ...places.map((place) => `    at ${place}`)];
    const line = JSON.stringify({
      level: 50,
      time: Date.parse(stamp),
      msg: `${said} failed`,
      err: { stack: stack.join('\n') },
    });
    return { text: `${line}\n`, event: [`${said} failed`, ...stack] };
  }),
  word.map((said) => ({ text: `${stamp} INFO  the last ERROR was ${said}\n`, event: null })),
  word.map((said) => ({ text: `{"level":"info","time":"${stamp}","msg":"error ${said}"}\n`, event: null })),
);

const shown = (lines: readonly string[]) => lines.map((line) => line.trim()).join('\n');

test('events are the entries that were written, each once and whole, through any pieces and rotations', async () => {
  const plan = fc.array(fc.tuple(entry, fc.boolean()), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(plan, fc.array(fc.nat(400), { maxLength: 20 }), async (entries, cuts) => {
      const log = await watching();
      try {
        let generation = 0;
        let cut = 0;
        for (const [{ text }, isRotated] of entries) {
          const bytes = Buffer.from(text);
          for (let at = 0; at < bytes.length; ) {
            const size = 1 + (cuts.length === 0 ? bytes.length : (cuts[cut++ % cuts.length] as number));
            appendFileSync(log.path, bytes.subarray(at, at + size));
            at += size;
            await log.read();
          }
          if (isRotated) {
            renameSync(log.path, `${log.path}.${++generation}`);
            writeFileSync(log.path, '');
          }
        }
        await log.read();
        await log.read();
        const expected = entries.flatMap(([{ event }]) => (event === null ? [] : [shown(event)]));
        const found = log
          .events()
          .map(({ message, detail }) => shown([message, ...(detail === '' ? [] : detail.split('\n'))]));
        expect(found).toEqual(expected);
      } finally {
        await log.end();
      }
    }),
    { numRuns: 80 },
  );
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const nasty = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .constantFrom(
      '\u001b]8;;http://evil\u0007here\u001b]8;;\u0007',
      '\u009b2J',
      '\u001b[2J',
      '\u202eevil',
      '\u0000',
      '\u0090q\u009c',
    )
    .map((text) => Buffer.from(text)),
  fc
    .constantFrom('ERROR ', '{"level":"error","msg":"', '\r', '\n', '"}', 'Traceback (most recent call last):\n')
    .map((text) => Buffer.from(text)),
);

test('any bytes in an error are harmless where it is shown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(nasty, { maxLength: 20 }), async (pieces) => {
      const log = await watching();
      try {
        appendFileSync(log.path, Buffer.concat([Buffer.from('ERROR '), ...pieces, Buffer.from('\n')]));
        await log.read();
        await log.read();
        for (const { message, detail, component, bot } of log.events()) {
          for (const text of [message, component, bot, ...detail.split('\n')]) {
            expect(text).not.toMatch(HARMFUL);
            expect(text.isWellFormed()).toBe(true);
          }
        }
      } finally {
        await log.end();
      }
    }),
    { numRuns: 50 },
  );
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('whatever flows in, rings and groups stay under 30 MB: long errors, traces, a line of 100 MB, wide characters', async () => {
  const log = await watching();
  const history = createErrorHistory();
  try {
    collect();
    const before = process.memoryUsage();
    let number = 0;
    const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'];
    const kind = () =>
      `${words[number % 10]} ${words[Math.floor(number / 10) % 10]} ${words[Math.floor(number / 100) % 10]}`;
    for (let round = 0; round < 12; round += 1) {
      let text = '';
      for (let i = 0; i < 1_000; i += 1) {
        number += 1;
        const trace = Array.from({ length: 15 }, (_, line) => `    at ${'ж'.repeat(120)} (/srv/${line}.js)`).join('\n');
        text += `${stamp} ERROR ${kind()} ${'ж'.repeat(380)}\n${trace}\n`;
      }
      appendFileSync(log.path, text);
      for (let look = 0; look < 3; look += 1) {
        const { events, facts } = await log.read();
        history.pull(events, Date.now());
        history.count(facts, Date.now());
      }
    }
    const megabyte = Buffer.alloc(1_000_000, 'x');
    appendFileSync(log.path, `${stamp} ERROR `);
    for (let i = 0; i < 100; i += 1) {
      appendFileSync(log.path, megabyte);
      if (i % 5 === 0) await log.read();
    }
    appendFileSync(log.path, `\n${stamp} ERROR behind it\n`);
    const { counts, events } = await log.read();
    history.pull(events, Date.now());
    await log.read();
    history.pull(events, Date.now());
    expect(log.events().at(-1)?.message).toBe('behind it');
    expect(counts.cutLines).toBe(1);
    expect(history.groups.length).toBeGreaterThan(100);
    collect();
    const { heapUsed, external } = process.memoryUsage();
    expect((heapUsed + external - before.heapUsed - before.external) / 1e6).toBeLessThan(30);
  } finally {
    await log.end();
  }
});

test('a message that begins with the bot’s own name is told without it, so that one error of all bots is one', async () => {
  const log = await watching();
  appendFileSync(log.path, `${stamp} [ERROR] bot: cannot connect\n${stamp} [INFO] bot: well\n`);
  await log.read();
  expect(log.events().map(({ message }) => message)).toEqual(['cannot connect']);
  await log.end();
});

test('the trace of an error of before the hour that is read back is no error of now', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
  const path = join(folder, 'a.log');
  const lines = (agoMs: number, said: string) =>
    `${new Date(Date.now() - agoMs).toISOString()} [ERROR] ${said}\nError: connect refused\n    at a (/srv/a.js:1:2)\n`;
  writeFileSync(path, `${lines(2 * 3_600_000, 'old').repeat(3)}${lines(60_000, 'late')}`);
  // A file that was made behind it counts as new, whole.
  const clock = new StandingClock(Date.now() + 1_000);
  const source = logsSource({ clock, targets: () => [{ path, bots: ['bot'], stream: 'err' }], globs: [] });
  try {
    const said: string[] = [];
    await readBack(source);
    clock.ahead += 31_000;
    const { events } = await readBack(source);
    events.since(0, ({ message }) => said.push(message));
    expect(said).toEqual(['late']);
  } finally {
    await source.close();
    rmSync(folder, { recursive: true });
  }
});
