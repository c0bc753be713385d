/**
 * The daemon's list as bots. PM2 sends each bot's complete environment twice, as `pm2_env.env` and spread over
 * `pm2_env` itself, so fields are picked from a whitelist, and one that an environment variable of the same name
 * has overwritten is dropped.
 */
import { SourceError } from '../source.ts';
import type { CallOptions, Pm2Client } from './client.ts';
import { noExits } from './exits.ts';
import { asCount, asFields, asFlag, asNumber, asPath, asText, type Fields, fieldOf } from './fields.ts';
import { parseActions, parseMetrics } from './metrics.ts';
import type { Bot, Pm2Status } from './snapshot.ts';

/** What PM2 itself measured, for machines without /proc. */
export interface Monit {
  /** Percent of one core; NaN unknown. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

/** One entry of the list. `bot.exits` is empty, `bot.quiet` and `bot.code` are null: the list knows nothing of them. */
export interface Listed {
  readonly bot: Bot;
  readonly monit: Monit;
}

const maxEnvNames = 1_000;
const pathLength = 4_096;
/** What PM2 goes by where nothing is set. */
const defaultMinUptimeMs = 1_000;
const defaultMaxUnstable = 16;

const statuses: ReadonlySet<string> = new Set<Pm2Status>([
  'online',
  'launching',
  'stopping',
  'stopped',
  'errored',
  'waiting restart',
  'one-launch-status',
]);

/** The pid is a past one in `waiting restart`, and 0 or past in `stopped` and `errored`. */
const runningStatuses: ReadonlySet<Pm2Status> = new Set(['online', 'launching', 'stopping', 'one-launch-status']);

/**
 * The daemon's bots as they are now, in its order. Each entry is made a bot as it arrives and handed to `keep`, which gives
 * it back, or one that is known already and equal. Rejects with `SourceError`.
 */
export async function readList(
  client: Pm2Client,
  options: Pick<CallOptions, 'timeoutMs' | 'signal'>,
  keep: (bot: Bot) => Bot = (bot) => bot,
): Promise<Listed[]> {
  const read = listReader(client.home, keep);
  return read.whole(await client.call('getMonitorData', [{}], { ...options, each: read.each }));
}

/** An answer to `getMonitorData` as bots, in the daemon's order. Throws `SourceError` (`protocol`), nothing else. */
export function parseList(answer: unknown, home: string): Listed[] {
  const read = listReader(home, (bot) => bot);
  return read.whole(Array.isArray(answer) ? answer.map(read.each) : answer);
}

interface ListReader {
  readonly each: (entry: unknown) => Listed;
  /** Of an answer whose elements `each` was called with. */
  readonly whole: (answer: unknown) => Listed[];
}

function listReader(home: string, keep: (bot: Bot) => Bot): ListReader {
  const ids = new Set<number | string>();
  return {
    each(value) {
      const { bot, monit } = parseEntry(value, home);
      if (ids.has(bot.id)) throw new SourceError('protocol', "PM2's list has two entries of one pm_id");
      ids.add(bot.id);
      return { bot: keep(bot), monit };
    },
    whole(answer) {
      if (Array.isArray(answer)) return answer as Listed[];
      throw new SourceError('protocol', 'PM2 answered the list with something that is no list');
    },
  };
}

function parseEntry(value: unknown, home: string): Listed {
  const entry = asFields(value);
  const env = asFields(fieldOf(entry, 'pm2_env'));
  const id = parseId(fieldOf(entry, 'pm_id') ?? fieldOf(env, 'pm_id'));
  if (entry === null || env === null || id === null) {
    throw new SourceError('protocol', "PM2's list has an entry without pm_id or pm2_env");
  }
  const variables = asFields(fieldOf(env, 'env'));
  const own = (key: string): unknown => (isOverwritten(env, variables, key) ? undefined : fieldOf(env, key));
  const status = parseStatus(fieldOf(env, 'status'));
  const monit = asFields(fieldOf(entry, 'monit'));
  const bot: Bot = {
    home,
    id,
    name: asText(fieldOf(entry, 'name') ?? fieldOf(env, 'name'), 1_024) ?? `(no name, id ${id})`,
    namespace: asText(own('namespace')) ?? 'default',
    status,
    pid: runningStatuses.has(status) ? parsePid(fieldOf(entry, 'pid')) : null,
    uniqueId: asText(fieldOf(env, 'unique_id'), 64) ?? '',
    restarts: asCount(own('restart_time')) ?? 0,
    unstableRestarts: asCount(own('unstable_restarts')) ?? 0,
    startedAt: asEpochMs(own('pm_uptime')),
    createdAt: asEpochMs(own('created_at')),
    mode: fieldOf(env, 'exec_mode') === 'cluster_mode' ? 'cluster' : 'fork',
    instance: parseInstance(env),
    instances: asCount(own('instances')),
    exitCode: asNumber(own('exit_code')),
    autorestart: asFlag(fieldOf(env, 'autorestart')) ?? true,
    watch: isWatched(fieldOf(env, 'watch')),
    cron: parseCron(own('cron_restart')),
    maxMemoryBytes: asCount(own('max_memory_restart')),
    restartDelayMs: asCount(own('prev_restart_delay')) || asCount(own('restart_delay')) || 0,
    backoffMs: asCount(own('exp_backoff_restart_delay')) || null,
    minUptimeMs: asCount(own('min_uptime')) ?? defaultMinUptimeMs,
    maxUnstable: asCount(own('max_restarts')) ?? defaultMaxUnstable,
    killTimeoutMs: asCount(own('kill_timeout')),
    waitsReady: asFlag(fieldOf(env, 'wait_ready')) === true,
    listenTimeoutMs: asCount(own('listen_timeout')),
    isModule: asFlag(fieldOf(env, 'pmx_module')) === true,
    script: asText(own('pm_exec_path'), pathLength) ?? '',
    cwd: asText(own('pm_cwd'), pathLength) ?? '',
    interpreter: asText(own('exec_interpreter')) ?? '',
    nodeVersion: asText(own('node_version'), 64),
    version: parseVersion(own('version')),
    username: asText(own('username'), 64),
    outLogPath: asPath(own('pm_out_log_path')),
    errLogPath: asPath(own('pm_err_log_path')),
    combinedLogPath: asPath(own('pm_log_path')),
    envNames: parseEnvNames(variables, fieldOf(env, 'name')),
    metrics: parseMetrics(asFields(fieldOf(env, 'axm_monitor'))),
    customActions: parseActions(fieldOf(env, 'axm_actions')),
    code: null,
    quiet: null,
    lastingState: null,
    stoppingSince: null,
    exits: noExits,
  };
  return {
    bot,
    monit: {
      cpuPercent: asCount(fieldOf(monit, 'cpu')) ?? Number.NaN,
      memoryBytes: asCount(fieldOf(monit, 'memory')) ?? Number.NaN,
    },
  };
}

/**
 * Whether a variable of the bot's environment stands where PM2's own field should: the environment is spread over
 * `pm2_env`, and for `username` and the like the variable wins.
 */
function isOverwritten(env: Fields, variables: Fields | null, key: string): boolean {
  const variable = fieldOf(variables, key);
  const field = fieldOf(env, key);
  // Of an object nothing is taken anyway, and one with a `toString` of its own would throw.
  if (typeof variable === 'object' || typeof field === 'object') return false;
  return variable !== undefined && String(variable) === String(field);
}

function parseId(value: unknown): number | string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  if (typeof value !== 'string') return null;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  return /^_old_\d{1,9}$/.test(value) ? value : null;
}

function parseStatus(value: unknown): Pm2Status {
  return typeof value === 'string' && statuses.has(value) ? (value as Pm2Status) : 'unknown';
}

function parsePid(value: unknown): number | null {
  const pid = asNumber(value);
  return pid !== null && Number.isSafeInteger(pid) && pid > 0 ? pid : null;
}

/** Within what a Date can hold, or the first person to format it throws. */
function asEpochMs(value: unknown): number | null {
  const at = asCount(value);
  return at !== null && at > 0 && at <= 8.64e15 ? at : null;
}

function parseInstance(env: Fields): number | null {
  const instance = asNumber(fieldOf(env, 'NODE_APP_INSTANCE'));
  return instance !== null && Number.isSafeInteger(instance) && instance >= 0 ? instance : null;
}

/** PM2 takes true, a path, or a list of paths. */
function isWatched(value: unknown): boolean {
  return asFlag(value) ?? ((typeof value === 'string' && value !== '') || Array.isArray(value));
}

/** `0` is how PM2 is told to forget a schedule. */
function parseCron(value: unknown): string | null {
  const cron = asText(value, 128);
  return cron === '0' ? null : cron;
}

/** PM2 writes `N/A` for a script without a package. */
function parseVersion(value: unknown): string | null {
  const version = asText(value, 64);
  return version === 'N/A' ? null : version;
}

/**
 * Most bots have the same names as the one before them in the list, but for the one that is their own: cleaning thirty
 * names of each of a thousand bots would be most of the cost of a list.
 */
let namesBefore: readonly string[] = [];
let cleanedBefore: readonly string[] = [];

function parseEnvNames(variables: Fields | null, botName: unknown): readonly string[] {
  const names = Object.keys(variables ?? {}).filter((name) => !isInternalName(name) && name !== botName);
  if (names.length === namesBefore.length && names.every((name, i) => name === namesBefore[i])) return cleanedBefore;
  const cleaned = names
    .slice(0, maxEnvNames)
    .map((name) => asText(name, 128))
    .filter((name) => name !== null);
  namesBefore = names;
  cleanedBefore = [...new Set(cleaned)].sort();
  return cleanedBefore;
}

/** What PM2 adds to every environment for its own use. */
function isInternalName(name: string): boolean {
  return name.startsWith('PM2_') || name === 'unique_id' || name === 'NODE_APP_INSTANCE' || name === '_';
}
