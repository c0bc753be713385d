/** Which bots are shown, in what order: from readings to rows. Rows are kept from second to second and rewritten. */

import type { GuardSnapshot } from '../../sources/guard/snapshot.ts';
import type { Bot, Pm2Snapshot } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import { ORPHANS_KEY, orphanKey, orphansOf } from '../../state/daemon-guard.ts';
import { isOneBot, keyOf } from '../../state/fleet.ts';
import { homeTag } from '../../state/home-tag.ts';
import { judgeAt, type Moment, momentOf } from '../../state/judge.ts';
import type { World } from '../../state/world.ts';
import type { ListState } from '../../ui/state.ts';
import { BOT_SORTS, FIELDS, type Field, orderValue, urgencyOf } from './fields.ts';
import { type BotFilter, parseBotFilter } from './filter.ts';
import { type GroupStore, groupRows, plainRows } from './groups.ts';
import { orderBy } from './order.ts';
import { botOfOrphan, ORPHAN_JUDGEMENT } from './orphans.ts';
import { type BotLine, BotRow, figuresOf, type GroupRow, sumGroup, uptimeOf } from './row.ts';
import { markSharedLogs, writesAs } from './shared-logs.ts';

export interface BotsView {
  /** In the order shown: bots, and groups where the list is grouped. */
  readonly lines: readonly BotLine[];
  /** Of the lines. */
  readonly keys: readonly string[];
  /** The bots that the filter shows, those in folded groups too. */
  readonly rows: readonly BotRow[];
  /** How many bots there are before the filter, without orphans. */
  readonly total: number;
  readonly stopped: number;
  /** What there are several of, so that a bot's own tells something. */
  readonly several: ReadonlySet<'homes' | 'namespaces'>;
  readonly filter: BotFilter;
  /** The orphans are one line. */
  readonly isGathered: boolean;
  /** Of all groups, those within folded ones too. */
  groupKeys(): readonly string[];
}

export interface BotsModel {
  /** The view of this moment. It is rewritten by the next call. */
  view(world: World, list: ListState): BotsView;
  /** The row of a bot even when the filter hides it, as of the last view. */
  row(key: string | null): BotRow | null;
  group(key: string | null): GroupRow | null;
}

/** So long rows keep their places while only figures change that do so each second. */
const RESORT_MS = 5_000;
/** And so long while rows differ only in who fails just now: of many that write errors now and then one or another does each second. */
const CALM_MS = 10_000;

type Sorting = Pick<ListState, 'sort' | 'isInverted' | 'isGrouped' | 'folded' | 'filter'>;

export function createBotsModel(): BotsModel {
  const rows = new Map<string, BotRow>();
  const groups: GroupStore = new Map();
  /** All rows by home, in the order of its list, and the list they were made from. */
  const homes: { bots: readonly Bot[]; rows: BotRow[] }[] = [];
  let orphans: readonly BotRow[] = [];
  let orphansFrom: GuardSnapshot | null = null;
  const shown: BotRow[] = [];
  const lines: BotLine[] = [];
  const keys: string[] = [];
  let filter: BotFilter = parseBotFilter('');
  let sorted: Sorting | null = null;
  let sortedAt = Number.NEGATIVE_INFINITY;
  let total = 0;
  let stopped = 0;
  let isDirty = true;
  /** Who writes into which logs is another. */
  let areLogsNew = true;
  /** A row stands for `CALM_MS` at most where it no longer belongs. */
  let isStirred = false;
  let several = new Set<'homes' | 'namespaces'>();

  function rowOf(bot: Bot): BotRow {
    const key = keyOf(bot);
    let row = rows.get(key);
    if (!row) rows.set(key, (row = new BotRow(key, bot)));
    return row;
  }

  /** Rows follow the list that PM2 gave; its identity tells whether it is the one they were made from. */
  function follow(at: number, bots: readonly Bot[]): BotRow[] {
    const known = homes[at];
    if (known?.bots === bots) return known.rows;
    const made = bots.map((bot, i) => {
      const before = known?.rows[i];
      const row = before && isOneBot(before.bot, bot) ? before : rowOf(bot);
      if (row !== before || !writesAs(row.bot, bot)) areLogsNew = true;
      row.bot = bot;
      row.rename();
      return row;
    });
    if (made.length !== known?.rows.length) areLogsNew = true;
    homes[at] = { bots, rows: made };
    isDirty = true;
    return made;
  }

  /** Bots that outlived their daemon stand among the others; who sees them is another source. */
  function followOrphans(world: World): void {
    const from = world.guard && valueOf(world.guard.reading);
    if (from === orphansFrom) return;
    orphansFrom = from;
    const had = orphans.length;
    orphans = orphansOf(world).map((orphan) => {
      const key = orphanKey(orphan);
      let row = rows.get(key);
      if (!row) rows.set(key, (row = new BotRow(key, botOfOrphan(orphan))));
      row.orphan = orphan;
      row.judgement = ORPHAN_JUDGEMENT;
      row.stand(figuresOf(orphan), 0);
      return row;
    });
    if (had > 0 || orphans.length > 0) isDirty = true;
  }

  function update(world: World, list: ListState): void {
    const isLive = isLiveSort(list);
    const hasHomes = world.pm2.length > 1;
    const name = BOT_SORTS[list.sort] ?? 'state';
    let at = 0;
    total = 0;
    stopped = 0;
    const place = (row: BotRow): void => {
      const isShown = passes(row, filter, world);
      if (isShown !== row.isShown) isDirty = true;
      row.isShown = isShown;
      if (isLive || !isShown) return;
      const value = orderValue(name, row, world);
      if (!Object.is(value, row.sortValue)) isDirty = true;
      row.sortValue = value;
      if (name !== 'state') return;
      const urgency = urgencyOf(row, world);
      if (urgency !== row.urgency) isStirred = true;
      row.urgency = urgency;
    };
    for (const { reading } of world.pm2) {
      const snapshot = valueOf(reading);
      if (!snapshot || (reading.state !== 'fresh' && reading.state !== 'stale')) continue;
      const own = follow(at++, snapshot.bots);
      const moment = momentOf(reading, world.now);
      const tag = hasHomes ? homeTag(snapshot.home, world.pm2) : '';
      total += own.length;
      for (let i = 0; i < own.length; i++) {
        const row = own[i] as BotRow;
        row.homeTag = tag;
        takeNumbers(row, snapshot, i, moment, world);
        if (row.judgement.state === 'stopped') stopped++;
        place(row);
      }
    }
    followOrphans(world);
    for (const row of orphans) {
      row.homeTag = hasHomes ? homeTag(row.bot.home, world.pm2) : '';
      row.uptimeMs = Math.max(0, world.now - (row.bot.startedAt ?? Number.NaN));
      place(row);
    }
    if (isDirty) several = severalOf(homes, hasHomes);
    if (homes.length > at) {
      homes.length = at;
      areLogsNew = true;
      isDirty = true;
    }
    if (rows.size > total + orphans.length) forget();
    if (areLogsNew) markSharedLogs(homes.flatMap((home) => home.rows));
    areLogsNew = false;
  }

  function forget(): void {
    const present = new Set([...homes.map((home) => home.rows), orphans].flat().map(({ key }) => key));
    for (const key of rows.keys()) if (!present.has(key)) rows.delete(key);
    isDirty = true;
  }

  function arrange(world: World, list: ListState): void {
    const name = BOT_SORTS[list.sort] ?? 'state';
    shown.length = 0;
    for (const home of homes) for (const row of home.rows) if (row.isShown) shown.push(row);
    for (const row of orphans) if (row.isShown) shown.push(row);
    for (const row of shown) {
      row.sortValue = orderValue(name, row, world);
      if (name === 'state') row.urgency = urgencyOf(row, world);
    }
    shown.sort(orderBy(name, list.isInverted));
    const grouping = { store: groups, folded: list.folded, hasHomes: homes.length > 1 };
    if (list.isGrouped) groupRows(shown, lines, grouping);
    else if (name === 'state') plainRows(shown, lines, grouping);
    else {
      groups.clear();
      lines.length = 0;
      for (const row of shown) {
        row.depth = 0;
        lines.push(row);
      }
    }
    keys.length = 0;
    for (const line of lines) keys.push(line.key);
    sortedAt = world.now;
    isDirty = false;
    isStirred = false;
  }

  return {
    view(world, list) {
      if (sorted === null || !isSameSorting(sorted, list)) {
        if (sorted?.filter !== list.filter) filter = parseBotFilter(list.filter);
        sorted = list;
        isDirty = true;
      }
      update(world, list);
      const rest = isLiveSort(list) ? RESORT_MS : isStirred ? CALM_MS : Number.POSITIVE_INFINITY;
      const isOld = !(Math.abs(world.now - sortedAt) < rest);
      if (isDirty || isOld) arrange(world, list);
      else for (const group of groups.values()) sumGroup(group);
      return {
        lines,
        keys,
        rows: shown,
        total,
        stopped,
        several,
        filter,
        isGathered: groups.has(ORPHANS_KEY),
        groupKeys: () => [...groups.keys()],
      };
    },
    row: (key) => (key === null ? null : (rows.get(key) ?? null)),
    group: (key) => (key === null ? null : (groups.get(key) ?? null)),
  };
}

function severalOf(
  homes: readonly { readonly bots: readonly Bot[] }[],
  hasHomes: boolean,
): Set<'homes' | 'namespaces'> {
  const first = homes[0]?.bots[0]?.namespace;
  const hasNamespaces = homes.some(({ bots }) => bots.some(({ namespace }) => namespace !== first));
  return new Set([...(hasHomes ? (['homes'] as const) : []), ...(hasNamespaces ? (['namespaces'] as const) : [])]);
}

function isSameSorting(a: Sorting, b: Sorting): boolean {
  return (
    a.sort === b.sort &&
    a.isInverted === b.isInverted &&
    a.isGrouped === b.isGrouped &&
    a.folded === b.folded &&
    a.filter === b.filter
  );
}

function isLiveSort({ sort }: Pick<ListState, 'sort'>): boolean {
  const field: Field = FIELDS[BOT_SORTS[sort] ?? 'state'];
  return field.kind === 'number' && field.isLive;
}

function passes(row: BotRow, { tests }: BotFilter, world: World): boolean {
  for (const test of tests) if (!test(row, world)) return false;
  return true;
}

function takeNumbers(row: BotRow, snapshot: Pm2Snapshot, i: number, moment: Moment, { now, thresholds }: World): void {
  const judgement = judgeAt(row.bot, moment, thresholds.bots);
  if (judgement.state !== row.judgement.state) row.rename();
  row.judgement = judgement;
  row.stand(snapshot, i);
  // A reading that is not fresh says nothing of the time since.
  const at = moment.isFresh ? now : moment.readAt;
  row.uptimeMs = uptimeOf(row.bot, at);
  row.exitsHour = countSince(row.bot.exits, at - 3_600_000);
}

function countSince(exits: Bot['exits'], since: number): number {
  let first = 0;
  while (first < exits.length && (exits[first]?.at ?? 0) < since) first++;
  return exits.length - first;
}
