/** What should run, by PM2's dump and by the table `bot_instances`, against what runs, in words. */
import type { Bot, Pm2Snapshot } from '../../sources/pm2/snapshot.ts';
import type { BotInstance, PostgresSnapshot } from '../../sources/postgres/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import { instanceOf, missingInstances } from '../../state/bot-instances.ts';
import { compareDump, type Drifted, type DumpDrift } from '../../state/dump-drift.ts';
import { homeTag } from '../../state/home-tag.ts';
import { entryOf } from '../../state/store.ts';
import type { World } from '../../state/world.ts';
import { ago } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { daemonNotes } from './guard.ts';

/** Of each kind; more are counted. */
const NAMES_MOST = 4;

/** A list keeps its identity between two of the daemon's answers. */
const compared = new WeakMap<
  readonly Bot[],
  { readonly dump: Pm2Snapshot['dump']; readonly drift: DumpDrift | null }
>();

function driftOf({ bots, dump }: Pm2Snapshot): DumpDrift | null {
  const known = compared.get(bots);
  if (known && known.dump === dump) return known.drift;
  const drift = compareDump(dump, bots);
  compared.set(bots, { dump, drift });
  return drift;
}

/** One line for each home whose dump says other than what is, or of whose dump no copy can be kept. */
export function dumpLines(world: World, home: string | null = null): readonly string[] {
  const guard = world.guard && valueOf(world.guard.reading);
  return world.pm2.flatMap(({ reading }) => {
    const snapshot = reading.state === 'fresh' ? reading.value : null;
    if (snapshot === null || (home !== null && snapshot.home !== home)) return [];
    const problem = guard?.homes.find((seen) => seen.home === snapshot.home)?.dumpCopies?.problem ?? null;
    const drift = driftOf(snapshot);
    const parts = [
      drift && named('missing', drift.missing, 'resurrect starts them'),
      drift && named('not saved', drift.extra, 'save keeps them'),
      drift && named('stopped', drift.stopped, ''),
      problem === null ? '' : `no copy of the dump is kept: ${problem}`,
    ].filter(Boolean);
    if (parts.length === 0) return [];
    const tag = world.pm2.length > 1 ? `${homeTag(snapshot.home, world.pm2)}: ` : '';
    const saved = snapshot.dump === null ? '' : `since pm2 save ${ago(world.now - snapshot.dump.savedAt)} ago: `;
    return [`${tag}${saved}${parts.join(' · ')}`];
  });
}

type Instances = NonNullable<PostgresSnapshot['instances']>;

/** Neither the lists nor the table are compared again before one of them is another. */
const missingOf = new WeakMap<
  Instances,
  { readonly lists: readonly (readonly Bot[])[]; readonly rows: readonly BotInstance[] }
>();

/**
 * Rows of `bot_instances` that say `online` and have no bot. Empty while anything of it cannot be read, and where the
 * table is of none of the bots here.
 */
function missingRows({ pm2, entries }: World): readonly BotInstance[] {
  const postgres = entryOf(entries, 'postgres')?.reading;
  const instances = postgres?.state === 'fresh' ? postgres.value.instances : null;
  if (instances === null || !instances.mayRead || instances.isCut) return [];
  const lists = pm2.flatMap(({ reading }) => (reading.state === 'fresh' ? [reading.value.bots] : []));
  if (lists.length < pm2.length) return [];
  const known = missingOf.get(instances);
  if (known?.lists.length === lists.length && lists.every((list, at) => list === known.lists[at])) return known.rows;
  const bots = lists.flat();
  const isOurs = bots.some((bot) => instanceOf(bot, instances) !== null);
  const rows = isOurs ? missingInstances(bots, instances) : [];
  missingOf.set(instances, { lists, rows });
  return rows;
}

/** `2 online in the database, not in PM2: a, b`. */
function registryLines(world: World): readonly string[] {
  const rows = missingRows(world);
  if (rows.length === 0) return [];
  const names = rows.slice(0, NAMES_MOST).map(({ name, processName, id }) => processName ?? name ?? `id ${id}`);
  const left = rows.length - names.length;
  return [
    `${rows.length} online in the database, not in PM2: ${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}`,
  ];
}

/** `missing a, b ×2 (resurrect starts them)`. */
function named(word: string, drifted: readonly Drifted[], remedy: string): string {
  if (drifted.length === 0) return '';
  const names = drifted.slice(0, NAMES_MOST).map(({ name, count }) => (count > 1 ? `${name} ×${count}` : name));
  const left = drifted.length - names.length;
  return `${word} ${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}${remedy === '' ? '' : ` (${remedy})`}`;
}

/** One of them takes as many rows at most. */
const ROWS_MOST = 3;

/** Where rows are left; gives how many it took. */
export function drawDump(cells: Cells, { world, theme }: Scope, from: number): number {
  const warnings = [...dumpLines(world), ...registryLines(world)];
  const room = Math.max(0, cells.height - 2 - from);
  let taken = 0;
  for (const [i, text] of [...warnings, ...daemonNotes(world)].entries()) {
    const style = i < warnings.length ? theme.warn : theme.muted;
    for (const line of rowsOf(text, cells.width - 4, Math.min(ROWS_MOST, room - taken))) {
      cells.text(2, from + taken++, line, style);
    }
  }
  return taken;
}

/** In `most` rows; the last of them is cut where it says more. */
function rowsOf(text: string, columns: number, most: number): readonly string[] {
  if (most < 1) return [];
  const lines = wrap(text, columns);
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most - 1), truncate(lines.slice(most - 1).join(' '), columns)];
}
