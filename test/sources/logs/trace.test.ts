import { expect, test } from 'vitest';
import { parseLine } from '../../../src/sources/logs/line.ts';
import { MAX_TRACE_LINES, TraceLines } from '../../../src/sources/logs/trace.ts';
import fc from '../../helpers/fast-check.ts';
import { cpuMsOf } from '../../helpers/own-cpu.ts';

const begin = (line: string) => new TraceLines(parseLine(line, 'out', Date.UTC(2026, 10, 21)));

/** The lines of a text that belong to its first, and the first that does not. */
function joined(text: string): { readonly lines: readonly string[]; readonly next: string | null } {
  const [first = '', ...rest] = text.split('\n');
  const trace = begin(first);
  const next = rest.find((line) => !trace.takes(line));
  return { lines: trace.lines, next: next ?? null };
}

test("a panic of Go is one event to its exit, and the program's next line another", () => {
  const { lines, next } = joined(
    [
      'panic: runtime error: invalid memory address or nil pointer dereference',
      '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48]',
      '',
      'goroutine 1 [running]:',
      'main.(*Server).run(0x0, {0x1, 0x2})',
      '\t/srv/main.go:8 +0x1d',
      'created by main.main in goroutine 1',
      '\t/srv/main.go:3 +0x25',
      'exit status 2',
      'starting again',
    ].join('\n'),
  );
  expect(lines).toHaveLength(7);
  expect(lines[2]).toBe('main.(*Server).run(0x0, {0x1, 0x2})');
  expect(next).toBe('starting again');
});

test('a goroutine that tells its pointers belongs to its panic, in the errors as in the log view', () => {
  const text =
    'panic: boom\n\ngoroutine 1 gp=0xc0000061c0 m=0 mp=0x5555 [running]:\nmain.main()\n\t/srv/main.go:3 +0x25\nnext';
  const { lines, next } = joined(text);
  expect(lines).toHaveLength(3);
  expect(next).toBe('next');
});

test('of a traceback that is longer than what is kept the end stays, which says what happened', () => {
  const frames = Array.from({ length: 100 }, (_, i) => `  File "/srv/a.py", line ${i}, in deep`);
  const text = [
    '2026-11-21 22:00:00,000 - a - ERROR - deep',
    'Traceback (most recent call last):',
    ...frames,
    'RecursionError: too deep',
  ];
  const { lines } = joined(text.join('\n'));
  expect(lines).toHaveLength(MAX_TRACE_LINES);
  expect(lines.at(-1)).toBe('RecursionError: too deep');
});

test('a second failure right behind a first is an event of its own', () => {
  expect(joined('2026-11-21 22:00:00,000 - a - ERROR - one\n2026-11-21 22:00:00,000 - a - ERROR - two').next).toContain(
    'two',
  );
  expect(joined('TypeError: one\n    at a (/srv/a.js:1:2)\nTypeError: two').next).toBe('TypeError: two');
});

test('no line takes long to be judged, whatever is in it', () => {
  const heads = [
    'panic: x',
    'Traceback (most recent call last):',
    '2026-11-21 22:00:00 UTC [1] ERROR:  x',
    'TypeError: x',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...heads),
      fc.array(fc.string({ maxLength: 500, unit: 'binary' }), { maxLength: 5 }),
      (head, lines) => {
        const trace = begin(head);
        for (const line of lines) trace.takes(line);
      },
    ),
  );
  const evils = ['(', '()', 'a(', '[', ')', '}', ' ', '\t', 'A:', 'a.b', '<1>', 'DETAIL: ', 'Caused by: '];
  for (const head of heads) {
    for (const evil of evils) {
      const took = cpuMsOf(() => {
        const trace = begin(head);
        trace.takes('goroutine 1 [running]:');
        trace.takes(evil.repeat(Math.ceil(65_536 / evil.length)));
      });
      expect(took, `${head} ${evil}`).toBeLessThan(2_000);
    }
  }
});
