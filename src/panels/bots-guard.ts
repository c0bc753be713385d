/** What is wrong with a daemon, and how many bots outlived theirs, as the bots panel tells it. */
import { type DaemonVerdict, judgeDaemons, orphansOf } from '../state/daemon-guard.ts';
import type { World } from '../state/world.ts';

/** `2 ORPHANS`; empty where there is none. */
export function orphanCount(world: Pick<World, 'guard'>): string {
  const { length } = orphansOf(world);
  return length === 0 ? '' : `${length} ORPHAN${length === 1 ? '' : 'S'}`;
}

/** The worst that can be said of a daemon, and what to do, in one line; null where nothing has to be said. */
export function troubleOf(world: World): string | null {
  const verdicts = judgeDaemons(world);
  const worst = first(verdicts, 'bad') ?? first(verdicts, 'warn');
  if (worst !== undefined) {
    const home = world.pm2.length > 1 && !worst.words.includes(worst.home) ? ` (${worst.home})` : '';
    return [`${worst.words}${home}`, worst.todo].filter(Boolean).join(' · ');
  }
  const { length } = orphansOf(world);
  if (length === 0) return null;
  // What to press comes first: a narrow panel cuts the rest.
  return length === 1
    ? 'K on the ORPHAN ends it · 1 bot outlived its daemon and may poll twice'
    : `Space K ends ORPHANS · ${length} bots outlived their daemon and may poll twice`;
}

function first(verdicts: readonly DaemonVerdict[], severity: DaemonVerdict['severity']): DaemonVerdict | undefined {
  return verdicts.find((verdict) => verdict.severity === severity);
}
