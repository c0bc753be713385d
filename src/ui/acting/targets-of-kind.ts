/** What an action would be aimed at where the person stands, and what to say where that is nothing. Pure. */
import { type HomeTarget, homeTarget, type Target } from '../../actions/target.ts';
import { valueOf } from '../../sources/source.ts';
import type { World } from '../../state/world.ts';

/** The homes that are watched, as targets; `homes` are their paths in the order of the world's. */
function homeTargets(homes: readonly string[], { pm2 }: World): readonly HomeTarget[] {
  return homes.map((home, index) => {
    const reading = pm2[index]?.reading;
    const known = homeTarget(home, reading === undefined ? null : valueOf(reading));
    // The daemon of a reading that failed may be dead.
    return reading?.state === 'fresh' ? known : { ...known, daemonPid: null };
  });
}

/**
 * Of what is chosen that of one kind. Where an action is for a whole PM2 it is the home of the bots that are chosen, and
 * the only one where there is only one.
 */
export function targetsOfKind(
  kind: Target['kind'],
  chosen: readonly Target[],
  homes: readonly string[],
  world: World,
): readonly Target[] {
  const meantHere = chosen.filter((target) => target.kind === kind);
  if (meantHere.length > 0) return meantHere;
  if (kind !== 'home') return [];
  const known = homeTargets(homes, world);
  const meant = new Set(chosen.flatMap((target) => ('home' in target ? [target.home] : [])));
  return known.length === 1 ? known : known.filter(({ home }) => meant.has(home));
}

/** Why there is none of a kind where these are chosen. */
export function whyNone(kind: Target['kind'], chosen: readonly Target[]): string {
  if (kind === 'bot' && chosen.some((target) => target.kind === 'orphan')) {
    return 'PM2 does not know this ORPHAN: K ends it';
  }
  return `no ${kind} is under the cursor`;
}
