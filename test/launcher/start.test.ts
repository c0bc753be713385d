import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitUntil } from '../helpers/tree.ts';
import { type Checkout, INSTALL, linkTo, makeCheckout, oldNode } from './checkout.ts';

let checkout: Checkout;
beforeEach(() => {
  checkout = makeCheckout();
});
afterEach(() => checkout.remove());

const seen = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;

describe('the first start in a fresh clone', () => {
  test('installs, builds and runs, with its own words on stderr only', async () => {
    const run = await checkout.run(['snapshot', '--json', 'a b']);
    expect(run.stderr).toContain('installing');
    expect(seen(run.stdout)).toMatchObject({ args: ['snapshot', '--json', 'a b'] });
    expect(run.code).toBe(0);
  });

  test('installs the build tools, loudly enough, whatever npm and the environment say', async () => {
    checkout.npm(`${INSTALL}; env >'${checkout.path('env.txt')}'`);
    const run = await checkout.run([], {
      NODE_ENV: 'production',
      CI: 'true',
      npm_config_loglevel: 'silent',
      NPM_CONFIG_OMIT: 'dev',
      npm_config_ignore_scripts: 'true',
      npm_config_package_lock_only: 'true',
      npm_config_registry: 'https://packages.example/',
    });
    expect(run.code).toBe(0);
    expect(checkout.npmCalls().join()).toMatch(/ ci .*--include=dev .*--no-audit --no-fund/);
    const env = checkout.read('env.txt');
    expect(env).not.toMatch(/^NODE_ENV=|loglevel|OMIT|package_lock_only/m);
    expect(env).toContain('npm_config_registry=https://packages.example/');
  });

  test('works for two at once: one installs, the other waits for it', async () => {
    const mayInstall = checkout.path('../may-install');
    checkout.npm(`while [ ! -e '${mayInstall}' ]; do sleep 0.05; done; ${INSTALL}`);
    const both = ['1', '2'].map((word) => checkout.start(checkout.path('bin/botop'), [word]));
    await waitUntil(() => both.some((one) => one.stderr().includes('waiting for it')), 'one to wait');
    writeFileSync(mayInstall, '');
    const runs = await Promise.all(both.map(({ ended }) => ended));
    expect(runs.map((run) => seen(run.stdout)['args'])).toEqual([['1'], ['2']]);
    expect(checkout.npmCalls()).toHaveLength(1);
    expect(runs.filter((run) => run.stderr.includes('waiting for it'))).toHaveLength(1);
  });

  test('on Node 20 fetches a newer one and runs on it', async () => {
    const fetched = checkout.path(`runtime/node_modules/node-linux-${process.arch}/bin`);
    checkout.npm(
      `case $PWD in */runtime) mkdir -p '${fetched}' && ln -s '${process.execPath}' '${fetched}/node';; *) ${INSTALL};; esac`,
    );
    const old = oldNode(checkout, '20.20.2');
    const path = [old, join(checkout.folder, '../bin'), '/usr/bin', '/bin'].join(delimiter);
    const first = await checkout.run([], { PATH: path });
    expect(first.stderr).toContain('v20.20.2');
    expect(seen(first.stdout)).toMatchObject({ node: process.version });
    expect(checkout.npmCalls()).toHaveLength(2);
    const second = await checkout.run([], { PATH: path });
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(checkout.npmCalls()).toHaveLength(2);
  });
});

describe('a later start', () => {
  beforeEach(async () => {
    expect((await checkout.run()).code).toBe(0);
  });

  test('is one process: the one that was started becomes the program, and its exit code is the program’s', async () => {
    const started = checkout.start(checkout.path('bin/botop'), [], { TEST_EXIT: '3' });
    const run = await started.ended;
    expect(seen(run.stdout)['pid']).toBe(started.pid);
    expect(run).toMatchObject({ code: 3, stderr: '' });
    expect(checkout.npmCalls()).toHaveLength(1);
  });

  test('runs the production build of React, and leaves NODE_ENV as it was for itself and its children', async () => {
    checkout.write(
      'src/main.ts',
      "console.log(JSON.stringify({ built: process.env.NODE_ENV, real: process.env['NODE_' + 'ENV'] ?? null }))",
    );
    expect(seen((await checkout.run()).stdout)).toEqual({ built: 'production', real: null });
    const set = await checkout.run([], { NODE_ENV: 'development' });
    expect(seen(set.stdout)).toEqual({ built: 'production', real: 'development' });
  });

  test('builds again when a source has changed, and only then', async () => {
    const built = checkout.read('dist/botop.js');
    await checkout.run();
    expect(checkout.read('dist/botop.js')).toBe(built);
    checkout.write('src/main.ts', "console.log('changed')");
    expect((await checkout.run()).stdout).toBe('changed\n');
    expect(checkout.npmCalls()).toHaveLength(1);
  });

  test('says what is wrong with a source that does not build, and heals when it does', async () => {
    checkout.write('src/main.ts', "import './absent.ts';");
    const run = await checkout.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('absent.ts');
    checkout.write('src/main.ts', "console.log('mended')");
    expect((await checkout.run()).stdout).toBe('mended\n');
  });

  test('installs again when the lock file has changed, or node_modules is gone', async () => {
    checkout.write('package-lock.json', `${checkout.read('package-lock.json')}\n`);
    await checkout.run();
    expect(checkout.npmCalls()).toHaveLength(2);
    rmSync(checkout.path('node_modules'), { recursive: true });
    expect((await checkout.run()).code).toBe(0);
    expect(checkout.npmCalls()).toHaveLength(3);
  });

  test('does not install again for another Node that packages cannot tell from this one', async () => {
    const newer = oldNode(checkout, '22.99.0');
    const path = [newer, join(checkout.folder, '../bin'), '/usr/bin', '/bin'].join(delimiter);
    expect((await checkout.run([], { PATH: path })).code).toBe(0);
    expect((await checkout.run()).code).toBe(0);
    expect(checkout.npmCalls()).toHaveLength(1);
  });

  test('finds its place through links, relative and absolute, one behind the other', async () => {
    linkTo('../check out/bin/botop', checkout.path('../links/relative'));
    linkTo(checkout.path('../links/relative'), checkout.path('../more/absolute'));
    const run = await checkout.start(checkout.path('../more/absolute'), ['x']).ended;
    expect(seen(run.stdout)).toMatchObject({ args: ['x'] });
  });

  test('through npm, works in the folder npm was called from', async () => {
    const env = { npm_package_json: checkout.path('package.json'), INIT_CWD: checkout.path('runtime') };
    const run = await checkout.start('/bin/sh', ['bin/botop'], env, checkout.folder).ended;
    expect(seen(run.stdout)['cwd']).toBe(checkout.path('runtime'));
    const without = await checkout.start('/bin/sh', ['bin/botop'], { INIT_CWD: '/' }, checkout.folder).ended;
    expect(seen(without.stdout)['cwd']).toBe(checkout.folder);
  });
});

describe('an installed package', () => {
  const install = async () => {
    await checkout.run();
    const folder = checkout.path('../lib/botop');
    for (const name of ['bin', 'dist', 'package.json'])
      cpSync(checkout.path(name), join(folder, name), { recursive: true });
    return join(folder, 'bin/botop');
  };

  test('runs without installing or building anything', async () => {
    const program = await install();
    linkTo('../lib/botop/bin/botop', checkout.path('../prefix/botop'));
    for (const start of [program, checkout.path('../prefix/botop')]) {
      const run = await checkout.start(start, ['y']).ended;
      expect(seen(run.stdout)).toMatchObject({ args: ['y'] });
      expect(run.stderr).toBe('');
    }
    expect(checkout.npmCalls()).toHaveLength(1);
  });

  test('says in one line which Node it needs, where that is too old or missing', async () => {
    const program = await install();
    const run = await checkout.start(program, [], {
      PATH: [oldNode(checkout, '20.20.2'), '/usr/bin', '/bin'].join(delimiter),
    }).ended;
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^botop needs Node 22 or newer, and this one is v20\.20\.2: .*\n$/);
    const none = await checkout.start('/bin/sh', [program], { PATH: checkout.path('../links') }).ended;
    expect(none).toMatchObject({ code: 1, stdout: '' });
  });
});
