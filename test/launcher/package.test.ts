import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPty } from '../helpers/pty.ts';

const project = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
/** Of each Node to try: ours, and those that BOTOP_TEST_NODE lists. */
const nodes = [
  process.execPath,
  ...(process.env['BOTOP_TEST_NODE'] ?? '').split(':').flatMap((path) => (path === '' ? [] : join(path, 'bin/node'))),
];

let folder: string;
let archive: string;
/** What was unpacked from the archive. */
let unpacked: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-package-'));
  // As `npm pack` does it, in a folder of its own: it builds anew, which would take the program away under other tests.
  const source = join(folder, 'source');
  const { files } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { files: string[] };
  for (const name of [...files.filter((file) => file !== 'dist'), 'package.json', 'README.md', 'LICENSE']) {
    cpSync(join(project, name), join(source, name), { recursive: true });
  }
  const env = { ...process.env, BOTOP_BUILD_DIST: join(source, 'dist') };
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: project, env });
  const npm = join(dirname(process.execPath), 'npm');
  const args = ['pack', '--ignore-scripts', '--pack-destination', folder];
  execFileSync(existsSync(npm) ? npm : 'npm', args, { cwd: source, stdio: ['ignore', 'ignore', 'pipe'] });
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  archive = join(folder, name as string);
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  unpacked = join(folder, 'package');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = (): string[] =>
  readdirSync(unpacked, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? join(entry.parentPath, entry.name).slice(unpacked.length + 1) : [],
  );

test('the package holds the program, its pages, completions and man page, and nothing else', () => {
  const tops = [...new Set(files().map((file) => file.split('/')[0] as string))].sort();
  expect(tops).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'completions', 'dist', 'docs', 'man', 'package.json'].sort(),
  );
  expect(files()).toEqual(expect.arrayContaining(['man/botop.1', 'completions/_botop', 'dist/botop.js']));
  expect(statSync(archive).size).toBeLessThan(1_500_000);
});

test('what it needs at run time is one package: PM2, for the demo', () => {
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Record<string, object>;
  expect(Object.keys(manifest['dependencies'] ?? {})).toEqual(['pm2']);
  // From an archive npm links the pages of a list, and none of a lone name.
  expect(manifest['man']).toEqual(['man/botop.1']);
});

describe.each(nodes)('on %s', (node) => {
  /** A PATH on which that Node is the only one. */
  const path = (): string => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    symlinkSync(node, join(bin, 'node'));
    return `${bin}:/usr/bin:/bin`;
  };
  const env = (): Record<string, string> => ({
    PATH: path(),
    HOME: folder,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    BOTOP_CONFIG: '/dev/null',
  });

  test('it runs from an empty folder with nothing beside it', () => {
    const run = (...args: string[]) =>
      spawnSync(join(unpacked, 'bin/botop'), args, { cwd: folder, env: env(), encoding: 'utf8' });
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect(run('--help').stdout).toContain('Usage: botop');
    const { status, stdout, stderr } = run('snapshot', '--json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version, sources: expect.any(Array) });
    expect(run('--no-such').status).toBe(64);
  });

  test('its screen is painted, and q gives the terminal back', async () => {
    const pty = startPty({ command: join(unpacked, 'bin/botop'), env: env(), cwd: folder, columns: 100, rows: 30 });
    try {
      await pty.waitFor((shown) => shown.isBracketedPaste() && /help/.test(shown.line(29)), { what: 'the monitor' });
      pty.press('?');
      await pty.waitFor(/One row down/);
      pty.press('\u001b');
      pty.press('q');
      expect((await pty.exit).code).toBe(0);
    } finally {
      await pty.dispose();
    }
  });
});

test('where addresses are too few for Node it says so before Node can only abort', () => {
  const bin = mkdtempSync(join(folder, 'few-'));
  writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v24.0.0\n', { mode: 0o755 });
  const run = (limit: string) =>
    spawnSync('/bin/sh', ['-c', `${limit} exec "$0"`, join(unpacked, 'bin/botop')], {
      env: { PATH: `${bin}:/usr/bin:/bin` },
      encoding: 'utf8',
    });
  expect(run('ulimit -v 1200000;')).toMatchObject({
    status: 0,
    stdout: 'v24.0.0\n',
    stderr: expect.stringMatching(/^botop: Node needs 1\.5 GB of address space and may take 1228 MB here: .*ulimit -v/),
  });
  expect(run('ulimit -v 4000000;')).toMatchObject({ status: 0, stderr: '' });
  expect(run('')).toMatchObject({ status: 0, stderr: '' });
});

test('on an older Node it says which one it needs', () => {
  const bin = mkdtempSync(join(folder, 'old-'));
  writeFileSync(join(bin, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
  const { status, stderr } = spawnSync(join(unpacked, 'bin/botop'), [], {
    env: { PATH: `${bin}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/needs Node 22 or newer, and this one is v20\.20\.2/);
});
