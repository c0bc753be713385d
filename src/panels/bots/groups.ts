/** The tree of homes, namespaces and applications. A level is there where it tells something apart. Pure but for its own lists. */

import { ORPHANS_KEY } from '../../state/daemon-guard.ts';
import { type BotLine, type BotRow, GROUP_LEVELS, type GroupLevel, type GroupRow, sumGroup } from './row.ts';

/** Groups by key, kept so that a tick makes none anew. */
export type GroupStore = Map<string, GroupRow>;

export interface Grouping {
  readonly store: GroupStore;
  readonly folded: ReadonlySet<string>;
  readonly hasHomes: boolean;
}

/**
 * Puts sorted rows into groups and writes the lines into `lines`: a group stands where its first row would, so that the
 * worst is on top of either. Applications are groups where they have several instances.
 */
export function groupRows(rows: readonly BotRow[], lines: BotLine[], { store, folded, hasHomes }: Grouping): void {
  lines.length = 0;
  const levels = levelsOf(rows, hasHomes);
  const instances = new Map<string, number>();
  for (const row of rows) {
    const key = keyOfGroup('app', row);
    instances.set(key, (instances.get(key) ?? 0) + 1);
  }
  const tops: (GroupRow | BotRow)[] = [];
  const within = new Map<GroupRow, (GroupRow | BotRow)[]>();
  const used = new Set<string>();
  const orphans = gathered(rows);
  for (const row of rows) {
    let siblings = tops;
    let depth = 0;
    if (row.orphan !== null && orphans.length > 0) {
      row.depth = 1;
      if (used.has(ORPHANS_KEY)) continue;
      used.add(ORPHANS_KEY);
      const group = orphanGroup(store, folded, orphans);
      within.set(group, [...orphans]);
      tops.push(group);
      continue;
    }
    for (const level of levels) {
      const key = keyOfGroup(level, row);
      if (level === 'app' && instances.get(key) === 1) continue;
      let group = store.get(key);
      if (!group) store.set(key, (group = createGroup(key, level, row)));
      if (!used.has(key)) {
        used.add(key);
        group.members = [];
        group.label = labelOf(level, row);
        group.depth = depth;
        group.isFolded = folded.has(key);
        within.set(group, []);
        siblings.push(group);
      }
      group.members.push(row);
      siblings = within.get(group) as (GroupRow | BotRow)[];
      depth++;
    }
    row.depth = depth;
    siblings.push(row);
  }
  for (const key of store.keys()) if (!used.has(key)) store.delete(key);
  const write = (items: readonly (GroupRow | BotRow)[]): void => {
    for (const item of items) {
      lines.push(item);
      if (item.kind === 'group' && !item.isFolded) write(within.get(item) ?? []);
    }
  };
  write(tops);
  for (const group of store.values()) sumGroup(group);
}

/** So many orphans stand among the bots; of more there is one line, or nothing else would be on a small screen. */
export const ORPHANS_MOST = 3;

/** Writes sorted rows into `lines` as they are; many orphans, where there are bots beside them, behind a line of their own. */
export function plainRows(rows: readonly BotRow[], lines: BotLine[], { store, folded }: Grouping): void {
  lines.length = 0;
  for (const key of store.keys()) if (key !== ORPHANS_KEY) store.delete(key);
  const orphans = gathered(rows);
  const [first] = orphans;
  if (first === undefined) store.clear();
  for (const row of rows) {
    row.depth = 0;
    if (first === undefined || row.orphan === null) lines.push(row);
    else if (row === first) {
      const group = orphanGroup(store, folded, orphans);
      lines.push(group);
      if (!group.isFolded) lines.push(...orphans);
      sumGroup(group);
    }
  }
  for (const orphan of orphans) orphan.depth = 1;
}

/** The orphans, where they are many and there are bots beside them. */
function gathered(rows: readonly BotRow[]): BotRow[] {
  const orphans = rows.filter(({ orphan }) => orphan !== null);
  return orphans.length > ORPHANS_MOST && orphans.length < rows.length ? orphans : [];
}

function orphanGroup(store: GroupStore, folded: ReadonlySet<string>, orphans: BotRow[]): GroupRow {
  const group = store.get(ORPHANS_KEY) ?? createGroup(ORPHANS_KEY, 'orphans', orphans[0] as BotRow);
  store.set(ORPHANS_KEY, group);
  group.label = `${orphans.length} ORPHANS`;
  group.isFolded = folded.has(ORPHANS_KEY);
  group.members = orphans;
  return group;
}

/** The groups that a row may stand in, the widest first. */
export function groupsAround(row: BotRow): readonly string[] {
  const own = GROUP_LEVELS.map((level) => keyOfGroup(level, row));
  return row.orphan === null ? own : [ORPHANS_KEY, ...own];
}

/** Homes and namespaces are levels where there are several. */
function levelsOf(rows: readonly BotRow[], hasHomes: boolean): readonly SharedLevel[] {
  const first = rows[0]?.bot.namespace;
  const hasNamespaces = rows.some(({ bot }) => bot.namespace !== first);
  return [...(hasHomes ? (['home'] as const) : []), ...(hasNamespaces ? (['namespace'] as const) : []), 'app'];
}

/** What the bots of a group share. */
type SharedLevel = Exclude<GroupLevel, 'orphans'>;

export function keyOfGroup(level: SharedLevel, { bot }: Pick<BotRow, 'bot'>): string {
  const parts = { home: [bot.home], namespace: [bot.home, bot.namespace], app: [bot.home, bot.namespace, bot.name] };
  return `group\n${level}\n${parts[level].join('\n')}`;
}

function labelOf(level: GroupLevel, { bot, homeTag }: BotRow): string {
  switch (level) {
    case 'home':
      return homeTag;
    case 'namespace':
      return bot.namespace;
    case 'app':
      return bot.name;
    case 'orphans':
      return '';
    default:
      return level satisfies never;
  }
}

function createGroup(key: string, level: GroupLevel, row: BotRow): GroupRow {
  return {
    kind: 'group',
    key,
    level,
    label: labelOf(level, row),
    depth: 0,
    isFolded: false,
    members: [],
    up: 0,
    cpuPercent: Number.NaN,
    memoryBytes: Number.NaN,
    processes: 0,
    restarts: 0,
    exitsHour: 0,
    worst: null,
  };
}
