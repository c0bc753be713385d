import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Checkout, INSTALL, INSTALL_SERVICES, makeCheckout, POSTGRES, type Run, servicesBy } from './checkout.ts';

let checkout: Checkout;
beforeEach(() => {
  checkout = makeCheckout();
  checkout.npm(servicesBy(INSTALL_SERVICES));
});
afterEach(() => checkout.remove());

const callsIn = (folder: string) => checkout.npmCalls().filter((call) => call.startsWith(`${checkout.path(folder)} `));
const OFFLINE = servicesBy('echo "npm error code ENOTFOUND" >&2; exit 1');

/** `npm test` with a vitest that only says that it ran. */
function runTests(verb: string, env: NodeJS.ProcessEnv): Promise<Run> {
  const vitest = "mkdir -p node_modules/.bin && printf '#!/bin/sh\\necho tested\\n' >node_modules/.bin/vitest";
  checkout.npm(
    `case $PWD in */services) exit 1;; *) ${INSTALL} && ${vitest} && chmod 755 node_modules/.bin/vitest;; esac`,
  );
  return checkout.start('/bin/sh', [checkout.path('scripts/dev.sh'), verb], env).ended;
}

describe('the PostgreSQL of the demo', () => {
  test('is fetched by the demo’s first start, once', async () => {
    const first = await checkout.run(['demo', '--json']);
    expect(first.stderr).toContain('fetching PostgreSQL for the demo and the tests');
    expect(JSON.parse(first.stdout)).toMatchObject({ args: ['demo', '--json'] });
    expect(await checkout.run(['--ascii', 'demo'])).toMatchObject({ code: 0, stderr: '' });
    expect(callsIn('services')).toHaveLength(1);
    expect(callsIn('services')[0]).toMatch(/ ci .*--ignore-scripts/);
  });

  test('is fetched by no other start', async () => {
    expect((await checkout.run([])).code).toBe(0);
    expect((await checkout.run(['snapshot'])).code).toBe(0);
    expect(callsIn('services')).toHaveLength(0);
    expect((await checkout.run(['demo'])).code).toBe(0);
    expect(callsIn('services')).toHaveLength(1);
    expect(checkout.npmCalls()).toHaveLength(2);
  });

  test('is fetched again when its lock file has changed, or it is gone', async () => {
    await checkout.run(['demo']);
    checkout.write('services/package-lock.json', `${checkout.read('services/package-lock.json')}\n`);
    await checkout.run(['demo']);
    rmSync(checkout.path(POSTGRES));
    await checkout.run(['demo']);
    expect(callsIn('services')).toHaveLength(3);
  });

  test('is fetched once by two demos at once', async () => {
    checkout.npm(servicesBy(`sleep 0.3; ${INSTALL_SERVICES}`));
    const runs = await Promise.all([checkout.run(['demo']), checkout.run(['demo'])]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(callsIn('services')).toHaveLength(1);
  });
});

describe('where it cannot be fetched', () => {
  test('the demo goes on without it and keeps why, until it can', async () => {
    checkout.npm(OFFLINE);
    const run = await checkout.run(['demo']);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/going on without PostgreSQL: fetching PostgreSQL failed: .* cannot be reached/);
    expect(checkout.read('.cache/services-absent')).toMatch(/^fetching PostgreSQL failed: .*\n$/);
    checkout.npm(servicesBy(INSTALL_SERVICES));
    expect((await checkout.run(['demo'])).code).toBe(0);
    expect(existsSync(checkout.path('.cache/services-absent'))).toBe(false);
  });

  test('a download that npm calls a success, the package being optional, is none', async () => {
    checkout.npm(servicesBy('echo "npm http fetch GET https://x/y attempt 3 failed with ECONNRESET" >&2'));
    const run = await checkout.run(['demo']);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/going on without PostgreSQL: .*ECONNRESET/) });
  });

  test('for want of disk, it is said how much is needed', async () => {
    await checkout.run([]);
    const preload = checkout.path('../full.cjs');
    writeFileSync(
      preload,
      "const fs = require('node:fs'); fs.statfsSync = () => ({ bavail: 1000, bsize: 4096 }); require('node:module').syncBuiltinESMExports();",
    );
    const run = await checkout.run(['demo'], { NODE_OPTIONS: `--require ${preload}` });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(/without PostgreSQL: .*200 MB of free disk/) });
    expect(callsIn('services')).toHaveLength(0);
  });

  test('on a system that it is not made for, nothing is fetched or asked again', async () => {
    const known = JSON.parse(checkout.read('services/package.json')) as { optionalDependencies: object };
    checkout.write('services/package.json', JSON.stringify({ ...known, optionalDependencies: {} }));
    expect((await checkout.run(['demo'])).code).toBe(0);
    expect(await checkout.run(['demo'])).toMatchObject({ code: 0, stderr: '' });
    expect(callsIn('services')).toHaveLength(0);
  });

  test('a person’s tests go on without it', async () => {
    const run = await runTests('test', {});
    expect(run).toMatchObject({ code: 0, stdout: 'tested\n' });
    expect(run.stderr).toContain('going on without PostgreSQL');
  });

  test.each([
    ['test', { CI: 'true' }],
    ['test:all', {}],
  ])('where all must be tested (npm run %s, %o), nothing is', async (verb, env) => {
    const run = await runTests(verb, env);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^botop: fetching PostgreSQL failed: /m);
  });
});
