import { expect, test } from 'vitest';
import { REDACTED, redact } from '../../src/text/redact.ts';
import fc from '../helpers/fast-check.ts';
import { cpuMsOf } from '../helpers/own-cpu.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const word = (min: number, max: number, more = '') =>
  fc.string({ unit: fc.constantFrom(...LETTERS, ...more), minLength: min, maxLength: max });
/** Long and mixed enough to be found nowhere else in a line, and never a word of prose. */
const secret = word(12, 40).map((text) => `Q7${text}z9`);
const telegramToken = fc
  .tuple(fc.integer({ min: 100_000, max: 999_999_999_999 }), word(30, 45, '_-'))
  .map(([id, rest]) => `${id}:${rest}`);

test.each([
  [
    'https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx/getMe',
    'https://api.telegram.org/bot[redacted]/getMe',
  ],
  ['polling 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx failed', 'polling [redacted] failed'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: [redacted]'],
  ['sent bearer abcdef123456 twice', 'sent bearer [redacted] twice'],
  ['curl -H "Authorization: token abc" http://x/', 'curl -H "Authorization: [redacted]" http://x/'],
  ['{"password":"a\\"b,c","user":"ada"}', '{"password":"[redacted]","user":"ada"}'],
  ['"{\\"api_key\\":\\"qwe rty\\",\\"n\\":1}"', '"{\\"api_key\\":\\"[redacted]\\",\\"n\\":1}"'],
  ['postgres://bot:pa@ss/w#d@db.host:5432/x', 'postgres://bot:[redacted]@db.host:5432/x'],
  ['postgresql+asyncpg://bot:s3cret@h/x', 'postgresql+asyncpg://bot:[redacted]@h/x'],
  ['redis://:pw@h:6379/0', 'redis://:[redacted]@h:6379/0'],
  ['://:a/@secret@', '://:[redacted]@'],
  ["ALTER USER x PASSWORD 'it''s' VALID", "ALTER USER x PASSWORD '[redacted]' VALID"],
  ['DB_PASSWORD=ab,cd port=1', 'DB_PASSWORD=[redacted] port=1'],
  ['password=a1,password=b2;user=c', 'password=[redacted],password=[redacted];user=c'],
  ['GET /x?appid=abc123&q=oslo', 'GET /x?appid=[redacted]&q=oslo'],
  ['GET /x?key=abc123&q=oslo', 'GET /x?key=[redacted]&q=oslo'],
  ['Set-Cookie: sid=abc; Path=/', 'Set-Cookie: [redacted]'],
  ['x-api-key: zzz', 'x-api-key: [redacted]'],
  ['bot.js --token abc --port 80', 'bot.js --token [redacted] --port 80'],
  ['requirepass foobared', 'requirepass [redacted]'],
  ['["--token","a b","--port","80"]', '["--token","[redacted]","--port","80"]'],
  ["'set-cookie': [ 'a=b', 'c=d' ], x", "'set-cookie': [redacted], x"],
  ['host=h user=u password=abc dbname=x', 'host=h user=u password=[redacted] dbname=x'],
  ['key id AKIAIOSFODNN7EXAMPLE', 'key id [redacted]'],
  ['jwt eyJhbGciOiJI.eyJzdWIiOiIx.abc-def_g', 'jwt [redacted]'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- rest', '[redacted] rest'],
  ['-----BEGIN PRIVATE KEY-----\ncut', '[redacted]'],
  ['MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7VJTUt9Us8cKj', '[redacted]'],
])('%s', (before, after) => {
  expect(redact(before)).toBe(after);
});

test.each([
  'user 404 logged in',
  'cycle=12',
  'key not found',
  'Unexpected token: }',
  'invalid token: expired',
  'Bearer token missing',
  'basic authentication is off',
  'session: started',
  'tokens=18.5k/20k max_tokens=4096',
  'bypass=1 compass=2 monkey: 3',
  'PWD=/srv/bots',
  'http://host:8080/path?email=a@b.c',
  'risk-based task-runner-of-the-day',
  'Key (email)=(a@b.c) already exists',
  'sha256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  '2026-11-21T14:08:41.000Z [INFO] Processed 1532 messages in 00:12:31',
  `${REDACTED} password=${REDACTED} postgres://u:${REDACTED}@h/x`,
])('leaves "%s" as it is', (line) => {
  expect(redact(line)).toBe(line);
});

const carriers: ((s: string, key: string) => string)[] = [
  (s, key) => `${key}=${s}`,
  (s, key) => `${key}: ${s}, next`,
  (s, key) => `{"${key}":"${s}","n":1}`,
  (s, key) => `{ ${key}: '${s}' }`,
  (s, key) => `"{\\"${key}\\":\\"${s}\\"}"`,
  (s, key) => `GET /x?a=1&${key}=${s}&b=2`,
  (s, key) => `run --${key.replaceAll('_', '-')} ${s} --port 1`,
  (s) => `Bearer ${s}`,
  (s) => `Authorization: Basic ${s}`,
  (s) => `sk-${s}`,
  (s) => `postgres://u:${s}@h:5432/x`,
  (s) => `amqp://u:${s}@h`,
  (s) => `https://u:${s}@h/x?y=1`,
  (s) => `CREATE ROLE x LOGIN PASSWORD '${s}'`,
  (s) => `-----BEGIN EC PRIVATE KEY-----\n${s}\n-----END EC PRIVATE KEY-----`,
  (s) => `eyJ${s}.eyJ${s}.${s}`,
];
const keys = fc.constantFrom(
  ...'password passwd PWD token BOT_TOKEN accessToken secret client_secret SECRET_KEY api_key apiKey access_key'.split(
    ' ',
  ),
  ...'secretAccessKey private_key authorization appid session session_id cookie DB_PASS x-api-key passwordHash'.split(
    ' ',
  ),
);

test('no secret survives, whatever carries it and whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...carriers),
      keys,
      secret,
      fc.string(),
      fc.string(),
      (carry, key, value, left, right) => {
        // White space as a boundary: text that runs into the name makes another name of it.
        const line = `${left.replaceAll(/["'`\\]/g, '')} ${carry(value, key)} ${right}`;
        expect(redact(line)).not.toContain(value);
      },
    ),
    { numRuns: 3000 },
  );
});

test('no Telegram token survives, even glued to other text', () => {
  fc.assert(
    fc.property(telegramToken, fc.string(), fc.string(), (token, left, right) => {
      const [, hidden] = token.split(':') as [string, string];
      expect(redact(`${left}${token}${right}`)).not.toContain(hidden);
      expect(redact(`/bot${encodeURIComponent(token)}/sendMessage`)).not.toContain(hidden);
    }),
    { numRuns: 1000 },
  );
});

const nasty = fc.string({
  unit: fc.constantFrom(
    ...['password', 'token', 'session', 'cookie', 'bearer ', 'Basic ', '://', 'sk-', 'eyJ', '[redacted]', 'key', '--'],
    ...[
      '=',
      ':',
      ' ',
      '"',
      "'",
      '\\',
      ',',
      ';',
      '@',
      '/',
      '[',
      ']',
      '{',
      '}',
      '.',
      'a',
      'B',
      '7',
      '\n',
      '&',
      '?',
      '%3D',
    ],
  ),
  maxLength: 30,
});

test('redacting twice changes nothing more', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const once = redact(text);
      expect(redact(once)).toBe(once);
    }),
    { numRuns: 5000 },
  );
});

test('a megabyte built to make the patterns backtrack takes no more than a moment', () => {
  const units = [
    'a://b:',
    '://',
    '://a@',
    'password=a,',
    'password="',
    "password '",
    'eyJ',
    '1',
    '111111:aaaa',
    'bearer ',
  ];
  units.push(
    'token=[',
    'token={',
    '-----BEGIN A-----',
    'password=\\',
    'sk-',
    'a.',
    'session=a;',
    '--a ',
    'cookie:"',
    'a',
  );
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    // Linear is 0.1–0.6 s; quadratic would be minutes.
    expect(
      cpuMsOf(() => redact(text)),
      unit,
    ).toBeLessThan(5000);
  }
});
