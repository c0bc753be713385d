/** Actions on bots that they find themselves: those over a size, those that PM2 gave up, all that run. Pure. */
import type { Action } from '../../actions/action.ts';
import { botTarget, orphanTarget, type Target } from '../../actions/target.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import { orphansOf } from '../../state/daemon-guard.ts';
import type { World } from '../../state/world.ts';
import type { Sweep } from '../palette-control.ts';

const MB = 1_000_000;

/** `many` restarts several, one after the other; `stop` stops them; `kill` ends those without a daemon. */
export function sweepsOf(world: World, many: Action, stop: Action, kill: Action): readonly Sweep[] {
  return [
    {
      id: 'over',
      label: 'restart those over N MB',
      action: many,
      wanted: {
        what: 'memory from which on, in MB',
        initial: '200',
        check: (text) =>
          sizeOf(text) === null
            ? 'a number of megabytes'
            : over(world, sizeOf(text)).length === 0
              ? `no bot that runs has more than ${text.trim()} MB`
              : null,
      },
      targets: (text) => over(world, sizeOf(text)),
    },
    {
      id: 'all',
      label: 'restart all that run',
      action: many,
      wanted: null,
      // Those that were stopped on purpose are named in the question, and left out of it.
      targets: () => collect(world, ({ status }) => status === 'online' || status === 'stopped'),
    },
    {
      id: 'errored',
      label: 'stop the errored',
      action: stop,
      wanted: null,
      targets: () => collect(world, (bot) => bot.status === 'errored'),
    },
    {
      id: 'orphans',
      label: 'kill all orphans',
      action: kill,
      wanted: null,
      targets: () => orphansOf(world).map(orphanTarget),
    },
  ];
}

function sizeOf(text: string): number | null {
  const number = /^\d{1,6}(\.\d+)?$/.test(text.trim()) ? Number(text) : 0;
  return number > 0 ? number : null;
}

/** The largest first. */
function over(world: World, megabytes: number | null): readonly Target[] {
  if (megabytes === null) return [];
  const sizes = new Map<Bot, number>();
  const found = collect(world, (bot, memoryBytes) => {
    sizes.set(bot, memoryBytes);
    return bot.status === 'online' && memoryBytes > megabytes * MB;
  });
  return found.toSorted((a, b) => (sizes.get(b.bot) ?? 0) - (sizes.get(a.bot) ?? 0));
}

/** Bots only: a module is not part of the fleet. */
function collect(world: World, isMeant: (bot: Bot, memoryBytes: number) => boolean) {
  return world.pm2.flatMap(({ reading }) => {
    const snapshot = valueOf(reading);
    const bots = snapshot?.bots ?? [];
    return bots
      .filter((bot, index) => !bot.isModule && isMeant(bot, snapshot?.memoryBytes[index] ?? Number.NaN))
      .map(botTarget);
  });
}
