import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands, options, views } from '../../src/config/command-line.ts';
import { completionScript } from '../../src/config/completions.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-completions-'));
  mkdirSync(join(folder, 'a folder'));
  writeFileSync(join(folder, 'a file.yaml'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
const ours = options.filter((option) => option.commands.includes('monitor')).map((option) => `--${option.name}`);
const named = commands.flatMap((command) => command.word ?? []);

/** What the shell offers after this command line, its last word begun. */
function bash(...words: string[]): string[] {
  const script = `compopt() { :; }; ${completionScript('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _botop; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'botop', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe.skipIf(!has('bash'))('bash', () => {
  test('offers every command and every option of the monitor', () => {
    expect(bash('')).toEqual(expect.arrayContaining([...ours, ...named]));
    expect(bash('sn')).toEqual(['snapshot']);
  });

  test('after a command offers its options and no others', () => {
    expect(bash('demo', '--')).not.toContain('--pm2-home');
    expect(bash('snapshot', '--j')).toEqual(['--json']);
    expect(bash('--j')).toEqual([]);
  });

  test('offers what an option takes: views, files, folders', () => {
    expect(bash('--view', '')).toEqual(views.map((view) => view.name));
    expect(bash('--config', 'a f').sort()).toEqual(['a file.yaml', 'a folder']);
    expect(bash('--pm2-home', '')).toEqual(['a folder']);
    expect(bash('--database-url', '')).toEqual([]);
  });
});

describe.skipIf(!has('fish'))('fish (where it is installed)', () => {
  const fish = (line: string): string[] => {
    const script = `${completionScript('fish')}\ncomplete -C '${line}'`;
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\n').flatMap((row) => row.split('\t')[0] || []);
  };

  test('offers commands, the options of the command, and what they take', () => {
    expect(fish('botop ')).toEqual(expect.arrayContaining(named));
    expect(fish('botop snapshot --j')).toEqual(['--json']);
    expect(fish('botop --j')).toEqual([]);
    expect(fish('botop --view ').sort()).toEqual(views.map((view) => view.name).sort());
    expect(fish('botop --')).toEqual(expect.arrayContaining(ours));
  });
});

describe.skipIf(!has('zsh'))('zsh (where it is installed)', () => {
  test('reads the script, which names every option', () => {
    const file = join(folder, '_botop');
    writeFileSync(file, completionScript('zsh'));
    const { status, stderr } = spawnSync('zsh', ['-n', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    for (const option of ours) expect(completionScript('zsh')).toContain(option);
  });
});
