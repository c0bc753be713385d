import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The options that the installed launcher gives a Node which says it is of this version. */
function optionsFor(version: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'botop-launch-'));
  try {
    for (const name of ['bin', 'path']) mkdirSync(join(folder, name));
    copyFileSync(join(import.meta.dirname, '../../bin/botop'), join(folder, 'bin/botop'));
    const node = join(folder, 'path/node');
    writeFileSync(node, `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else printf '%s\\n' "$@"; fi\n`);
    chmodSync(node, 0o755);
    const { stdout, stderr } = spawnSync('/bin/sh', [join(folder, 'bin/botop'), 'snapshot'], {
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'path')}:/usr/bin:/bin` },
    });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('young garbage is collected while old is marked, where Node can be told to', () => {
  for (const version of ['v22.12.0', 'v24.21.0']) expect(optionsFor(version)).toContain('--no-separate-gc-phases');
});

test('a Node that does not know an option, and would end at it, is not given it', () => {
  const options = optionsFor('v26.9.0');
  expect(options).not.toContain('--no-separate-gc-phases');
  expect(options).toContain('--single-threaded');
  expect(options.at(-1)).toBe('snapshot');
});
