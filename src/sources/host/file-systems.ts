/**
 * How full the file systems are. A remote one whose server is gone keeps the asking thread for ever, so at most one
 * question is open for each mount, two in all, and nobody waits for an answer longer than two seconds.
 */
import { readFile, statfs } from 'node:fs/promises';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import type { Clock } from '../source.ts';
import { type Mount, parseMounts } from './mounts.ts';
import { unreadable } from './proc-file.ts';
import { share } from './scan.ts';
import type { HostDisk } from './snapshot.ts';

/** What the system says about a file system; Node's `StatFs`. */
export interface Filling {
  readonly bsize: number;
  /** The unit of the block counts where it is not bsize (FUSE); older Nodes do not have it. */
  readonly frsize?: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

export interface FileSystemsOptions {
  readonly clock: Clock;
  readonly mountsPath: string;
  readonly ask?: (mount: string) => Promise<Filling>;
  readonly answerWithinMs?: number;
}

/** Node has four threads for files and names; these may be lost to hanging mounts before we ask no more of them. */
const MAX_HANGING = 2;
/** A machine with more mounts than this shows the first ones. */
const MAX_MOUNTS = 64;
const CADENCE_MS = 30_000;

export class FileSystems {
  /** The fullest first; those that do not answer before them. */
  disks: readonly HostDisk[] = [];
  /** Epoch ms of the reading, null before the first. */
  readAt: number | null = null;

  readonly #clock: Clock;
  readonly #mountsPath: string;
  readonly #ask: (mount: string) => Promise<Filling>;
  readonly #answerWithinMs: number;
  readonly #hanging = new Set<string>();
  #pass: Promise<void> | null = null;
  #passedAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, mountsPath, ask = (mount) => statfs(mount), answerWithinMs = 2000 }: FileSystemsOptions) {
    this.#clock = clock;
    this.#mountsPath = mountsPath;
    this.#ask = ask;
    this.#answerWithinMs = answerWithinMs;
  }

  /** Starts a pass when one is due. The promise is that of the pass under way, null when there is none. */
  refresh(): Promise<void> | null {
    if (this.#pass !== null) return this.#pass;
    if (this.#clock.monotonic() - this.#passedAt < CADENCE_MS) return null;
    this.#passedAt = this.#clock.monotonic();
    this.#pass = this.#read().finally(() => {
      this.#pass = null;
    });
    return this.#pass;
  }

  async #read(): Promise<void> {
    let text: string;
    try {
      text = await readFile(this.#mountsPath, 'utf8');
    } catch (error) {
      // The rest of the host can still be read: the disks alone are unknown, and say so.
      const problem = unreadable(this.#mountsPath, error).message;
      this.disks = [unknownDisk({ mount: '?', source: '', type: '', isRemote: false }, problem)];
      this.readAt = this.#clock.now();
      return;
    }
    const mounts = parseMounts(text).slice(0, MAX_MOUNTS);
    const found: HostDisk[] = [];
    // Local ones first: a hanging server must not delay what is known of our own disks.
    for (const isRemote of [false, true]) {
      for (const mount of mounts) if (mount.isRemote === isRemote) found.push(...(await this.#diskOf(mount)));
      this.disks = found.toSorted(fullestFirst);
      this.readAt = this.#clock.now();
    }
  }

  async #diskOf(mount: Mount): Promise<HostDisk[]> {
    if (this.#hanging.has(mount.mount)) return [unknownDisk(mount, 'does not answer')];
    if (mount.isRemote && this.#hanging.size >= MAX_HANGING) return [unknownDisk(mount, 'not asked: others hang')];
    try {
      const filling = await this.#within(mount.mount);
      if (filling === null) return [unknownDisk(mount, 'does not answer')];
      // No blocks: a control file system we do not know by name.
      return filling.blocks > 0 ? [diskOf(mount, filling)] : [];
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      // Not ours to look into (another user's FUSE), or gone since the list was read.
      return code === 'EACCES' || code === 'EPERM' || code === 'ENOENT' ? [] : [unknownDisk(mount, code || 'failed')];
    }
  }

  /** The answer, or null when it takes too long; the question then counts as hanging until it is answered. */
  async #within(mount: string): Promise<Filling | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, this.#answerWithinMs, null);
    });
    const answer = this.#ask(mount);
    try {
      const first = await Promise.race([answer, late]);
      if (first === null) {
        this.#hanging.add(mount);
        const settled = () => this.#hanging.delete(mount);
        answer.then(settled, settled);
      }
      return first;
    } finally {
      clearTimeout(timer);
    }
  }
}

const shown = (text: string): string => redact(clean(text)).slice(0, 256);

function diskOf(mount: Mount, filling: Filling): HostDisk {
  const unit = filling.frsize || filling.bsize;
  const usedBytes = Math.max(0, filling.blocks - filling.bfree) * unit;
  const availableBytes = Math.max(0, filling.bavail) * unit;
  const inodes = share(filling.files - filling.ffree, filling.files);
  return {
    mount: shown(mount.mount),
    device: shown(mount.source),
    type: shown(mount.type),
    sizeBytes: filling.blocks * unit,
    usedBytes,
    availableBytes,
    usedPercent: share(usedBytes, usedBytes + availableBytes),
    inodesUsedPercent: Number.isNaN(inodes) ? null : inodes,
  };
}

/** A file system of which nothing is known but that it is there. */
function unknownDisk(mount: Mount, problem: string): HostDisk {
  return {
    problem,
    mount: shown(mount.mount),
    device: shown(mount.source),
    type: shown(mount.type),
    sizeBytes: Number.NaN,
    usedBytes: Number.NaN,
    availableBytes: Number.NaN,
    usedPercent: Number.NaN,
    inodesUsedPercent: null,
  };
}

/** Orders disks by how full they are, the unknown first: they may be worse than all. */
export function fullestFirst(a: HostDisk, b: HostDisk): number {
  const known = Number(Number.isNaN(b.usedPercent)) - Number(Number.isNaN(a.usedPercent));
  if (known !== 0) return known;
  return (b.usedPercent || 0) - (a.usedPercent || 0) || (a.mount < b.mount ? -1 : a.mount > b.mount ? 1 : 0);
}
