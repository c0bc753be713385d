import { expect, test } from 'vitest';
import { parseLine } from '../../src/sources/logs/line.ts';
import { clean } from '../../src/text/clean.ts';
import { redact } from '../../src/text/redact.ts';
import fc from '../helpers/fast-check.ts';
import { checkForAWhile, fuzzTimeoutMs, nearly } from './for-a-while.ts';

const LINES = [
  '2026-11-21 03:12:07 +01:00: [error]: TelegramError: 429: Too Many Requests: retry after 31',
  '{"level":50,"time":1795292380773,"pid":4211,"hostname":"h","name":"api","msg":"boom","err":{"stack":"Error: boom\\n    at x (/a.js:1:2)"}}',
  '{"message":"2026-11-21T03:12:07: out","timestamp":"2026-11-21T03:12:07+01:00","type":"err","process_id":3,"app_name":"api"}',
  'ts=2026-11-21T03:12:07Z level=error msg="no \\"route\\"" code=API003',
  '2026-11-21 03:12:07,123 ERROR [pool-1] com.example.Bot - lost',
  'E1121 03:12:07.000000 4211 main.go:12] lost',
  '<11>1 2026-11-21T03:12:07.000Z host app 42 - - lost',
  '127.0.0.1 - - [21/Nov/2026:03:12:07 +0100] "GET /bot123456:AAF-abcdefghijklmnopqrstuvwxyz0123456/getMe HTTP/1.1" 502 12',
  '    at Object.<anonymous> (/srv/bot/index.js:10:5)',
];

test(
  'whatever stands in a log is a line with a real time or none, and does not throw',
  async () => {
    await checkForAWhile(
      fc.property(
        nearly(...LINES),
        fc.constantFrom('out' as const, 'err' as const, 'glob' as const),
        (bytes, stream) => {
          const line = parseLine(bytes.toString(), stream, 1_795_292_380_773);
          if (line.at !== null) expect(Number.isFinite(line.at)).toBe(true);
          expect(typeof line.message).toBe('string');
        },
      ),
    );
  },
  fuzzTimeoutMs,
);

test(
  'what was cleaned holds nothing that a terminal obeys, and cleaning it again changes nothing',
  async () => {
    await checkForAWhile(
      fc.property(fc.oneof(nearly(...LINES).map(String), fc.string({ unit: 'binary', maxLength: 80 })), (text) => {
        const shown = clean(text);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(clean(shown)).toBe(shown);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'a token or a password in a line is gone after redaction, whatever stands around it',
  async () => {
    const secret = fc.constantFrom(
      ['bot123456789:AAF-abcdefghijklmnopqrstuvwxyz012345678', 'AAF-abcdefghijklmnopqrstuvwxyz012345678'],
      ['postgresql://bot:hunter2hunter2@db/bots', 'hunter2hunter2'],
      ['Authorization: Bearer abcdefghijklmnop.qrstuvwxyz', 'abcdefghijklmnop.qrstuvwxyz'],
    );
    const around = fc.string({ maxLength: 30 }).map((text) => text.replace(/[A-Za-z0-9@:/]/g, ' '));
    await checkForAWhile(
      fc.property(around, secret, around, (before, [text, hidden], after) => {
        expect(redact(`${before} ${text} ${after}`)).not.toContain(hidden);
      }),
    );
  },
  fuzzTimeoutMs,
);
