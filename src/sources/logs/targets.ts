/** The logs that PM2 names, and several targets of one path as one. */
import type { Bot, Pm2Daemon, Pm2Snapshot } from '../pm2/snapshot.ts';
import type { LogTarget } from './snapshot.ts';

/**
 * Makes the function that lists the logs of every bot and the one of PM2 itself. The list keeps its identity while the bots do,
 * so that asking each second costs nothing.
 */
export function createPm2Targets(): (snapshots: readonly Pm2Snapshot[]) => readonly LogTarget[] {
  let known: readonly Pm2Snapshot[] = [];
  let targets: readonly LogTarget[] = [];
  return (snapshots) => {
    if (snapshots.length !== known.length || !snapshots.every((snapshot, i) => isSame(snapshot, known[i]))) {
      known = snapshots;
      targets = snapshots.flatMap(({ daemon, bots }) => [...bots.flatMap(logTargetsOf), ownLog(daemon)]);
    }
    return targets;
  };
}

function isSame({ bots, daemon }: Pm2Snapshot, known: Pm2Snapshot | undefined): boolean {
  return bots === known?.bots && daemon.logPath === known.daemon.logPath;
}

/** What PM2 says of itself: daemons that die, bots that cannot be started. */
function ownLog({ logPath }: Pm2Daemon): LogTarget {
  return { path: logPath, bots: ['PM2'], stream: 'out' };
}

/** /dev/null and the like keep nothing. */
export const keepsNothing = (path: string | null): boolean => path === null || path === '' || path.startsWith('/dev/');

/** The logs that a bot's lines are read from. */
export function logTargetsOf({
  name,
  outLogPath,
  errLogPath,
  combinedLogPath,
}: Pick<Bot, 'name' | 'outLogPath' | 'errLogPath' | 'combinedLogPath'>): LogTarget[] {
  const targets: LogTarget[] = [];
  const bots = [name];
  // The third file holds both of the others once more: it is read where they keep nothing.
  if (combinedLogPath && keepsNothing(outLogPath) && keepsNothing(errLogPath)) {
    return [{ path: combinedLogPath, bots, stream: 'err' }];
  }
  if (outLogPath) targets.push({ path: outLogPath, bots, stream: 'out' });
  if (errLogPath) targets.push({ path: errLogPath, bots, stream: 'err' });
  return targets;
}

/** One target a path: several bots can write one file, and `out` and `err` can be one. */
export function joinTargets(targets: readonly LogTarget[]): Map<string, LogTarget> {
  const joined = new Map<string, LogTarget>();
  for (const target of targets) {
    const known = joined.get(target.path);
    if (!known) {
      joined.set(target.path, target);
      continue;
    }
    const bots = [...new Set([...known.bots, ...target.bots])];
    const stream = known.stream === 'glob' ? target.stream : known.stream;
    joined.set(target.path, { path: target.path, bots, stream, zone: known.zone ?? target.zone ?? null });
  }
  return joined;
}
