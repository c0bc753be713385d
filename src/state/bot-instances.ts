/** The bots of PM2 against the rows of `bot_instances`: which row is whose, and where both differ. Pure. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { BotInstance, PostgresSnapshot } from '../sources/postgres/snapshot.ts';
import type { BotState } from './judge.ts';

type Instances = NonNullable<PostgresSnapshot['instances']>;

/** The runbooks' names of workers: `bot_worker_123` runs the bot whose row has id 123. */
const WORKER = /^bot_worker_(.+)$/;
/** Found once for each reading of the table. */
const indexes = new WeakMap<Instances, ReadonlyMap<string, BotInstance>>();

/** The row of a bot: by the name of its process, its own name, or its id in the name of the worker; null without one. */
export function instanceOf(bot: Pick<Bot, 'name'>, instances: Instances | null): BotInstance | null {
  if (instances === null) return null;
  const index = indexOf(instances);
  const id = WORKER.exec(bot.name)?.[1];
  return index.get(`name ${bot.name}`) ?? (id === undefined ? undefined : index.get(`id ${id}`)) ?? null;
}

/** Rows that say `online` and that no bot stands for, by id. */
export function missingInstances(
  bots: readonly Pick<Bot, 'name'>[],
  instances: Instances | null,
): readonly BotInstance[] {
  const present = new Set(bots.map((bot) => instanceOf(bot, instances)));
  return (instances?.rows ?? []).filter((row) => row.status === 'online' && !present.has(row));
}

/** Where the database says another thing than what is: `database says online`; null where both agree or cannot be compared. */
export function instanceDrift(row: BotInstance, state: BotState): string | null {
  const runs = RUNS[state];
  const shouldRun = Object.hasOwn(SHOULD_RUN, row.status) ? SHOULD_RUN[row.status] : undefined;
  if (runs === undefined || shouldRun === undefined || runs === shouldRun) return null;
  return `database says ${row.status}`;
}

/** `stopped` is no word of the runbooks' table, and one of them writes it. */
const SHOULD_RUN: Readonly<Record<string, boolean>> = {
  online: true,
  offline: false,
  stopped: false,
  archived: false,
};

/** What is between two states, or not known, is compared with nothing. */
const RUNS: Readonly<Partial<Record<BotState, boolean>>> = {
  ok: true,
  silent: true,
  flapping: false,
  frozen: false,
  errored: false,
  stopped: false,
};

function indexOf(instances: Instances): ReadonlyMap<string, BotInstance> {
  const known = indexes.get(instances);
  if (known) return known;
  const index = new Map<string, BotInstance>();
  // What comes first wins: the name of the process says more than the bot's own.
  for (const row of instances.rows) add(index, row.processName, row);
  for (const row of instances.rows) add(index, row.name, row);
  for (const row of instances.rows) index.set(`id ${row.id}`, row);
  indexes.set(instances, index);
  return index;
}

function add(index: Map<string, BotInstance>, name: string | null, row: BotInstance): void {
  if (name !== null && !index.has(`name ${name}`)) index.set(`name ${name}`, row);
}
