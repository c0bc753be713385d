import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createCodeWatch } from '../../../src/sources/pm2/code.ts';
import { findGitFolder, readHead } from '../../../src/sources/pm2/git-head.ts';
import type { BotCode } from '../../../src/sources/pm2/snapshot.ts';
import { makeBot } from '../../helpers/bots.ts';
import { until } from '../../helpers/pm2-daemon.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'botop-code-'));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function git(cwd: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function repository(): string {
  const path = folder();
  git(path, 'init');
  commit(path, '1.0.0');
  return path;
}

function commit(path: string, version: string): string {
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'bot', version, scripts: { start: 'x' } }));
  git(path, 'add', '-A');
  git(path, 'commit', '-m', version);
  return git(path, 'rev-parse', 'HEAD');
}

const head = async (path: string) => {
  const gitFolder = await findGitFolder(path);
  return gitFolder === null ? null : readHead(gitFolder);
};

test('HEAD is found from a folder below, loose, packed, detached and in a worktree', async () => {
  const path = repository();
  mkdirSync(join(path, 'src'));
  const first = git(path, 'rev-parse', 'HEAD');
  expect(await head(join(path, 'src'))).toMatchObject({ commit: first, branch: 'main' });
  git(path, 'pack-refs', '--all');
  expect(await head(path)).toMatchObject({ commit: first, branch: 'main' });
  const tree = join(folder(), 'Bäume im Wald');
  git(path, 'worktree', 'add', '-b', 'feature/x', tree);
  const second = commit(tree, '2.0.0');
  expect(await head(tree)).toMatchObject({ commit: second, branch: 'feature/x' });
  git(path, 'checkout', '--detach', second);
  expect(await head(path)).toMatchObject({ commit: second, branch: null });
});

test('what is no repository, has no commit yet, or would lead elsewhere has no HEAD', async () => {
  const path = folder();
  expect(await head(path)).toBe(null);
  git(path, 'init');
  expect(await head(path)).toBe(null);
  writeFileSync(join(path, '.git', 'HEAD'), 'ref: refs/../../secret\n');
  writeFileSync(join(path, 'secret'), `${'a'.repeat(40)}\n`);
  expect(await head(path)).toBe(null);
});

test.skipIf(process.getuid?.() !== 0)('a repository of somebody else is not read', async () => {
  const path = repository();
  expect(await head(path)).not.toBe(null);
  chownSync(join(path, '.git'), 65534, 65534);
  expect(await head(path)).toBe(null);
  // Where the folder is theirs as well, the bot there is theirs, too.
  chownSync(path, 65534, 65534);
  expect(await head(path)).not.toBe(null);
});

test.skipIf(process.getuid?.() !== 0)(
  'a link that somebody else laid in a repository’s place is not followed',
  async () => {
    const path = folder();
    symlinkSync(join(repository(), '.git'), join(path, '.git'));
    expect(await head(path)).toBe(null);
  },
);

/** Looks until what is known is what is asked for; `now` goes on by more than a minute each time. */
function watch(path: string) {
  const codeWatch = createCodeWatch();
  ends.push(() => codeWatch.close());
  const bot = makeBot({ cwd: path, script: join(path, 'bot.js') });
  codeWatch.arrange([bot]);
  let now = Date.now();
  return (is: (code: BotCode) => boolean): Promise<BotCode> =>
    until('the code is as it should be', () => {
      now += 61_000;
      codeWatch.look(now);
      const code = codeWatch.of(0);
      return code !== null && is(code) && code;
    });
}

test('deploys are told with their time, those from before we looked by the reflog, versions where they were seen', async () => {
  const path = repository();
  const second = commit(path, '1.1.0');
  const see = watch(path);
  const before = await see(() => true);
  expect(before).toMatchObject({ version: '1.1.0', commit: second, branch: 'main' });
  expect(before.deploys.map(({ toCommit, toVersion }) => [toCommit, toVersion])).toEqual([
    [git(path, 'rev-parse', 'HEAD~1'), null],
    [second, null],
  ]);
  const third = commit(path, '2.0.0');
  const after = await see(({ commit: now }) => now === third);
  expect(after.deploys).toHaveLength(3);
  expect(after.deploys.at(-1)).toMatchObject({
    fromCommit: second,
    toCommit: third,
    fromVersion: '1.1.0',
    toVersion: '2.0.0',
  });
  const at = Number(git(path, 'log', '-1', '--format=%ct')) * 1_000;
  expect(after.deploys.at(-1)?.at).toBe(at);
  expect(await see(() => true)).toBe(after);
});

test('without git a deploy is a new version of the package, when its file was written', async () => {
  const path = folder();
  const write = (version: string, at: number) => {
    writeFileSync(join(path, 'package.json'), JSON.stringify({ version }));
    utimesSync(join(path, 'package.json'), at / 1_000, at / 1_000);
  };
  const at = Math.floor(Date.now() / 1_000) * 1_000;
  write('1.0.0', at - 600_000);
  const see = watch(path);
  expect(await see(() => true)).toEqual({ version: '1.0.0', commit: null, branch: null, deploys: [] });
  write('1.0.1', at);
  expect((await see(({ version }) => version === '1.0.1')).deploys).toEqual([
    { at, fromVersion: '1.0.0', toVersion: '1.0.1', fromCommit: null, toCommit: null },
  ]);
});
