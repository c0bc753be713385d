/** Which bots an action is for, beyond the row under the cursor. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import { keyOf } from '../state/fleet.ts';
import type { World } from '../state/world.ts';
import type { UiState } from './state.ts';

/**
 * The bots as they are now that an action is for: in the detail of a bot that one, else those that are selected, hidden
 * ones too, in the order of PM2. Empty where nothing is selected: then it is for the row under the cursor.
 */
export function targetsOf({ detail, lists }: UiState, world: World): readonly Bot[] {
  if (detail) return detail.panel === 'bots' && detail.key !== null ? botsByKey(world, new Set([detail.key])) : [];
  return botsByKey(world, lists.bots.selected);
}

/** The bots of these keys that PM2 still has. */
export function botsByKey(world: World, keys: ReadonlySet<string>): readonly Bot[] {
  if (keys.size === 0) return [];
  return world.pm2.flatMap(({ reading }) => valueOf(reading)?.bots.filter((bot) => keys.has(keyOf(bot))) ?? []);
}
