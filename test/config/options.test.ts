import { expect, test } from 'vitest';
import { options as table } from '../../src/config/command-line.ts';
import { type Options, parseOptions, UsageError } from '../../src/config/options.ts';
import { defaults } from '../../src/config/schema.ts';
import fc from '../helpers/fast-check.ts';

/** A machine without a configuration. */
const system = { uid: 1000, configFile: '/nonexistent/config.yaml' };

const parse = (
  line: string | readonly string[],
  env: Record<string, string> = { HOME: '/nonexistent/ann' },
  cwd = '/nonexistent/work',
) => parseOptions(typeof line === 'string' ? line.split(' ').filter(Boolean) : line, env, cwd, system);

/** What nobody asked for in particular. */
const nothingMore = {
  expected: null,
  logs: [],
  codes: [],
  journal: [],
  databaseUrl: null,
  redisUrl: null,
  theme: 'auto' as const,
  thresholds: defaults.thresholds,
  configFile: null,
  notes: [],
};

const good = async (...given: Parameters<typeof parse>): Promise<Options> => {
  const parsed = await parse(...given);
  if (parsed instanceof UsageError) throw parsed;
  return parsed;
};

const refused = async (...given: Parameters<typeof parse>): Promise<string> => {
  const parsed = await parse(...given);
  expect(parsed).toBeInstanceOf(UsageError);
  const error = parsed as UsageError;
  return error.hint ? `${error.message}; ${error.hint}` : error.message;
};

test('without arguments it is the monitor on this user’s PM2, every second, in colour', async () => {
  expect(await good('')).toEqual({
    command: 'monitor',
    wants: null,
    pm2Homes: ['/nonexistent/ann/.pm2'],
    view: 'home',
    intervalMs: 1000,
    isAscii: false,
    isLowBandwidth: false,
    hasColor: true,
    isReadOnly: false,
    isJson: false,
    ...nothingMore,
  });
});

test('every option says what it says', async () => {
  expect(await good('--pm2-home /a --pm2-home=/b --view bots --interval 250 --ascii --no-color --read-only')).toEqual({
    command: 'monitor',
    wants: null,
    pm2Homes: ['/a', '/b'],
    view: 'bots',
    intervalMs: 250,
    isAscii: true,
    isLowBandwidth: false,
    hasColor: false,
    isReadOnly: true,
    isJson: false,
    ...nothingMore,
  });
});

test('options may stand before and after the command', async () => {
  for (const line of ['snapshot --json', '--json snapshot']) {
    expect(await good(line)).toMatchObject({ command: 'snapshot', isJson: true });
  }
  expect(await good('demo --json')).toMatchObject({ command: 'demo', isJson: true });
  expect(await good('--read-only demo')).toMatchObject({ command: 'demo', isReadOnly: true });
});

test('a view is also named by its key', async () => {
  expect(await good('--view 4')).toMatchObject({ view: 'resources' });
});

test('PM2_HOME is the default home and --pm2-home wins over it; a home named twice is watched once', async () => {
  expect(await good('', { HOME: '/nonexistent/ann', PM2_HOME: '/srv/pm2' })).toMatchObject({ pm2Homes: ['/srv/pm2'] });
  expect(await good('--pm2-home /a --pm2-home /a/', { PM2_HOME: '/srv/pm2' })).toMatchObject({ pm2Homes: ['/a'] });
  expect(await good('', { HOME: '/nonexistent/ann', PM2_HOME: '' })).toMatchObject({
    pm2Homes: ['/nonexistent/ann/.pm2'],
  });
});

test('relative paths are meant from the folder the person stood in, also through npm run', async () => {
  expect(await good('--pm2-home x', { HOME: '/h' })).toMatchObject({ pm2Homes: ['/nonexistent/work/x'] });
  expect(await good('--pm2-home x', { HOME: '/h', INIT_CWD: '/stood' })).toMatchObject({ pm2Homes: ['/stood/x'] });
});

test('NO_COLOR counts when it is not empty', async () => {
  expect(await good('', { HOME: '/h', NO_COLOR: '1' })).toMatchObject({ hasColor: false });
  expect(await good('', { HOME: '/h', NO_COLOR: '' })).toMatchObject({ hasColor: true });
});

test('colours are for what the terminal says, or for what the person says', async () => {
  expect(await good('')).toMatchObject({ theme: 'auto' });
  expect(await good('--theme light')).toMatchObject({ theme: 'light' });
  expect(await refused('--theme blue')).toBe("no theme 'blue'; allowed: auto, dark, light");
});

test('help and version are asked for with any command', async () => {
  expect(await good('--help')).toMatchObject({ wants: 'help' });
  expect(await good('snapshot -h')).toMatchObject({ wants: 'help', command: 'snapshot' });
  expect(await good('-V')).toMatchObject({ wants: 'version' });
  expect(await good('--help --version')).toMatchObject({ wants: 'help' });
});

test.each([
  ['--raed-only', "unknown option '--raed-only'; did you mean --read-only?"],
  ['--readonly', "unknown option '--readonly'; did you mean --read-only?"],
  ['--color', "unknown option '--color'; did you mean --no-color?"],
  ['--no-read-only', /unknown option '--no-read-only'/],
  ['--pm2Home /x', "unknown option '--pm2Home'; did you mean --pm2-home?"],
  ['--database-url x', '--database-url is no address; it begins with postgresql:// or postgres://'],
  ['--database-url=mysql://u:hunter2@h', '--database-url is no address; it begins with postgresql://'],
  ['--redis-url x', '--redis-url is no address; it begins with redis:// or rediss:// or'],
  ['--database-uri x', "unknown option '--database-uri'; did you mean --database-url?"],
  ['postgres://u:hunter2@h/d', "unknown command 'postgres://u:[redacted]@h/d'"],
  ['demo --config /x', '--config does not go with botop demo'],
  ['demo --logs x', '--logs does not go with botop demo'],
  ['-x', "unknown option '-x'"],
  ['-hV', "unknown option '-hV'"],
  ['--read-only=false', '--read-only takes no value'],
  ['--json=1 snapshot', '--json takes no value'],
  ['--pm2-home', '--pm2-home needs a value; --pm2-home DIR'],
  ['--pm2-home=', '--pm2-home needs a value; --pm2-home DIR'],
  ['--view --read-only', '--view needs a value; --view NAME'],
  ['--view botz', "no view 'botz'; did you mean bots?"],
  ['--view whatever', "no view 'whatever'; allowed: home, bots, "],
  ['--view home --view bots', /--view can only be set once/],
  ['--interval 249', "--interval is a number of milliseconds, got '249'; allowed: 250 to 60000"],
  ['--interval 60001', /got '60001'; allowed: 250 to 60000/],
  ['--interval 1e3', /got '1e3'/],
  ['--interval=-500', /got '-500'/],
  ['snapshto', "unknown command 'snapshto'; did you mean snapshot?"],
  ['frobnicate', "unknown command 'frobnicate'; allowed: snapshot, demo"],
  ['snapshot extra', "botop snapshot takes no argument, got 'extra'"],
  ['--json', '--json does not go with botop; it belongs to botop snapshot, botop demo'],
  ['demo --pm2-home /x', '--pm2-home does not go with botop demo; it belongs to botop, botop snapshot'],
  ['snapshot --interval 500', /--interval does not go with botop snapshot/],
])('%s is refused with what is allowed', async (line, message) => {
  expect(await refused(line)).toMatch(message);
});

test('what was typed cannot act on the terminal the refusal is shown on', async () => {
  const message = await refused(['\u001b[31m\u009b2J\u202e']);
  expect(message).toBe("unknown command '\ufffd[31m\ufffd2J\ufffd'; allowed: snapshot, demo");
  expect((await refused([`--${'x'.repeat(500)}`])).length).toBeLessThan(100);
});

test('no command line throws, ends the process or is half understood', async () => {
  const word = fc.oneof(
    fc.constantFrom('snapshot', 'demo', '--', '-', '--help', 'x', '1000', 'bots', ...table.map((o) => `--${o.name}`)),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
      const parsed = await parseOptions(argv, { HOME: '/h' }, '/w', system);
      const end = argv.indexOf('--');
      const typed = end < 0 ? argv : argv.slice(0, end);
      return parsed instanceof UsageError
        ? parsed.message !== ''
        : parsed.pm2Homes.length > 0 && parsed.isReadOnly === typed.includes('--read-only');
    }),
    { numRuns: 500 },
  );
});
