import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DEMO_MARK } from './environment.ts';

export interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
  /** NUL-separated as /proc has it; empty where it cannot be read. */
  readonly environment: string;
}

/**
 * The processes of the demo in `folder`, without ourselves and those we come from.
 *
 * By the mark in their environment; PM2's daemon of the demo's home also by its title, and a bot by PM2's variables,
 * since somebody can have started those by hand meanwhile; then everything descended from one of them, or from
 * `supervisor`: Redis writes its title over its environment, and with it the mark. A process that merely stands in the
 * folder, or has its path as an argument, is a person's and is left alone.
 */
export function demoProcesses(folder: string, supervisor: number | null = null): readonly number[] {
  const all = runningProcesses();
  const spared = ancestry(all, process.pid);
  const found = new Set<number>();
  for (const one of all) {
    if (!spared.has(one.pid) && isMarked(one, folder)) found.add(one.pid);
  }
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parentPid } of all) {
      if ((found.has(parentPid) || parentPid === supervisor) && !spared.has(pid)) found.add(pid);
    }
  }
  return [...found];
}

function isMarked({ command, environment }: Process, folder: string): boolean {
  const home = `${folder}/pm2`;
  if (command.startsWith('PM2 v') && command.includes(`God Daemon (${home})`)) return true;
  const variables = environment.split('\0');
  if (variables.includes(`${DEMO_MARK}=${folder}`)) return true;
  return variables.includes(`PM2_HOME=${home}`) && variables.some((variable) => variable.startsWith('pm_id='));
}

/** The process and its parents up to the first. */
function ancestry(all: readonly Process[], pid: number): ReadonlySet<number> {
  const parents = new Map(all.map((one) => [one.pid, one.parentPid]));
  const line = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && !line.has(at); at = parents.get(at)) line.add(at);
  return line;
}

/** All that run on this machine, as far as we may look. */
export function runningProcesses(): readonly Process[] {
  return existsSync('/proc/self/environ') ? fromProc() : fromPs();
}

function fromProc(): Process[] {
  const processes: Process[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = readOrEmpty(`/proc/${name}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    // A zombie has ended; its parent has yet to notice.
    if (fields.length < 2 || fields[0] === 'Z') continue;
    processes.push({
      pid: Number(name),
      parentPid: Number(fields[1]),
      command: readOrEmpty(`/proc/${name}/cmdline`).replaceAll('\0', ' '),
      environment: readOrEmpty(`/proc/${name}/environ`),
    });
  }
  return processes;
}

/** Processes end while we look, and those of others are closed to us: both are simply not ours. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return '';
    throw error;
  }
}

/** Where there is no /proc. `-E` prints the environment behind the command, separated by spaces. */
function fromPs(): Process[] {
  const output = execFileSync('/bin/ps', ['-axwwE', '-o', 'pid=,ppid=,command='], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    if (!match) return [];
    const [, pid, parentPid, command = ''] = match;
    return [{ pid: Number(pid), parentPid: Number(parentPid), command, environment: command.replaceAll(' ', '\0') }];
  });
}

/** Kills the demo's processes until none is left, and says whether that was reached in time. */
export function killDemo(folder: string, deadlineMs: number, supervisor: number | null = null): Promise<boolean> {
  return killUntilGone(() => demoProcesses(folder, supervisor), deadlineMs);
}

/**
 * Kills those that are found until none is, and says whether that was reached in time. All are stopped first: PM2's
 * daemon would start a bot again between our look and our blow.
 */
export async function killUntilGone(find: () => readonly number[], deadlineMs: number): Promise<boolean> {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    for (const pid of find()) signal(pid, 'SIGSTOP');
    const targets = find();
    if (targets.length === 0) return true;
    if (performance.now() > endsAt) return false;
    for (const pid of targets) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
