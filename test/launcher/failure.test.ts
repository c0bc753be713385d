import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commandLine, processesOf, waitUntil } from '../helpers/tree.ts';
import { type Checkout, INSTALL, makeCheckout } from './checkout.ts';

let checkout: Checkout;
beforeEach(() => {
  checkout = makeCheckout();
});
afterEach(() => checkout.remove());

/** An npm that has removed half of node_modules and then works on for ever. */
const HANGS = 'mkdir -p node_modules/half; : >hanging; sleep 600; : >never';
const hangs = () => waitUntil(() => existsSync(checkout.path('hanging')), 'npm is at work');

describe('an installation that fails says in one line what to do', () => {
  const proxied = { HTTPS_PROXY: 'http://me:secret@proxy:3128' };
  test.each([
    { said: 'npm error code ENOTFOUND', expected: /registry cannot be reached \(ENOTFOUND\).*HTTPS_PROXY/ },
    {
      said: 'npm error code ECONNREFUSED',
      expected: /reached \(ECONNREFUSED\).*proxy http:\/\/proxy:3128 /,
      env: proxied,
    },
    { said: 'npm error code ETIMEDOUT', expected: /cannot be reached \(ETIMEDOUT\)/ },
    { said: 'npm error 407 Proxy Authentication Required', expected: /proxy wants a name and a password/ },
    { said: 'npm error code SELF_SIGNED_CERT_IN_CHAIN', expected: /NODE_EXTRA_CA_CERTS/ },
    { said: 'npm error code ENOSPC', expected: /disk is full/ },
    { said: 'npm error code EACCES\nnpm error path /opt/x', expected: /may not write \(EACCES at \/opt\/x\)/ },
    { said: 'npm error code EUSAGE', expected: /do not agree/ },
    { said: 'npm error something new', expected: /code 7; it says: something new/ },
  ])('$said', async ({ said, expected, env }) => {
    checkout.npm(`printf '%s\\n' "${said}" >&2; exit 7`);
    const run = await checkout.run([], env ?? {});
    expect(run.code).toBe(1);
    expect(run.stdout).toBe('');
    const last = run.stderr.trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^botop: installing failed: /);
    expect(last).toMatch(expected);
    expect(last).not.toContain('secret');
  });

  test('soon, when nothing at all can be fetched and npm would try on for minutes', async () => {
    checkout.npm(
      'while :; do echo "npm http fetch GET https://x/y attempt 1 failed with EAI_AGAIN" >&2; sleep 0.2; done',
    );
    const run = await checkout.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/cannot be reached \(EAI_AGAIN\)/);
    expect(run.stderr).not.toContain('npm http');
  });

  test('where a program made for this system was not fetched, which is a success to npm; the next start fetches it', async () => {
    checkout.npm(`${INSTALL}; echo "npm http fetch GET https://x/y attempt 3 failed with ECONNRESET" >&2`);
    const run = await checkout.run();
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^botop: installing node_modules\/\S+ failed: .* cannot be reached \(ECONNRESET\)/m);
    checkout.npm(INSTALL);
    expect((await checkout.run()).code).toBe(0);
    expect(checkout.npmCalls()).toHaveLength(2);
  });

  test('without npm', async () => {
    chmodSync(checkout.path('../bin/npm'), 0o644);
    // Only what the launcher itself calls: the machine's own npm may stand beside any of them.
    mkdirSync(checkout.path('../tools'));
    for (const tool of ['sh', 'cksum', 'uname', 'ls', 'find', 'head', 'readlink']) {
      const found = ['/bin', '/usr/bin'].map((folder) => `${folder}/${tool}`).find((file) => existsSync(file));
      if (found) symlinkSync(found, checkout.path('../tools', tool));
    }
    symlinkSync(process.execPath, checkout.path('../tools/node'));
    const run = await checkout.run([], { PATH: checkout.path('../tools') });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('npm is not on the PATH');
  });

  test('with too little disk', async () => {
    const preload = checkout.path('../full.cjs');
    writeFileSync(
      preload,
      "const fs = require('node:fs'); fs.statfsSync = () => ({ bavail: 1000, bsize: 4096 }); require('node:module').syncBuiltinESMExports();",
    );
    const run = await checkout.run([], { NODE_OPTIONS: `--require ${preload}` });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/needs 1 GB of free disk .*, and 4 MB are free/);
    expect(checkout.npmCalls()).toHaveLength(0);
  });
});

describe('an installation that is interrupted', () => {
  test.each([
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const)('by %s to the shell alone leaves no npm behind', async (signal) => {
    checkout.npm(HANGS);
    const started = checkout.start(checkout.path('bin/botop'));
    await hangs();
    started.kill(signal);
    // Dash waits for its child on SIGINT, as a shell must: the terminal sends the signal to both.
    if (signal === 'SIGINT') for (const pid of setupProcesses()) process.kill(pid, signal);
    const run = await started.ended;
    expect(run.code).not.toBe(0);
    await waitUntil(() => processesOf(checkout.folder).length === 0, 'nothing of the installation is left');
  });

  test('heals at the next start, and the next start ends what a killed one left at work', async () => {
    checkout.npm(HANGS);
    const started = checkout.start(checkout.path('bin/botop'));
    await hangs();
    for (const pid of setupProcesses()) process.kill(pid, 'SIGKILL');
    await started.ended.catch(() => null);
    expect(processesOf(checkout.folder).length).toBeGreaterThan(0);
    checkout.npm(INSTALL);
    const next = await checkout.run(['again']);
    expect(next.code).toBe(0);
    expect(next.stdout).toContain('again');
    await waitUntil(() => processesOf(checkout.folder).length === 0, 'the orphaned npm is gone');
  });
});

/** The launcher's Node, which runs setup.mjs. */
function setupProcesses(): readonly number[] {
  return processesOf(checkout.folder).filter((pid) => commandLine(pid).includes('setup.mjs'));
}
