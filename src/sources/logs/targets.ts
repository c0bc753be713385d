/** The logs that PM2 names, and several targets of one path as one. */
import type { Bot, Pm2Snapshot } from '../pm2/snapshot.ts';
import type { LogTarget } from './snapshot.ts';

/**
 * Makes the function that lists the out and error logs of every bot. The list keeps its identity while the bots do,
 * so that asking each second costs nothing.
 */
export function createPm2Targets(): (snapshots: readonly Pm2Snapshot[]) => readonly LogTarget[] {
  let known: readonly (readonly Bot[])[] = [];
  let targets: readonly LogTarget[] = [];
  return (snapshots) => {
    if (snapshots.length !== known.length || snapshots.some(({ bots }, i) => bots !== known[i])) {
      known = snapshots.map(({ bots }) => bots);
      targets = known.flatMap((bots) => bots.flatMap(targetsOf));
    }
    return targets;
  };
}

function targetsOf({ name, outLogPath, errLogPath }: Bot): LogTarget[] {
  const targets: LogTarget[] = [];
  if (outLogPath) targets.push({ path: outLogPath, bots: [name], stream: 'out' });
  if (errLogPath) targets.push({ path: errLogPath, bots: [name], stream: 'err' });
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
