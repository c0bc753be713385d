/** Where the palette can go: every bot that is known, by its name. */
import { valueOf } from '../../sources/source.ts';
import { keyOf } from '../../state/fleet.ts';
import { homeTag } from '../../state/home-tag.ts';
import type { World } from '../../state/world.ts';
import type { Place } from '../palette-control.ts';

export function botPlaces({ pm2 }: Pick<World, 'pm2'>): readonly Place[] {
  return pm2.flatMap(({ reading }) => {
    const fleet = valueOf(reading);
    const at = fleet !== null && pm2.length > 1 ? ` · ${homeTag(fleet.home, pm2)}` : '';
    return (fleet?.bots ?? []).map((bot) => ({ key: keyOf(bot), name: bot.name, about: `pm_id ${bot.id}${at}` }));
  });
}
