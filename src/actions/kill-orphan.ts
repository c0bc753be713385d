/** Ending bots that outlived their daemon: nobody looks after them, and they go on polling what a new one would poll. */
import { statSync } from 'node:fs';
import { isAlive, type ProcessMark, readTree } from '../sources/proc/tree.ts';
import { userName } from '../sources/proc/users.ts';
import { bytesLong, duration } from '../text/format.ts';
import type { Action, ActionDeps, Check, Resolved, RunResult, Verdict } from './action.ts';
import { errorText } from './error-text.ts';
import type { OrphanTarget } from './target.ts';

/** How long it is given to end by itself before it is killed, and how long the killing may take. */
const GRACE_MS = 4000;
const KILLED_MS = 4000;
const POLL_MS = 100;
/** The trees as they were before, for the watching afterwards. */
const trees = new WeakMap<OrphanTarget, readonly ProcessMark[]>();

export const killOrphan: Action<OrphanTarget> = {
  id: 'kill orphan',
  key: 'K',
  label: 'kill an orphan',
  // All that can be done there: on a phone too.
  footer: 7,
  question: (whom) => `Kill ${whom} without a daemon`,
  targetKind: 'orphan',
  runTimeoutMs: GRACE_MS + KILLED_MS + 2000,
  // It is for what no daemon tells of.
  mayBeUnread: true,
  risk: () => 'R2',
  unavailable: ({ pid }) => {
    const ours = process.geteuid?.() ?? 0;
    const uid = uidOf(pid);
    return uid === null || ours === 0 || ours === uid ? null : `it belongs to ${userName(uid)}: run botop as that user`;
  },
  command: (targets) => `kill -INT ${targets.map(({ pid }) => pid).join(' ')}`,
  consequences: (targets, now) => [
    'it is asked to end with SIGINT, as PM2 does; what is left of it and its children after 4 s is killed',
    'nothing starts it again: a resurrect, or + where its home has a daemon, starts the bot anew',
    ...targets.slice(0, 3).map(({ name, orphan }) => {
      const age = orphan.startedAt === null ? '' : `up ${duration(now - orphan.startedAt)}, `;
      return `${name}: ${age}${bytesLong(orphan.memoryBytes)}, ${orphan.processes === 1 ? 'one process' : `${orphan.processes} processes`}`;
    }),
  ],
  resolve: (targets) => Promise.resolve(targets.map(lookAgain)),
  glance: (targets) => Promise.resolve(targets.map(lookAgain)),
  run,
  verify,
};

function markOf({ pid, orphan }: OrphanTarget): ProcessMark {
  return { pid, startTicks: orphan.startTicks };
}

/** By pid and start: a pid is used again. */
function lookAgain(target: OrphanTarget): Resolved<OrphanTarget> {
  if (isAlive(markOf(target))) return { state: 'same', target };
  return { state: 'gone', reason: `${target.name} (pid ${target.pid}) has ended` };
}

async function run(target: OrphanTarget, deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  const tree = readTree(target.pid);
  trees.set(target, tree);
  if (!isAlive(markOf(target))) return { state: 'failed', message: 'it has ended by itself' };
  const failure = send(target.pid, 'SIGINT');
  if (failure !== null) return { state: 'failed', message: failure };
  if (await ended(tree, GRACE_MS, deps, signal)) return { state: 'done', message: '' };
  // Each by its mark: what has ended meanwhile may have given its pid away.
  for (const mark of tree) if (isAlive(mark)) send(mark.pid, 'SIGKILL');
  await ended(tree, KILLED_MS, deps, signal);
  return { state: 'done', message: `it did not end within ${GRACE_MS / 1000} s and was killed` };
}

/** Null when it was sent. */
function send(pid: number, name: 'SIGINT' | 'SIGKILL'): string | null {
  try {
    process.kill(pid, name);
    return null;
  } catch (error) {
    return errorText(error);
  }
}

async function ended(
  tree: readonly ProcessMark[],
  timeoutMs: number,
  { clock, sleep }: ActionDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const begunAt = clock.monotonic();
  while (tree.some((mark) => isAlive(mark))) {
    if (clock.monotonic() - begunAt >= timeoutMs) return false;
    await sleep(POLL_MS, signal);
  }
  return true;
}

function verify(
  target: OrphanTarget,
  _deps: ActionDeps,
  _signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const left = (trees.get(target) ?? [markOf(target)]).filter((mark) => isAlive(mark)).map(({ pid }) => pid);
  const check: Check =
    left.length === 0
      ? { text: `pid ${target.pid} ended`, state: 'good' }
      : { text: `still running: ${left.slice(0, 5).join(', ')}`, state: 'bad' };
  const verdict: Verdict = { state: check.state === 'good' ? 'good' : 'bad', checks: [check] };
  report(verdict);
  return Promise.resolve(verdict);
}

function uidOf(pid: number): number | null {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return null;
  }
}
