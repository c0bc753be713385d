import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/load-config.ts';
import { type Configuration, defaults } from '../../src/config/schema.ts';
import { ConfigError } from '../../src/config/usage-error.ts';
import fc from '../helpers/fast-check.ts';
import { cpuMsOf } from '../helpers/own-cpu.ts';

const FILE = '/srv/bots/botop.yaml';

const read = (text: string, env: Record<string, string> = {}): Configuration =>
  readConfig(text, { file: FILE, env: { HOME: '/home/ann', ...env } });

/** The faults of a text, without the file before them. */
const faults = (text: string, env: Record<string, string> = {}): string[] => {
  try {
    read(text, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) => fault.replace(`${FILE}:`, ''));
  }
  return [];
};

test.each([
  '',
  '# nothing',
  '---\n',
  'postgres:\n  # url: x\nlogs:\n',
  'thresholds:\n  host:\n    cpu:\n',
])('a file that says nothing (%j) leaves every default', (text) => expect(read(text)).toEqual(defaults));

test('every kind of value is read in the unit its name ends in', () => {
  const { thresholds, ...rest } = read(`
pm2: { homes: [~/.pm2, ../shop/.pm2, /abs] }
expected: [support_bot, 42]
logs:
  - logs/*.log
  - { glob: '~/x.log', name: api, zone: Europe/Berlin }
journal: [nginx]
codes:
  - { code: SHOP7, pattern: 'shop .* closed', means: It is closed., act: Wait. }
interval: 2s
view: bots
readOnly: true
ascii: True
theme: light
color: false
thresholds:
  bots: { memory: { warn: 300MB, bad: 1.5 GiB }, cpu: { bad: 250% }, flapExits: 5, flapWindow: 1h }
  host: { cpu: { warn: 50, bad: 75.5% }, loadPerCore: { bad: 3.25 } }
  postgres: { session: { warn: 90s }, deadRowsLeast: 0 }
`);
  expect(rest).toEqual({
    pm2: { homes: ['/home/ann/.pm2', '/srv/shop/.pm2', '/abs'] },
    expected: ['support_bot', '42'],
    logs: ['/srv/bots/logs/*.log', { glob: '/home/ann/x.log', name: 'api', zone: 'Europe/Berlin' }],
    journal: ['nginx'],
    codes: [{ code: 'SHOP7', pattern: 'shop .* closed', means: 'It is closed.', act: 'Wait.' }],
    postgres: { url: null },
    redis: { url: null },
    intervalMs: 2000,
    view: 'bots',
    readOnly: true,
    ascii: true,
    lowBandwidth: false,
    theme: 'light',
    color: false,
  });
  expect(thresholds.bots).toEqual({
    memoryBytes: { warn: 300e6, bad: 1_610_612_736 },
    cpuPercent: { warn: 80, bad: 250 },
    flapExits: 5,
    flapWindowMs: 3_600_000,
    silentAfterMs: 300_000,
  });
  expect(thresholds.host).toEqual({
    ...defaults.thresholds.host,
    cpuPercent: { warn: 50, bad: 75.5 },
    loadPerCore: { warn: 1.75, bad: 3.25 },
  });
  expect(thresholds.postgres).toEqual({
    ...defaults.thresholds.postgres,
    sessionMs: { warn: 90_000 },
    deadRowsLeast: 0,
  });
  expect(read('expected: 12').expected).toBe(12);
});

test.each([
  ['intervall: 1s', "1:1: unknown key 'intervall'; did you mean interval?"],
  ['# x\nview: home\nReadonly: true', "3:1: unknown key 'Readonly'; did you mean readOnly?"],
  ['thresholds:\n  host:\n    disk: 3', "3:5: unknown key 'disk' in thresholds.host; did you mean diskUsed?"],
  ['redis:\n  uri: x\n', "2:3: unknown key 'uri' in redis; did you mean url?"],
  ['<<: {}', /^1:1: unknown key '<<'; allowed: pm2, expected,/],
  ['interval: 2', "1:11: interval must be a duration such as 500ms, 30s, 5m or 1h, got '2'; allowed: 250ms to 1m"],
  ['interval: fast', /^1:11: interval must be a duration .* got 'fast'/],
  ['interval:', '1:10: interval has no value; give it one, or leave the line out'],
  ['interval: [1s]', '1:11: interval must be one value, got a list'],
  ['view: botz', /^1:7: view must be one of home, .*, got 'botz'; did you mean bots\?$/],
  ['ascii: yes', "1:8: ascii must be true or false, got 'yes'; did you mean true?"],
  ['expected: many', "1:11: expected must be a whole number, got 'many'; allowed: 0 to 100000"],
  ['expected: { a: 1 }', '1:11: expected must be a whole number or a list, got a group of keys'],
  ['expected: [a, [b]]', '1:15: expected[1] must be one value, got a list'],
  ['logs: x.log', '1:7: logs must be a list, got a single value; write it as - one or as [one, two]'],
  ['logs:\n  - name: x', '2:5: logs[0] needs the key glob'],
  [
    'logs:\n  - glob: x\n    zone: Europe/Berln',
    "3:11: logs[0].zone must be a time zone such as Europe/Berlin, UTC or +02:00, got 'Europe/Berln'; did you mean Europe/Berlin?",
  ],
  ['pm2: /x', '1:6: pm2 must be a group of keys, got a single value; allowed: homes'],
  ['thresholds: { host: { cpu: { warn: 90, bad: 80 } } }', '1:45: thresholds.host.cpu.bad is 80%, below warn (90%)'],
  [
    'thresholds: { host: { swapUsed: { warn: 95 } } }',
    '1:41: thresholds.host.swapUsed.warn is 95%, above bad (90%, the default)',
  ],
  [
    'thresholds: { bots: { memory: { bad: 1MB } } }',
    '1:38: thresholds.bots.memory.bad is 1MB, below warn (150MB, the default)',
  ],
  ['view: home\nview: bots', '2:1: view stands twice'],
  [
    '- a',
    '1:1: must be a group of keys, got a list; allowed: pm2, expected, logs, journal, codes, postgres, redis, interval, view, readOnly, ascii, lowBandwidth, theme, color, thresholds',
  ],
  ['a: &x 1\nview: *x', '2:7: an alias (*name); write the value out'],
  ['view: !!str home', '1:13: a !tag; a configuration has none'],
  ['view: !js x', /^1:7: a !tag/],
  ['pm2:\n\thomes: []', '2:1: a tab in the indentation; YAML is indented with spaces'],
  ['view: "home', /^1:12: something is missing here/],
  ['pm2:\n  homes: []\n view: bots', '3:1: indented less than what it belongs to, or a [ or { above is not closed'],
  ['view home\nascii: true', /^1:1: no "key: value" here/],
  ['view: home\n---\nview: bots', '2:1: a second document begins here; a configuration is one'],
  ['[a]: b', '1:1: a key that is no word'],
])('%j is refused where it is wrong, with what is allowed', (text, fault) => {
  const [first] = faults(text);
  if (typeof fault === 'string') expect(first).toBe(fault);
  else expect(first).toMatch(fault);
});

test('all faults are told at once, in the order of the file, and twenty at most', () => {
  expect(faults('view: x\nreadOnly: y\nfoo: 1\ninterval: z').map((fault) => fault.split(':')[0])).toEqual([
    '1',
    '2',
    '3',
    '4',
  ]);
  const many = faults(Array.from({ length: 30 }, (_, i) => `key${i}: 1`).join('\n'));
  expect(many).toHaveLength(21);
  expect(many.at(-1)).toBe('and 10 more');
});

test('variables are put in: alone, among other text, as numbers, with a default, and never looked through again', () => {
  const env = { HOST: 'db.example', MS: '500', PASSWORD: 'a${HOST}$${b', EMPTY: '' };
  expect(read('postgres: { url: "postgresql://u:${PASSWORD}@${HOST}:5432/x" }', env).postgres.url?.reveal()).toBe(
    'postgresql://u:a${HOST}$${b@db.example:5432/x',
  );
  expect(read('interval: ${MS}', env).intervalMs).toBe(500);
  expect(read('interval: ${NOPE:-2s}', env).intervalMs).toBe(2000);
  expect(read('interval: ${EMPTY:-2s}', env).intervalMs).toBe(2000);
  expect(read('expected: [ "$${HOST}", $HOST ]', env).expected).toEqual(['${HOST}', '$HOST']);
});

test.each([
  ['view: home\nredis:\n  url: redis://${USER_X}:${REDIS_PW}@h', /^3:26: redis\.url: .* REDIS_PW is not set/],
  ['view: ${A', '1:7: view: the ${ has no } behind it; $${ means it as it stands'],
  ['view: ${}', '1:7: view: between ${ and } stands the name of a variable, or NAME:-default'],
  ['view: ${A-b}', /between \$\{ and \}/],
  ['view: ${A:-${B}}', /between \$\{ and \}/],
  ['view: ${toString}', /toString is not set/],
])('%j is refused by the name of the variable', (text, fault) => {
  expect(faults(text, { USER_X: 'u' })[0]).toMatch(fault);
});

test('neither a value of the environment nor an address is ever quoted', () => {
  const env = { SECRET: 'hunter2' };
  const texts = [
    'view: ${SECRET}',
    'interval: ${SECRET}',
    'ascii: ${SECRET}',
    'logs: [{ glob: x, zone: "${SECRET}" }]',
    'redis: { url: "${SECRET}" }',
    'redis: { url: hunter2 }',
    'postgres: { url: "mysql://u:hunter2@h/d" }',
    'postgres: postgresql://u:hunter2@h/d',
    'postgresql://u:hunter2@h/d: x',
    'thresholds: { bots: { flapExits: "${SECRET}" } }',
  ];
  for (const text of texts) {
    const said = faults(text, env);
    expect(said).toHaveLength(1);
    expect(said.join('\n')).not.toContain('hunter2');
  }
  expect(faults('thresholds: { host: { cpu: { warn: 9, bad: "${N}" } } }', { N: '7' })[0]).not.toContain('7');
});

test('what is written cannot act on the terminal the refusal is shown on', () => {
  const [fault] = faults('"\\e[31mview\\u202e": 1');
  expect(fault).toMatch(/unknown key '\ufffd\[31mview\ufffd'/);
});

test('an address is a secret: printed, in JSON and inspected it does not show', async () => {
  const configuration = read('postgres: { url: "postgres://u:hunter2@h/d" }');
  const { inspect } = await import('node:util');
  const shown = [JSON.stringify(configuration), inspect(configuration, { depth: 9, showHidden: true })];
  expect(`${shown.join()}${configuration.postgres.url}`).not.toContain('hunter2');
  expect(configuration.postgres.url?.reveal()).toBe('postgres://u:hunter2@h/d');
});

test('texts made to hurt are refused within seconds', () => {
  const hard = [
    '['.repeat(100_000),
    '{a: '.repeat(20_000),
    '- '.repeat(50_000),
    `a: &a [x]\n${Array.from({ length: 1000 }, (_, i) => `b${i}: [*a, *a]`).join('\n')}`,
    Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'),
  ];
  const took = cpuMsOf(() => {
    for (const text of hard) expect(faults(text).length).toBeGreaterThan(0);
  });
  expect(took).toBeLessThan(15_000);
}, 120_000);

test('whatever the text is, it is read or refused with places in it, and the environment never shows', () => {
  const env = { SECRET: 'q7#Zt-hunter2' };
  const piece = fc.oneof(
    fc.constantFrom(
      ...[
        'pm2:',
        ' homes:',
        '\n',
        '\n  ',
        ': ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        '${SECRET}',
        '${',
        '}',
        '#',
        '&a ',
      ],
      ...[
        '*a',
        '!!map ',
        '|',
        '>',
        '\t',
        'postgres:',
        'url: ',
        'thresholds:',
        'host:',
        'cpu:',
        'warn: ',
        'bad: ',
        '80%',
      ],
      ...['view: ', 'interval: ', 'logs:', 'glob: ', 'zone: ', 'expected: ', '---\n', '%YAML 1.1\n', '? ', '~', '5m'],
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const text = pieces.join('');
      const lines = text.split(/\r\n|\n|\r/).length;
      for (const fault of faults(text, env)) {
        expect(fault).not.toContain('hunter2');
        if (/^and \d+ more$/.test(fault)) continue;
        const [, line, column] = /^(\d+):(\d+): \S/.exec(fault) ?? [];
        expect(Number(line)).toBeGreaterThanOrEqual(1);
        expect(Number(line)).toBeLessThanOrEqual(lines + 1);
        expect(Number(column)).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 2000 },
  );
}, 120_000);
