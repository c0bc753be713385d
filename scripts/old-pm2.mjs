// Installs the older PM2 versions that `npm run test:all` runs the integration tests against, each in a folder of
// its own under .cache/, and prints the packages' folders separated by colons: `…/5.4.3/node_modules/pm2:…`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanNpmEnvironment, explainNpmFailure } from './npm.mjs';

const VERSIONS = ['5.4.3', '6.0.14'];
const root = dirname(dirname(fileURLToPath(import.meta.url)));

function install(version) {
  const folder = join(root, '.cache/test-all', version);
  const pm2 = join(folder, 'node_modules/pm2');
  if (existsSync(join(pm2, 'bin/pm2'))) return pm2;
  process.stderr.write(`installing pm2 ${version} for the tests\n`);
  // Under another name until it is complete, so that an interrupted installation heals.
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--loglevel=error'];
  const env = cleanNpmEnvironment(process.env);
  const result = spawnSync('npm', ['install', ...flags, `pm2@${version}`], { cwd: unfinished, env, encoding: 'utf8' });
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
    const reason = explainNpmFailure({ code: result.status, signal: result.signal, output }, process.env);
    process.stderr.write(`pm2 ${version} is not installed: ${reason}\n`);
    process.exit(1);
  }
  renameSync(unfinished, folder);
  return pm2;
}

process.stdout.write(VERSIONS.map(install).join(':'));
