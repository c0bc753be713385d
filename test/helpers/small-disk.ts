/** A file system of few bytes for a test: a tmpfs, mounted for it. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Writes until nothing fits in. */
  fill(): void;
  /** Gives back what `fill` has taken. */
  free(): void;
  /** From here on nothing can be changed on it. */
  makeReadOnly(): void;
  remove(): void;
}

/** Why there can be none: the tests that need one are then skipped with that; empty where there can. */
export const noSmallDisk: string = whyNot();

function whyNot(): string {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const folder = join(tmpdir(), `botop-disk-try-${process.pid}`);
  mkdirSync(folder);
  try {
    const said = mount('-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder);
    if (said === '') unmount(folder);
    return said === '' ? '' : `nothing can be mounted here: ${said}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Mounts one of `size` (`64k`, `200m`) at a folder that is made for it. */
export function mountSmallDisk(folder: string, size: string): SmallDisk {
  mkdirSync(folder);
  const said = mount('-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder);
  if (said !== '') throw new Error(said);
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      for (let piece = 1 << 20; piece >= 1; piece = Math.floor(piece / 4)) while (fits(filler, piece));
    },
    free: () => rmSync(filler),
    makeReadOnly() {
      const refusal = mount('-o', 'remount,ro', folder);
      if (refusal !== '') throw new Error(refusal);
    },
    remove() {
      unmount(folder);
      rmSync(folder, { recursive: true });
    },
  };
}

function fits(file: string, bytes: number): boolean {
  try {
    appendFileSync(file, Buffer.alloc(bytes));
    return true;
  } catch {
    return false;
  }
}

/** What it says when it fails. */
function mount(...args: string[]): string {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  return status === 0 ? '' : (error?.message ?? stderr).trim();
}

function unmount(folder: string): void {
  const { status, stderr } = spawnSync('umount', ['-l', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
