/** What is derived of all bots together: how many should run, and how many of those do. */
import type { Thresholds } from '../config/schema.ts';
import type { Bot, Pm2Dump, Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { type BotState, isUnasked, judgeAt, momentOf } from './judge.ts';
import type { Entry } from './store.ts';

/** What tells a bot from every other: kept across restarts, new when it is deleted and added again. */
type Identity = Pick<Bot, 'home' | 'id' | 'uniqueId'>;

/** Identity of a bot as a text. Joined, since V8 keeps what a template makes in two pieces. */
export function keyOf({ home, id, uniqueId }: Identity): string {
  return [home, id, uniqueId].join('\n');
}

/** Whether two bots have the same key, without making one. */
export function isOneBot(one: Identity, other: Identity): boolean {
  return one.id === other.id && one.uniqueId === other.uniqueId && one.home === other.home;
}

/** Where the number of expected bots comes from; with several homes, from the best any of them has. */
export type ExpectedFrom = 'configuration' | 'dump' | 'most seen';

/** What the configuration says should run: so many, or these names. */
export type Expected = number | readonly string[];

/** What is counted, and by what. */
export interface Fleet {
  readonly pm2: readonly Entry<'pm2'>[];
  readonly expected: Expected | null;
  readonly fleet: MostSeen;
  readonly thresholds: Pick<Thresholds, 'bots'>;
  /** Epoch ms. */
  readonly now: number;
}

export interface FleetCount {
  /** How many should run; null while nothing is known. */
  readonly expected: number | null;
  readonly expectedFrom: ExpectedFrom;
  /** Of the expected, those that run and do not flap. Counted by name: another bot does not stand in for one. */
  readonly running: number;
  /** Bots that run and are expected by nobody: started since the last `pm2 save`. */
  readonly extra: number;
  /** Names that are expected and that PM2 does not have at all, sorted. */
  readonly missing: readonly string[];
  /** Stopped because somebody said so. */
  readonly stoppedOnPurpose: number;
  readonly byState: Readonly<Partial<Record<BotState, number>>>;
  readonly total: number;
}

/** The most bots of a home ever seen meant to run: it stands in where there is no dump. */
export interface MostSeen {
  mostMeantToRun(home: string): number;
}

/** Running is what serves, or is about to: a flapping bot does not. */
const RUNNING: ReadonlySet<BotState> = new Set(['ok', 'starting', 'silent']);

/** One count serves all that is drawn of the same moment. */
const counted = new WeakMap<Fleet, FleetCount>();

/** Counts the fleet. Modules are not bots. */
export function countFleet(world: Fleet): FleetCount {
  const known = counted.get(world);
  if (known) return known;
  const fresh = count(world);
  counted.set(world, fresh);
  return fresh;
}

/** The bots of one home, and those of them that do not run: few, where all is well. */
interface Home {
  readonly bots: readonly Bot[];
  readonly down: readonly Bot[];
}

/** How many bots there are of each name, and of each namespace and name. */
interface Names {
  readonly plain: ReadonlyMap<string, number>;
  readonly full: ReadonlyMap<string, number>;
}

function count({ pm2: entries, expected: configured, fleet: history, thresholds, now }: Fleet): FleetCount {
  const byState: Partial<Record<BotState, number>> = {};
  const sum = { expected: 0, running: 0, extra: 0, stoppedOnPurpose: 0, total: 0 };
  const homes: Home[] = [];
  const missing: string[] = [];
  let allRuns = 0;
  let hasDump = false;
  for (const { reading } of entries) {
    if (reading.state !== 'fresh' && reading.state !== 'stale') continue;
    const { bots, dump, home } = reading.value;
    const moment = momentOf(reading, now);
    const down: Bot[] = [];
    let runs = 0;
    for (const bot of bots) {
      if (bot.isModule) continue;
      sum.total++;
      const { state } = judgeAt(bot, moment, thresholds.bots);
      byState[state] = (byState[state] ?? 0) + 1;
      if (isStoppedOnPurpose(bot)) sum.stoppedOnPurpose++;
      if (RUNNING.has(state)) runs++;
      else down.push(bot);
    }
    allRuns += runs;
    homes.push({ bots, down });
    if (dump) {
      hasDump = true;
      const names = namesOf(bots);
      const { full: absent } = tally(down);
      let present = 0;
      expectedBy(dump).forEach((count, name) => {
        present += Math.min(count, (names.full.get(name) ?? 0) - (absent.get(name) ?? 0));
        sum.expected += count;
      });
      for (const { name, isStopped } of dump.bots) if (!isStopped && !names.plain.has(name)) missing.push(name);
      sum.running += present;
      sum.extra += runs - present;
    } else {
      sum.expected += Math.max(history.mostMeantToRun(home), runs);
      sum.running += runs;
    }
  }
  const isKnown = homes.length > 0;
  const { stoppedOnPurpose, total } = sum;
  if (configured !== null && isKnown) {
    const absent =
      typeof configured === 'number'
        ? []
        : configured.filter((name) => homes.every(({ bots }) => !namesOf(bots).plain.has(name)));
    return {
      ...countConfigured(configured, homes, allRuns),
      missing: unique(absent),
      stoppedOnPurpose,
      total,
      byState,
    };
  }
  return {
    ...sum,
    missing: unique(missing),
    byState,
    expected: isKnown ? sum.expected : null,
    expectedFrom: hasDump ? 'dump' : 'most seen',
  };
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

function countConfigured(configured: Expected, homes: readonly Home[], runs: number) {
  const expectedFrom = 'configuration' as const;
  if (typeof configured === 'number') {
    return {
      expected: configured,
      running: Math.min(configured, runs),
      extra: Math.max(0, runs - configured),
      expectedFrom,
    };
  }
  const wanted = new Map<string, number>();
  for (const name of configured) add(wanted, name);
  const running = new Map<string, number>();
  for (const { bots, down } of homes) {
    const { plain: absent } = tally(down);
    namesOf(bots).plain.forEach((count, name) => add(running, name, count - (absent.get(name) ?? 0)));
  }
  let present = 0;
  for (const [name, count] of wanted) present += Math.min(count, running.get(name) ?? 0);
  return { expected: configured.length, running: present, extra: runs - present, expectedFrom };
}

/** The names of a list, and of a dump, are counted once and not each second. */
const counts = new WeakMap<readonly Bot[], Names>();
const expectations = new WeakMap<Pm2Dump, ReadonlyMap<string, number>>();

function namesOf(bots: readonly Bot[]): Names {
  let names = counts.get(bots);
  if (names === undefined) counts.set(bots, (names = tally(bots)));
  return names;
}

function tally(bots: readonly Bot[]): Names {
  const names = { plain: new Map<string, number>(), full: new Map<string, number>() };
  for (const bot of bots) {
    if (bot.isModule) continue;
    add(names.plain, bot.name);
    add(names.full, nameOf(bot));
  }
  return names;
}

/** How often each name would be started by a resurrect; what was saved as stopped is not expected. */
function expectedBy(dump: Pm2Dump): ReadonlyMap<string, number> {
  let expected = expectations.get(dump);
  if (expected === undefined) {
    const names = new Map<string, number>();
    for (const bot of dump.bots) if (!bot.isStopped) add(names, nameOf(bot));
    expectations.set(dump, (expected = names));
  }
  return expected;
}

const nameOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  `${namespace}\n${name}`;

function add(counts: Map<string, number>, name: string, count = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/** Stopped, and not because it ended by itself. */
export function isStoppedOnPurpose(bot: Bot): boolean {
  if (bot.status !== 'stopped') return false;
  const last = bot.exits.at(-1);
  return !last || !isUnasked(last);
}

/** Bots of a snapshot that are meant to run, whatever they do now. */
export function countMeantToRun(snapshot: Pm2Snapshot): number {
  let count = 0;
  for (const bot of snapshot.bots) if (!bot.isModule && !isStoppedOnPurpose(bot)) count++;
  return count;
}
