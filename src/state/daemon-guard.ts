/** What is wrong with the daemon of a PM2 home, and what to do: pure functions of what was read, and what is seen from outside. */
import type { HomeGuard, Orphan, Pm2Cli } from '../sources/guard/snapshot.ts';
import type { Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { type Failure, type Reading, valueOf } from '../sources/source.ts';
import { ago } from '../text/format.ts';
import { compareDump } from './dump-drift.ts';
import { homeOf } from './home-tag.ts';
import type { World } from './world.ts';

/**
 * - `running`: it answers, alone, in the version of the `pm2` here.
 * - `restarted`: another process than before answers; its counters began anew.
 * - `other-version`: it answers, and the `pm2` here is of another version.
 * - `two-daemons`: more than one serves the home; each restarts bots of its own.
 * - `halted`: stopped by a signal. `frozen`: it accepts and does not answer.
 * - `stale-socket`: it runs, and the socket in its home is not its own any more, or gone.
 * - `dead`: its socket is left behind. `not-running`: there is none, and none was killed.
 * - `other-user`: it is another user's. `unreadable`: the home is closed to us. `no-home`: there is no such folder.
 * - `unknown`: not read yet, or for a reason that is none of these; the words say it.
 */
export type DaemonState =
  | 'running'
  | 'restarted'
  | 'other-version'
  | 'two-daemons'
  | 'halted'
  | 'frozen'
  | 'stale-socket'
  | 'dead'
  | 'not-running'
  | 'other-user'
  | 'unreadable'
  | 'no-home'
  | 'unknown';

export interface DaemonVerdict {
  readonly home: string;
  readonly state: DaemonState;
  /** `bad`: the bots are not looked after, or not alone. `warn`: somebody should know. */
  readonly severity: 'ok' | 'note' | 'warn' | 'bad';
  /** What is, in a few words; empty when all is well. */
  readonly words: string;
  /** What to do; empty where there is nothing. */
  readonly todo: string;
}

/** How reading a daemon fails, in a word. */
export const FAILURE_WORDS: Readonly<Record<Failure['code'], string>> = {
  absent: 'DAEMON GONE',
  refused: 'DAEMON DEAD',
  denied: 'DENIED',
  frozen: 'FROZEN',
  timeout: 'NO ANSWER',
  protocol: 'NOT UNDERSTOOD',
  failed: 'STALE',
};

/** So long a restart of the daemon is told, ms. */
const RESTART_TOLD_MS = 10 * 60_000;

/** The verdict on each watched home, in the order of the sources. */
export function judgeDaemons(world: Pick<World, 'pm2' | 'guard' | 'now'>): readonly DaemonVerdict[] {
  const guard = world.guard && valueOf(world.guard.reading);
  return world.pm2.map(({ id, reading }, index) => {
    const home = valueOf(reading)?.home ?? homeOf(id) ?? guard?.homes[index]?.home ?? '';
    const seen = guard?.homes.find((known) => known.home === home) ?? null;
    // What was seen before it failed is what there was: a daemon that has just died stood there and ran.
    const isOld = reading.state === 'stale' && world.guard !== null && seenAt(world.guard.reading) <= reading.since;
    const verdict = judgeDaemon(
      reading,
      isOld && seen ? { ...seen, daemons: [] } : seen,
      guard?.cli ?? null,
      world.now,
    );
    return isOld && isGone(verdict) ? { home, ...verdict, todo: LOOKING } : { home, ...verdict };
  });
}

/** What is said until /proc was looked at again: to resurrect beside a daemon that lives would start every bot twice. */
const LOOKING = 'looking whether it still runs…';

const seenAt = (reading: Reading<unknown>): number =>
  reading.state === 'fresh' || reading.state === 'stale' ? reading.readAt : Number.NEGATIVE_INFINITY;

const isGone = ({ state }: Pick<DaemonVerdict, 'state'>): boolean => state === 'dead' || state === 'not-running';

const NO_ORPHANS: readonly Orphan[] = [];

/** Of all watched homes; the very same list where there is none. */
export function orphansOf({ guard }: Pick<World, 'guard'>): readonly Orphan[] {
  const homes = (guard && valueOf(guard.reading))?.homes ?? [];
  return homes.some(({ orphans }) => orphans.length > 0) ? homes.flatMap(({ orphans }) => orphans) : NO_ORPHANS;
}

/** Key of the line that stands for many of them in a list of bots. */
export const ORPHANS_KEY = 'group\norphans';

const ORPHAN_KEY = 'orphan\n';

/** Its key in a list of bots; none of a bot is like it. */
export function orphanKey({ home, pid, startTicks }: Pick<Orphan, 'home' | 'pid' | 'startTicks'>): string {
  return `${ORPHAN_KEY}${home}\n${pid}\n${startTicks}`;
}

export const isOrphanKey = (key: string): boolean => key.startsWith(ORPHAN_KEY);

type Verdict = Omit<DaemonVerdict, 'home'>;

/** The verdict on one home; `seen` is null while it was not looked at from outside. */
export function judgeDaemon(
  reading: Reading<Pm2Snapshot>,
  seen: HomeGuard | null,
  cli: Pm2Cli | null,
  now: number,
): Verdict {
  switch (reading.state) {
    case 'fresh':
      return judgeAnswering(reading.value, seen, cli, now);
    case 'stale':
    case 'down':
      return reading.error === null
        ? { state: 'unknown', severity: 'warn', words: 'no reading for a while', todo: '' }
        : judgeFailing(reading.error, seen);
    case 'off':
      return { state: 'no-home', severity: 'note', words: reading.reason, todo: '' };
    case 'waiting':
      return { state: 'unknown', severity: 'note', words: 'not read yet', todo: '' };
    default:
      return reading satisfies never;
  }
}

function judgeAnswering(
  { daemon, bots, dump }: Pm2Snapshot,
  seen: HomeGuard | null,
  cli: Pm2Cli | null,
  now: number,
): Verdict {
  const others = seen?.daemons.filter(({ pid }) => pid !== daemon.pid) ?? [];
  // Just after a restart the one seen from outside may be the one before.
  if (seen !== null && others.length > 0 && seen.daemons.length > 1) {
    const pids = others.map(({ pid }) => pid).join(' ');
    return {
      state: 'two-daemons',
      severity: 'bad',
      words: `${seen.daemons.length} daemons for one home: ${daemon.pid} answers, ${pids} does not`,
      todo: `each runs bots of its own; kill ${pids} ends the other and its bots`,
    };
  }
  const age = daemon.startedAt === null ? Number.NaN : now - daemon.startedAt;
  if (daemon.replacements > 0 && age < RESTART_TOLD_MS) {
    const before = daemon.replacedPid === null ? '' : `pid ${daemon.replacedPid} → `;
    return {
      state: 'restarted',
      severity: 'warn',
      words: `daemon restarted ${ago(age)} ago: ${before}${daemon.pid}`,
      todo:
        compareDump(dump, bots)?.missing.length === 0
          ? 'its counters began anew'
          : `its counters began anew; ${endOrphans(seen)}: resurrect starts what is missing`,
    };
  }
  if (cli !== null && daemon.version !== 'unknown' && cli.version !== daemon.version) {
    return {
      state: 'other-version',
      severity: 'note',
      words: `daemon is ${daemon.version}, the pm2 here is ${cli.version}`,
      todo: 'pm2 update makes them one, and restarts every bot',
    };
  }
  return { state: 'running', severity: 'ok', words: '', todo: '' };
}

function judgeFailing(error: Failure, seen: HomeGuard | null): Verdict {
  const hint = error.hint ?? '';
  const [daemon] = seen?.daemons ?? [];
  switch (error.code) {
    case 'denied':
      return seen?.access === 'closed'
        ? {
            state: 'unreadable',
            severity: 'bad',
            words: `home of ${seen.owner ?? 'another user'} is closed to us`,
            todo: hint,
          }
        : { state: 'other-user', severity: 'bad', words: error.message, todo: hint };
    case 'frozen':
    case 'timeout':
      return daemon?.isHalted === true
        ? {
            state: 'halted',
            severity: 'bad',
            words: `stopped by a signal: pid ${daemon.pid}`,
            todo: `kill -CONT ${daemon.pid} wakes it; until then nothing restarts its bots`,
          }
        : { state: 'frozen', severity: 'bad', words: error.message, todo: hint };
    case 'refused':
    case 'absent':
      return daemon === undefined ? judgeGone(error, seen) : judgeUnreachable(daemon.pid, seen?.hasSocket === true);
    default:
      return { state: 'unknown', severity: 'bad', words: error.message, todo: hint };
  }
}

function judgeUnreachable(pid: number, hasSocket: boolean): Verdict {
  return {
    state: 'stale-socket',
    severity: 'bad',
    words: `daemon ${pid} runs, ${hasSocket ? 'rpc.sock is not its own' : 'its rpc.sock is gone'}`,
    todo: `run no pm2 command: it would start a second daemon; kill ${pid} ends it and its bots, then pm2 resurrect`,
  };
}

function judgeGone(error: Failure, seen: HomeGuard | null): Verdict {
  if (seen?.access === 'absent') {
    return { state: 'no-home', severity: 'bad', words: error.message, todo: error.hint ?? '' };
  }
  const todo = `${endOrphans(seen)}${RESURRECT}`;
  return error.code === 'refused' || seen?.hasSocket === true
    ? { state: 'dead', severity: 'bad', words: error.message, todo }
    : { state: 'not-running', severity: 'bad', words: error.message, todo };
}

/** As it is pressed here. */
const RESURRECT = ': resurrect starts what was saved; pm2 alone would start an empty daemon';

/** What comes before any resurrect: it would start each a second time. */
function endOrphans(seen: HomeGuard | null): string {
  const orphans = seen?.orphans.length ?? 0;
  return orphans === 0 ? '' : `first end ${orphans === 1 ? 'the bot that' : `the ${orphans} bots that`} outlived it; `;
}
