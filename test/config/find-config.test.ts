import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatUsageError } from '../../src/config/help.ts';
import { type Options, parseOptions, UsageError } from '../../src/config/options.ts';

const uid = process.geteuid?.() ?? null;
const isRoot = uid === 0;
/** Nobody we are. */
const STRANGER = 4242;

let room = '';
beforeEach(() => {
  room = realpathSync(mkdtempSync(join(tmpdir(), 'botop-config-')));
  for (const folder of ['here', 'home']) mkdirSync(join(room, folder), { mode: 0o755 });
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

/** Writes a configuration that is known by its number of expected bots. */
function write(path: string, expected: number | string = 1, mode = 0o644): string {
  const file = join(room, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof expected === 'string' ? expected : `expected: ${expected}\n`);
  chmodSync(file, mode);
  return file;
}

const start = (argv: readonly string[], env: Record<string, string> = {}) =>
  parseOptions(argv, { HOME: join(room, 'home'), ...env }, join(room, 'here'), {
    uid,
    configFile: join(room, 'etc/config.yaml'),
  });

async function options(argv: readonly string[] = [], env: Record<string, string> = {}): Promise<Options> {
  const parsed = await start(argv, env);
  if (parsed instanceof UsageError) throw parsed;
  return parsed;
}

async function refusal(argv: readonly string[] = [], env: Record<string, string> = {}): Promise<string> {
  const parsed = await start(argv, env);
  expect(parsed).toBeInstanceOf(UsageError);
  return formatUsageError(parsed as UsageError).replaceAll(room, '');
}

test('the first of the option, the variable, this folder, the person’s file and the machine’s is read', async () => {
  const named = write('named.yaml', 5);
  const variable = write('variable.yaml', 4);
  const here = write('here/botop.yaml', 3);
  const xdg = write('xdg/botop/config.yaml', 2);
  const etc = write('etc/config.yaml', 1);
  const env = { BOTOP_CONFIG: variable, XDG_CONFIG_HOME: join(room, 'xdg') };
  expect(await options(['--config', named], env)).toMatchObject({ expected: 5, configFile: named });
  expect(await options([], env)).toMatchObject({ expected: 4, configFile: variable });
  expect(await options([], { ...env, BOTOP_CONFIG: '' })).toMatchObject({ expected: 3, configFile: here });
  rmSync(here);
  expect(await options([], { ...env, BOTOP_CONFIG: '' })).toMatchObject({ expected: 2, configFile: xdg });
  expect(await options([], { XDG_CONFIG_HOME: 'xdg' })).toMatchObject({ expected: 1, configFile: etc });
  const dotConfig = write('home/.config/botop/config.yaml', 7);
  expect(await options()).toMatchObject({ expected: 7, configFile: dotConfig, notes: [] });
});

test('without any file, with /dev/null, in the demo and for the help nothing is read', async () => {
  expect(await options()).toMatchObject({ expected: null, configFile: null });
  write('here/botop.yaml', 'broken: [');
  expect(await options(['--config', '/dev/null'])).toMatchObject({ expected: null, configFile: null });
  expect(await options([], { BOTOP_CONFIG: '/dev/null' })).toMatchObject({ configFile: null });
  expect(await options(['demo'], { BOTOP_CONFIG: join(room, 'nope') })).toMatchObject({ configFile: null });
  expect(await options(['--help'])).toMatchObject({ wants: 'help' });
});

test('a relative path is meant from where the person stands; one that is not there is said', async () => {
  write('here/other.yaml', 9);
  expect(await options(['--config', 'other.yaml'])).toMatchObject({ expected: 9 });
  expect(await refusal(['--config', 'nope.yaml'])).toMatch(
    /^botop: \/here\/nope\.yaml cannot be read: there is no such/,
  );
  expect(await refusal([], { BOTOP_CONFIG: '/' })).toMatch(/it is no regular file|it is a folder/);
});

test('a faulty file is told with every line, and where its keys are described', async () => {
  write('here/botop.yaml', 'interval: 2s\nred: 1\nascii: 3\n');
  expect(await refusal()).toBe(
    [
      'botop: the configuration has 2 faults',
      "/here/botop.yaml:2:1: unknown key 'red'; did you mean redis?",
      "/here/botop.yaml:3:8: ascii must be true or false, got '3'",
      'docs/configuration.md says what may stand in it.',
      '',
    ].join('\n'),
  );
});

test('an option wins over a variable, and a variable over the file', async () => {
  const file = write(
    'here/botop.yaml',
    `pm2: { homes: [/file] }
logs: [/file/*.log, { glob: /zoned, zone: UTC }]
postgres: { url: postgres://file/x }
redis: { url: redis://file }
interval: 5s
view: bots
color: true
`,
  );
  const shown = ({ pm2Homes, logs, databaseUrl, redisUrl, intervalMs, view }: Options) => ({
    home: pm2Homes.join(),
    logs: logs.map(({ glob }) => glob),
    urls: [databaseUrl?.reveal(), redisUrl?.reveal()],
    intervalMs,
    view,
  });
  expect(shown(await options())).toEqual({
    home: '/file',
    logs: ['/file/*.log', '/zoned'],
    urls: ['postgres://file/x', 'redis://file'],
    intervalMs: 5000,
    view: 'bots',
  });
  const env = { PM2_HOME: '/env', DATABASE_URL: 'postgresql+asyncpg://env/x', REDIS_URL: 'redis://env' };
  expect(shown(await options([], env))).toMatchObject({
    home: '/env',
    urls: ['postgresql+asyncpg://env/x', 'redis://env'],
  });
  const typed = ['--pm2-home', '/flag', '--logs', 'a/*.log', '--logs=/b', '--interval', '300', '--view', 'home'];
  const urls = ['--database-url', 'postgres://flag/x', '--redis-url=rediss://flag'];
  expect(shown(await options([...typed, ...urls], env))).toEqual({
    home: '/flag',
    logs: [join(room, 'here/a/*.log'), '/b'],
    urls: ['postgres://flag/x', 'rediss://flag'],
    intervalMs: 300,
    view: 'home',
  });
  expect(await options([], { NO_COLOR: '1' })).toMatchObject({ hasColor: false, configFile: file });
  write('here/botop.yaml', 'readOnly: true\nascii: true\ncolor: false\n');
  expect(await options()).toMatchObject({ isReadOnly: true, isAscii: true, hasColor: false });
});

test.each([0o664, 0o646, 0o622])('a file of mode %o is refused with the command that mends it', async (mode) => {
  write('here/botop.yaml', 1, mode);
  expect(await refusal()).toMatch(
    'botop: /here/botop.yaml is refused: others can write it; chmod go-w /here/botop.yaml\n',
  );
});

test('botop.yaml in a folder of ours that others can write is refused', async () => {
  write('here/botop.yaml');
  chmodSync(join(room, 'here'), 0o777);
  expect(await refusal()).toMatch('/here/botop.yaml is refused: others can write its folder; chmod go-w /here');
  expect(await options(['--config', 'botop.yaml'])).toMatchObject({ expected: 1 });
});

test.runIf(isRoot)('botop.yaml in a folder of somebody else is passed over, and that is said', async () => {
  write('here/botop.yaml', 3);
  const etc = write('etc/config.yaml', 1);
  lchownSync(join(room, 'here'), STRANGER, STRANGER);
  const { configFile, notes } = await options();
  expect(configFile).toBe(etc);
  expect(notes).toEqual([
    `${room}/here/botop.yaml is not read: its folder belongs to uid ${STRANGER}, not to us; --config names it all the same`,
  ]);
});

test.runIf(isRoot)('a file of somebody else is refused wherever it lies', async () => {
  for (const path of ['here/botop.yaml', 'home/.config/botop/config.yaml', 'etc/config.yaml']) {
    const file = write(path);
    lchownSync(file, STRANGER, STRANGER);
    expect(await refusal()).toMatch(
      `botop: /${path} is refused: it belongs to uid ${STRANGER}, neither to us nor to root`,
    );
    rmSync(file);
  }
});

test('a link is followed when it is ours; one to nowhere or in a circle is said', async () => {
  const file = write('kept/real.yaml', 6);
  const link = join(room, 'here/botop.yaml');
  symlinkSync('../here/second.yaml', link);
  symlinkSync(file, join(room, 'here/second.yaml'));
  expect(await options()).toMatchObject({ expected: 6, configFile: link });
  rmSync(file);
  expect(await refusal()).toMatch('/here/botop.yaml cannot be read: there is no such file');
  rmSync(link);
  symlinkSync('botop.yaml', link);
  expect(await refusal()).toMatch('/here/botop.yaml is refused: more than 8 links lead to it');
});

test.runIf(isRoot)('a link of somebody else is not followed, not even to a file of ours', async () => {
  write('kept/real.yaml', 6);
  const link = join(room, 'here/botop.yaml');
  symlinkSync('../kept/real.yaml', link);
  lchownSync(link, STRANGER, STRANGER);
  expect(await refusal()).toMatch(`is a link that belongs to uid ${STRANGER}, neither to us nor to root`);
});

test('a pipe is refused without waiting for a writer, and so is a file of more than 1 MiB', async () => {
  execFileSync('mkfifo', [join(room, 'here/botop.yaml')]);
  expect(await refusal()).toMatch('/here/botop.yaml is refused: it is no regular file');
  rmSync(join(room, 'here/botop.yaml'));
  write('here/botop.yaml', `# ${'x'.repeat(2 ** 20 - 2)}`);
  expect(await options()).toMatchObject({ expected: null });
  write('here/botop.yaml', `# ${'x'.repeat(2 ** 20 - 1)}`);
  expect(await refusal()).toMatch('/here/botop.yaml is refused: it is larger than 1 MiB');
});

test('what is no UTF-8 is refused where it begins; a byte order mark is none of it', async () => {
  const file = write('here/botop.yaml');
  writeFileSync(file, Buffer.from('view: home\n# caf\u00e9 \n# ü: ', 'latin1'));
  expect(await refusal()).toMatch('/here/botop.yaml:2:6: no UTF-8 text from here on');
  writeFileSync(file, '\ufeffexpected: 8\n');
  expect(await options()).toMatchObject({ expected: 8 });
});
