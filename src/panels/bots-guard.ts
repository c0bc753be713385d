/** What is wrong with a daemon, and bots that outlived theirs, as the bots panel tells them. */
import type { Orphan } from '../sources/guard/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import { type DaemonVerdict, judgeDaemons } from '../state/daemon-guard.ts';
import type { World } from '../state/world.ts';
import { ago, bytes } from '../text/format.ts';
import { truncate } from '../text/width.ts';
import type { Scope } from '../ui/panel.ts';
import type { Cells } from '../ui/screen/cells.ts';

/** More of them are counted. */
const ORPHANS_MOST = 4;

/** Of all watched homes. */
export function orphansOf({ guard }: Pick<World, 'guard'>): readonly Orphan[] {
  const homes = (guard && valueOf(guard.reading))?.homes ?? [];
  return homes.flatMap(({ orphans }) => orphans);
}

/** `2 ORPHANS`; empty where there is none. */
export function orphanCount(world: Pick<World, 'guard'>): string {
  const { length } = orphansOf(world);
  return length === 0 ? '' : `${length} ORPHAN${length === 1 ? '' : 'S'}`;
}

/** `ORPHAN poller-bot · pid 4300 · up 2h · 48M`. */
export function orphanLine({ name, pid, startedAt, memoryBytes }: Orphan, now: number): string {
  const parts = [
    `ORPHAN ${name}`,
    `pid ${pid}`,
    startedAt === null ? '' : `up ${ago(now - startedAt)}`,
    bytes(memoryBytes),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Below the bots, where rows are left; gives how many it took. */
export function drawOrphans(cells: Cells, { world, theme }: Scope, from: number): number {
  const orphans = orphansOf(world);
  // The last row is for what is wrong.
  const room = Math.min(ORPHANS_MOST, cells.height - 2 - from);
  if (orphans.length === 0 || room < 1) return 0;
  const shown = orphans.length > room ? orphans.slice(0, room - 1) : orphans;
  shown.forEach((orphan, i) => {
    cells.text(2, from + i, truncate(orphanLine(orphan, world.now), cells.width - 4), theme.bad);
  });
  const left = orphans.length - shown.length;
  if (left > 0) cells.text(2, from + shown.length, `${left} ${shown.length > 0 ? 'more ' : ''}orphans`, theme.bad);
  return shown.length + (left > 0 ? 1 : 0);
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
  return `: kill orphan · ${length === 1 ? '1 bot outlived its' : `${length} bots outlived their`} daemon and may poll twice`;
}

function first(verdicts: readonly DaemonVerdict[], severity: DaemonVerdict['severity']): DaemonVerdict | undefined {
  return verdicts.find((verdict) => verdict.severity === severity);
}
