import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Launched {
  /** Node's options. */
  readonly options: readonly string[];
  /** What it adds to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What the program itself is given. */
  readonly args: readonly string[];
}

/** What is in every environment. */
const OF_A_SHELL: ReadonlySet<string> = new Set(['PATH', 'PWD', 'OLDPWD', 'SHLVL', '_']);

/** What the installed launcher gives a Node which says it is of this version (`v24.21.0`); throws when it complains. */
export function launchedWith(version: string, given: readonly string[] = []): Launched {
  const folder = mkdtempSync(join(tmpdir(), 'botop-launch-'));
  try {
    for (const name of ['bin', 'path']) mkdirSync(join(folder, name));
    copyFileSync(join(import.meta.dirname, '../../bin/botop'), join(folder, 'bin/botop'));
    const node = join(folder, 'path/node');
    writeFileSync(
      node,
      `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else env >"$0.env"; printf '%s\\n' "$@"; fi\n`,
    );
    chmodSync(node, 0o755);
    const { stdout, stderr, status } = spawnSync('/bin/sh', [join(folder, 'bin/botop'), ...given], {
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'path')}:/usr/bin:/bin` },
    });
    const words = stdout.trimEnd().split('\n');
    const program = words.findIndex((word) => word.endsWith('/dist/botop.js'));
    if (status !== 0 || stderr !== '' || program === -1) throw new Error(`bin/botop: ${stderr || stdout}`);
    const lines = readFileSync(`${node}.env`, 'utf8').trimEnd().split('\n');
    const variables = lines.map(
      (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const,
    );
    return {
      options: words.slice(0, program),
      args: words.slice(program + 1),
      env: Object.fromEntries(variables.filter(([name]) => !OF_A_SHELL.has(name))),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
