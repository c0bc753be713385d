/** The program as a user without rights, in tests that run as root. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from './monitor.ts';

const as = (uid: number): string[] => [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];

/** Why nobody else can be taken: the tests that need that are then skipped with it; empty where it can be. */
export const noPlainUser: string = whyNot();

function whyNot(): string {
  if (process.getuid?.() !== 0) return 'only root may be somebody else';
  const { status, stderr, error } = spawnSync('setpriv', [...as(12_001), 'true'], { encoding: 'utf8' });
  return status === 0 ? '' : `nobody else can be taken here: ${(error?.message ?? stderr).trim()}`;
}

/** Node and the built program where everybody may read them. */
export interface OpenProgram {
  /** What runs the program as that user: a command and its first arguments. */
  as(uid: number): { readonly command: string; readonly args: readonly string[] };
  remove(): void;
}

export function openProgram(): OpenProgram {
  const isOpen = (path: string): boolean => spawnSync('setpriv', [...as(12_001), 'test', '-r', path]).status === 0;
  let [node, program] = [process.execPath, PROGRAM];
  let folder: string | null = null;
  // A checkout in root's home is closed to others.
  if (!isOpen(node) || !isOpen(program)) {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-open-')));
    chmodSync(folder, 0o755);
    cpSync(node, join(folder, 'node'));
    cpSync(join(program, '..'), join(folder, 'dist'), { recursive: true });
    cpSync(join(program, '../../package.json'), join(folder, 'package.json'));
    [node, program] = [join(folder, 'node'), join(folder, 'dist/botop.js')];
  }
  return {
    as: (uid) => ({ command: 'setpriv', args: [...as(uid), node, program] }),
    remove() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A folder of that user alone. */
export function folderOf(uid: number): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-user-')));
  chownSync(folder, uid, uid);
  return folder;
}
