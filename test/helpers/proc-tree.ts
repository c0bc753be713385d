import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../src/sources/source.ts';

/** The files of a recorded machine; `later` is the same machine one second on. */
export const FIXTURES = new URL('../fixtures/host/', import.meta.url);
const NAMES =
  'stat meminfo loadavg uptime diskstats net/dev pressure/cpu pressure/memory pressure/io vmstat self/mountinfo';
export const PROC_FILES: readonly string[] = NAMES.split(' ');

export function recorded(machine: string, file: string): string {
  return readFileSync(new URL(`${machine}/${file.replace('/', '-')}`, FIXTURES), 'utf8');
}

/** A folder that looks like /proc and /sys, written by the test. */
export interface ProcTree {
  readonly procRoot: string;
  readonly sysRoot: string;
  write(file: string, text: string | Uint8Array): void;
  writeSys(file: string, text: string): void;
  writeAll(machine: string): void;
  remove(file: string): void;
  dispose(): void;
}

export function createProcTree(): ProcTree {
  const root = mkdtempSync(join(tmpdir(), 'botop-proc-'));
  const procRoot = join(root, 'proc');
  const sysRoot = join(root, 'sys');
  const put = (path: string, text: string | Uint8Array): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const write = (file: string, text: string | Uint8Array): void => put(join(procRoot, file), text);
  return {
    procRoot,
    sysRoot,
    write,
    writeSys: (file, text) => put(join(sysRoot, file), text),
    writeAll: (machine) => {
      for (const file of PROC_FILES) write(file, recorded(machine, file));
    },
    remove: (file) => rmSync(join(procRoot, file)),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A clock that the test moves. */
export interface HandClock extends Clock {
  pass(ms: number): void;
}

export function createHandClock(): HandClock {
  let at = 5000;
  return {
    now: () => 1_790_000_000_000 + at,
    monotonic: () => at,
    pass: (ms) => {
      at += ms;
    },
  };
}
