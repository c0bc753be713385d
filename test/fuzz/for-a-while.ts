import fc from '../helpers/fast-check.ts';

const seconds = Number(process.env['BOTOP_FUZZ_SECONDS'] ?? 0);

/** How long a test of `checkForAWhile` may take on a machine that is busy, ms. */
export const fuzzTimeoutMs = 60_000 + seconds * 1000;

/**
 * Tries a property some hundred times, or, under `npm run fuzz`, for so many seconds as that says. What fails is shrunk
 * and told with its seed.
 */
export async function checkForAWhile<Values>(property: fc.IRawProperty<Values>): Promise<void> {
  if (seconds === 0) return await fc.assert(property, { numRuns: 300 });
  const limits = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 };
  const details = await fc.check(property, limits);
  if (details.failed && details.counterexample !== null) throw new Error(fc.defaultReportMessage(details));
  console.log(`${details.numRuns} cases in ${seconds} s`);
}

/** Bytes that are nearly what a program wrote: a text of its own with pieces changed, doubled, cut out or left off. */
export function nearly(...texts: readonly (string | Buffer)[]): fc.Arbitrary<Buffer> {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(
      '\0',
      '-1',
      '99999999999999999999',
      ' ',
      '\n',
      '\r\n',
      ':',
      '\u001b[2J',
      'NaN',
      '{',
      '[',
      '"',
      '1e999',
    ),
  );
  const change = fc.tuple(fc.nat(), fc.nat(40), fc.constantFrom('put', 'cut', 'double', 'end'), noise);
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 8 })).map(([text, changes]) => {
    let bytes = Buffer.from(text as string);
    for (const [place, length, kind, put] of changes) {
      const at = bytes.length === 0 ? 0 : place % bytes.length;
      const [before, piece, after] = [
        bytes.subarray(0, at),
        bytes.subarray(at, at + length),
        bytes.subarray(at + length),
      ];
      if (kind === 'put') bytes = Buffer.concat([before, Buffer.from(put as string), bytes.subarray(at)]);
      else if (kind === 'cut') bytes = Buffer.concat([before, after]);
      else if (kind === 'double') bytes = Buffer.concat([before, piece, piece, after]);
      else bytes = before;
    }
    return bytes;
  });
}
