/** What an action is for, beyond the row under the cursor. */
import { botTarget, orphanTarget, type Target } from '../../actions/target.ts';
import { valueOf } from '../../sources/source.ts';
import { orphanKey, orphansOf } from '../../state/daemon-guard.ts';
import { keyOf } from '../../state/fleet.ts';
import type { World } from '../../state/world.ts';
import type { UiState } from '../state.ts';

/**
 * What of the list of bots an action is for, as it is now: in a detail that one, else those that are selected, hidden
 * ones too, in the order of PM2. Empty where nothing is selected: then it is for the row under the cursor.
 */
export function targetsOf({ detail, lists }: UiState, world: World): readonly Target[] {
  if (detail) return detail.panel === 'bots' && detail.key !== null ? targetsByKey(world, new Set([detail.key])) : [];
  return targetsByKey(world, lists.bots.selected);
}

/** The bots of these keys that PM2 still has, and those that run without it. */
export function targetsByKey(world: World, keys: ReadonlySet<string>): readonly Target[] {
  if (keys.size === 0) return [];
  const bots = world.pm2.flatMap(({ reading }) => valueOf(reading)?.bots.filter((bot) => keys.has(keyOf(bot))) ?? []);
  const orphans = orphansOf(world).filter((orphan) => keys.has(orphanKey(orphan)));
  return [...bots.map(botTarget), ...orphans.map(orphanTarget)];
}
