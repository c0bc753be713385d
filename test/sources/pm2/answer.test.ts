import { afterEach, expect, test, vi } from 'vitest';
import { AnswerReader } from '../../../src/sources/pm2/answer.ts';
import { decodeArgument, FrameError } from '../../../src/sources/pm2/frame.ts';
import fc from '../../helpers/fast-check.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const same = (element: unknown): unknown => element;

function readIn(pieces: readonly Buffer[], take = same): unknown {
  const reader = new AnswerReader(take);
  for (const piece of pieces) {
    // As a socket does that reads into one piece of memory for ever.
    const lent = Buffer.from(piece);
    reader.push(lent);
    lent.fill(0x23);
  }
  return reader.end();
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to));
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
/** As PM2 sends them, and with what looks like the end of one within. */
const bot = fc.record({
  pid: fc.nat(),
  name: fc.oneof(fc.string(), fc.constantFrom('},{"pid":', '"},{"pid":1}')),
  pm2_env: fc.oneof(json, fc.array(fc.record({ pid: fc.nat() }))),
});

test('a list in pieces is what JSON.parse makes of the whole, and so is any other answer', () => {
  const answer = fc.oneof(
    fc.array(json).map((list) => ({ args: [list] })),
    fc.array(bot).map((list) => ({ args: [list] })),
    fc.array(json).map((list) => ({ args: [list, 1], error: null })),
    fc.string().map((error) => ({ error })),
    json,
  );
  fc.assert(
    fc.property(answer, cuts, (sent, places) => {
      const text = JSON.stringify(sent);
      expect(readIn(cutAt(Buffer.from(`j:${text}`), places))).toEqual(JSON.parse(text));
    }),
  );
});

test('what is nearly a list is what JSON.parse makes of it, or a FrameError', () => {
  const tokens = ['[', ']', '{', '}', ',', ':', '"', '\\', '"a"', '1', ' ', 'é', '{"a":[1]}', ',"args":[[2]]', ']}'];
  tokens.push('{"pid":1', '},{"pid":', '},{"pid":2}');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 14 }), cuts, (parts, places) => {
      const bytes = Buffer.from(`j:{"args":[[${parts.join('')}`);
      let whole: unknown;
      try {
        whole = decodeArgument(bytes);
      } catch {
        expect(() => readIn(cutAt(bytes, places))).toThrow(FrameError);
        return;
      }
      expect(readIn(cutAt(bytes, places))).toEqual(whole);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['an empty list', '{"args":[[]]}', { args: [[]] }],
  ['a second list of arguments, which counts', '{"args":[[1]],"args":[[2,3]]}', { args: [[2, 3]] }],
  ['a list with spaces', '{ "args": [ [ 1, 2 ] ] }', { args: [[1, 2]] }],
  ['brackets and quotes in texts', '{"args":[["]",{"a":"\\"},{"},"\\\\"]]}', { args: [[']', { a: '"},{' }, '\\']] }],
])('%s, byte by byte', (_, text, expected) => {
  const bytes = Buffer.from(`j:${text}`);
  expect(readIn(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected);
});

test.each([
  '{"args":[[1,]]}',
  '{"args":[[,1]]}',
  '{"args":[[1 2]]}',
  '{"args":[[1',
  '{"args":[[1]',
  '{"args":[[{]}]]}',
])('%s is a FrameError', (text) => {
  expect(() => readIn([Buffer.from(`j:${text}`)])).toThrow(FrameError);
});

test('a bot of PM2 is not cut out byte by byte: where it ends is searched for', () => {
  const element = (pid: number) => JSON.stringify({ pid, pm2_env: { env: { PATH: 'x'.repeat(2_000) } } });
  const bytes = Buffer.from(`j:{"args":[[${Array.from({ length: 50 }, (_, i) => element(i)).join(',')}]]}`);
  const searched = vi.spyOn(bytes, 'indexOf');
  const taken: unknown[] = [];
  const reader = new AnswerReader((taking) => taken.push(taking));
  reader.push(bytes);
  reader.end();
  expect(taken).toHaveLength(50);
  // One for each, and one that finds no border behind the last.
  expect(searched).toHaveBeenCalledTimes(50);
});

test('the variable that PM2 gives each bot by its own name is without one, and nothing else is changed', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('bot-1', 'a"b', '$&', ':', ',', '},{"pid":', '":"{}'),
  );
  fc.assert(
    fc.property(name, json, cuts, (own, other, places) => {
      fc.pre(own !== '__proto__' && own !== 'first' && own !== 'said');
      const said = [own, `,"${own}":"{}"`, other];
      const entry = (called: string) => ({ pid: 7, name: own, pm2_env: { first: 1, [called]: '{}', said }, pm_id: 0 });
      // JSON.stringify puts names that are numbers first.
      fc.pre(Object.keys(entry(own).pm2_env)[1] === own);
      const bytes = Buffer.from(`j:${JSON.stringify({ args: [[entry(own), entry(own)]] })}`);
      expect(readIn(cutAt(bytes, places))).toEqual(JSON.parse(JSON.stringify({ args: [[entry(''), entry('')]] })));
    }),
  );
});

test('what an element is refused for is thrown at the end, and no element after it is looked at', () => {
  const take = vi.fn((element: unknown) => {
    if (element === 2) throw new RangeError('not two');
    return element;
  });
  expect(() => readIn([Buffer.from('j:{"args":[[1,2,3]]}')], take)).toThrow(RangeError);
  expect(take).toHaveBeenCalledTimes(2);
});

test('of a list of 6 MB no more than one element is parsed at once, and no more than one is kept', () => {
  const element = JSON.stringify({ name: 'bot', pm2_env: { env: { PATH: 'x'.repeat(6_000) } } });
  const bytes = Buffer.from(`j:{"args":[[${Array(1_000).fill(element).join(',')}]]}`);
  const parsed = vi.spyOn(JSON, 'parse');
  const allocated = vi.spyOn(Buffer, 'allocUnsafe');
  let taken = 0;
  const reader = new AnswerReader(() => {
    taken += 1;
    return taken;
  });
  const chunk = 64 * 1024;
  for (let at = 0; at < bytes.length; at += chunk) {
    reader.push(bytes.subarray(at, at + chunk));
    // Whatever is complete is taken at once.
    const complete = Math.floor((Math.min(bytes.length, at + chunk) - 'j:{"args":[['.length) / (element.length + 1));
    expect(taken).toBe(Math.min(1_000, complete));
  }
  expect((reader.end() as { args: unknown[][] }).args[0]).toHaveLength(1_000);
  const lengths = parsed.mock.calls.map(([text]) => text.length);
  expect(lengths.length).toBe(1_001);
  expect(Math.max(...lengths)).toBe(element.length);
  expect(allocated.mock.calls.reduce((sum, [size]) => sum + size, 0)).toBeLessThanOrEqual(32 * 1024);
});
