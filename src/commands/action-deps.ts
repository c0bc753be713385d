/** What actions may use of the world as it is watched. */
import type { ActionDeps, LogsSince } from '../actions/action.ts';
import { readLastAct } from '../actions/audit-history.ts';
import type { Trouble } from '../actions/policy.ts';
import type { StateFolder } from '../actions/state-folder.ts';
import type { Target } from '../actions/target.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import { type Reading, valueOf } from '../sources/source.ts';
import { judgeDaemons } from '../state/daemon-guard.ts';
import type { Store } from '../state/store.ts';
import type { World } from '../state/world.ts';

/** So many events are looked through for those of one bot: the newest are what counts after an action. */
const EVENTS_LOOKED_AT = 2000;

export function worldDeps(
  takeWorld: () => World,
  auditFolder: () => Promise<StateFolder>,
): Required<Pick<ActionDeps, 'logsSince' | 'orphans' | 'lastAct'>> {
  return {
    logsSince: (bot, since) => logsSince(takeWorld(), bot, since),
    orphans(home) {
      const { guard } = takeWorld();
      if (guard?.reading.state !== 'fresh') return null;
      return valueOf(guard.reading)?.homes.find((known) => known.home === home)?.orphans ?? null;
    },
    lastAct: (uniqueIds) => readLastAct(auditFolder, uniqueIds),
  };
}

function logsSince(world: World, bot: Bot, since: number): LogsSince | null {
  if (world.logs?.reading.state !== 'fresh') return null;
  const paths = new Set([bot.outLogPath, bot.errLogPath, bot.combinedLogPath].filter((path) => path !== null));
  if (paths.size === 0) return null;
  let errors = 0;
  let looked = 0;
  world.errors.newest(({ at, level, path }) => {
    looked += 1;
    // The newest by reading, which need not be by their stamps: the end is a number, not a time.
    if (at >= since && level !== 'warn' && paths.has(path)) errors += 1;
    return looked < EVENTS_LOOKED_AT;
  });
  return { errors, writtenAt: writtenAt(world, bot, since) };
}

function writtenAt({ pm2 }: World, bot: Bot, since: number): number | null {
  for (const { reading } of pm2) {
    const snapshot = valueOf(reading);
    const index = snapshot?.bots.findIndex(({ home, id }) => home === bot.home && id === bot.id) ?? -1;
    const at = snapshot?.lastLogAt[index] ?? Number.NaN;
    if (index >= 0) return at >= since ? at : null;
  }
  return null;
}

/** What is known of the source a target is seen through; `homes` are those of the PM2 sources, in their order. */
export function readingOf(store: Pick<Store, 'of'>, homes: readonly string[], target: Target): Reading<unknown> {
  if (target.kind === 'table' || target.kind === 'session') {
    const seenThrough = store.of('postgres').find(({ id }) => id === target.sourceId);
    return seenThrough?.reading ?? { state: 'off', reason: 'no PostgreSQL is watched' };
  }
  const entries = store.of('pm2');
  // What was never read has no value to tell its home by.
  const entry =
    entries.find(({ reading }) => valueOf(reading)?.home === target.home) ?? entries[homes.indexOf(target.home)];
  return entry?.reading ?? { state: 'off', reason: `no PM2 of ${target.home} is watched` };
}

/** What is wrong with the daemon that the target is seen through, as the panel of the bots says it. */
export function daemonTrouble(world: Pick<World, 'pm2' | 'guard' | 'now'>, target: Target): Trouble | null {
  return 'home' in target ? (judgeDaemons(world).find(({ home }) => home === target.home) ?? null) : null;
}
