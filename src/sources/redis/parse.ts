/** From INFO's text and SLOWLOG's reply to the snapshot's values. Pure. */
import { clean } from '../../text/clean.ts';
import { REDACTED, redact } from '../../text/redact.ts';
import type { RedisKeyspace, RedisPersistence, RedisSlowCommand, RedisSnapshot } from './snapshot.ts';

/** INFO as names and values; sections are left out, since no name stands in two of them. */
export type InfoFields = ReadonlyMap<string, string>;

export function parseInfo(text: string): InfoFields {
  const fields = new Map<string, string>();
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline;
    const colon = text.indexOf(':', from);
    if (colon > from && colon < end && text[from] !== '#') {
      fields.set(text.slice(from, colon), text.slice(colon + 1, end).trimEnd());
    }
    from = end + 1;
  }
  return fields;
}

/** The counters whose growth is told, since the server's start. */
export interface RedisCounters {
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
  readonly rejected: number;
}

export function countersOf(fields: InfoFields): RedisCounters {
  return {
    hits: numberOf(fields, 'keyspace_hits') ?? 0,
    misses: numberOf(fields, 'keyspace_misses') ?? 0,
    evicted: numberOf(fields, 'evicted_keys') ?? 0,
    rejected: numberOf(fields, 'rejected_connections') ?? 0,
  };
}

/** The share of lookups that found something between two readings; null without any, and after CONFIG RESETSTAT. */
export function hitShare(before: RedisCounters | undefined, now: RedisCounters): number | null {
  if (before === undefined) return null;
  const hits = now.hits - before.hits;
  const misses = now.misses - before.misses;
  return hits < 0 || misses < 0 || hits + misses === 0 ? null : (100 * hits) / (hits + misses);
}

export function growth(before: number | undefined, now: number): number | null {
  return before === undefined || now < before ? null : now - before;
}

/** What INFO alone says. `readAt` is epoch ms. */
export function parseServerInfo(
  fields: InfoFields,
  readAt: number,
): Omit<
  RedisSnapshot,
  'address' | 'hitPercent' | 'newEvictedKeys' | 'newRejectedConnections' | 'slowlog' | 'problems'
> {
  const number = (name: string): number => numberOf(fields, name) ?? 0;
  const isValkey = fields.has('valkey_version');
  const link = fields.get('master_link_status');
  return {
    product: isValkey ? 'valkey' : 'redis',
    version: word(fields.get(isValkey ? 'valkey_version' : 'redis_version')) || 'unknown',
    startedAt: readAt - number('uptime_in_seconds') * 1000,
    role: word(fields.get('role')),
    isMasterLinkUp: link === undefined ? null : link === 'up',
    replicas: number('connected_slaves'),
    usedMemoryBytes: number('used_memory'),
    residentMemoryBytes: number('used_memory_rss'),
    peakMemoryBytes: number('used_memory_peak'),
    maxMemoryBytes: number('maxmemory') || null,
    maxMemoryPolicy: word(fields.get('maxmemory_policy')),
    fragmentationRatio: numberOf(fields, 'mem_fragmentation_ratio'),
    connectedClients: number('connected_clients'),
    blockedClients: number('blocked_clients'),
    maxClients: numberOf(fields, 'maxclients'),
    opsPerSecond: number('instantaneous_ops_per_sec'),
    evictedKeys: number('evicted_keys'),
    expiredKeys: number('expired_keys'),
    rejectedConnections: number('rejected_connections'),
    persistence: persistenceOf(fields),
    keyspaces: keyspacesOf(fields),
  };
}

function persistenceOf(fields: InfoFields): RedisPersistence {
  const isOk = (name: string): boolean | null => {
    const said = fields.get(name);
    return said === undefined ? null : said === 'ok';
  };
  const savedAt = numberOf(fields, 'rdb_last_save_time');
  return {
    isLoading: fields.get('loading') === '1',
    isLastSaveOk: isOk('rdb_last_bgsave_status'),
    lastSaveAt: savedAt === null ? null : savedAt * 1000,
    isSaving: fields.get('rdb_bgsave_in_progress') === '1',
    changesSinceSave: numberOf(fields, 'rdb_changes_since_last_save'),
    isAppendOnly: fields.get('aof_enabled') === '1',
    isLastAppendOk: isOk('aof_last_write_status'),
  };
}

function keyspacesOf(fields: InfoFields): RedisKeyspace[] {
  const found: RedisKeyspace[] = [];
  fields.forEach((value, name) => {
    const index = name.startsWith('db') ? /^db(\d+)$/.exec(name)?.[1] : undefined;
    const counts = index === undefined ? null : /keys=(\d+),expires=(\d+)/.exec(value);
    if (counts) found.push({ index: Number(index), keys: Number(counts[1]), expires: Number(counts[2]) });
  });
  return found.toSorted((a, b) => a.index - b.index);
}

function numberOf(fields: InfoFields, name: string): number | null {
  const text = fields.get(name);
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function word(text: string | undefined): string {
  return clean(text ?? '').slice(0, 60);
}

/** Newest first. Entries that are not as SLOWLOG GET makes them are left out. */
export function parseSlowlog(reply: unknown): readonly RedisSlowCommand[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((entry: unknown): RedisSlowCommand[] => {
    if (!Array.isArray(entry) || !Array.isArray(entry[3])) return [];
    const [id, seconds, micros, args, client] = entry as [unknown, unknown, unknown, unknown[], unknown];
    if (![id, seconds, micros].every(Number.isSafeInteger)) return [];
    return [
      {
        id: Number(id),
        at: Number(seconds) * 1000,
        tookMs: Number(micros) / 1000,
        command: commandText(args.map(String)),
        client: clean(String(client ?? '')).slice(0, 60),
      },
    ];
  });
}

/** Commands that are given secrets: their name and subcommand are all that is shown. */
const SECRET_COMMANDS = /^(?:auth|hello|acl|config|migrate|sentinel)$/i;
/** Words of a command: its name, keys, patterns, numbers. Anything else may be somebody's data. */
const PLAIN_WORD = /^[\w:.*?[\]{}@/-]{1,32}$/;
/** Commands whose second word on are values. */
const VALUE_COMMANDS =
  /^(?:set|setnx|setex|psetex|getset|append|mset|msetnx|hset|hmset|hsetnx|lpush|rpush|lpushx|rpushx|linsert|lset|sadd|zadd|xadd|publish|spublish|setrange|pfadd|restore|eval|evalsha|fcall|json\.set)$/i;
const MOST_WORDS = 6;

/** A command without the data in it: name, key and plain words; what is left out is counted. */
export function commandText(args: readonly string[]): string {
  const [name = '', ...rest] = args;
  const shown: string[] = [clean(name).slice(0, 24)];
  const kept = SECRET_COMMANDS.test(name) ? 1 : VALUE_COMMANDS.test(name) ? 1 : MOST_WORDS;
  let left = 0;
  for (const [index, arg] of rest.entries()) {
    if (index >= kept) {
      left++;
      continue;
    }
    shown.push(PLAIN_WORD.test(arg) ? arg : `${clean(arg).slice(0, 24)}…`);
  }
  if (left > 0) shown.push(SECRET_COMMANDS.test(name) ? REDACTED : `+${left}`);
  return redact(shown.join(' '));
}
