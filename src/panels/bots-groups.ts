/** The tree of homes, namespaces and applications. A level is there where it tells something apart. Pure but for its own lists. */
import { type BotLine, type BotRow, type GroupLevel, type GroupRow, homeTag, sumGroup } from './bots-row.ts';

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
  for (const row of rows) {
    let siblings = tops;
    let depth = 0;
    for (const level of levels) {
      const key = keyOfGroup(level, row);
      if (level === 'app' && instances.get(key) === 1) continue;
      let group = store.get(key);
      if (!group) store.set(key, (group = createGroup(key, level, row)));
      if (!used.has(key)) {
        used.add(key);
        group.members = [];
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

/** Homes and namespaces are levels where there are several. */
function levelsOf(rows: readonly BotRow[], hasHomes: boolean): readonly GroupLevel[] {
  const first = rows[0]?.bot.namespace;
  const hasNamespaces = rows.some(({ bot }) => bot.namespace !== first);
  return [...(hasHomes ? (['home'] as const) : []), ...(hasNamespaces ? (['namespace'] as const) : []), 'app'];
}

export function keyOfGroup(level: GroupLevel, { bot }: Pick<BotRow, 'bot'>): string {
  const parts = { home: [bot.home], namespace: [bot.home, bot.namespace], app: [bot.home, bot.namespace, bot.name] };
  return `group\n${level}\n${parts[level].join('\n')}`;
}

function createGroup(key: string, level: GroupLevel, { bot }: BotRow): GroupRow {
  const labels = { home: homeTag(bot.home), namespace: bot.namespace, app: bot.name };
  return {
    kind: 'group',
    key,
    level,
    label: labels[level],
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
