import type { Pm2Cli } from '../sources/guard/snapshot.ts';
import type { Snapshots } from '../sources/kinds.ts';
import type { Pm2Snapshot } from '../sources/pm2/snapshot.ts';
import { type Failure, valueOf } from '../sources/source.ts';
import { logSeries } from '../state/errors/series.ts';
import { countFleet, type ExpectedFrom, type MostSeen } from '../state/fleet.ts';
import { type Entry, entryOf } from '../state/store.ts';
import type { World } from '../state/world.ts';
import { type BotDocument, botDocuments } from './snapshot-bots.ts';
import {
  type BotErrorsDocument,
  botErrors,
  type ErrorsDocument,
  errorsDocument,
  type LogsDocument,
  logsDocument,
} from './snapshot-errors.ts';
import { type HomeDocument, homeDocuments } from './snapshot-homes.ts';
import { type HostDocument, hostDocument, type ResourcesDocument, resourcesDocument } from './snapshot-host.ts';
import { type PostgresDocument, postgresDocument } from './snapshot-postgres.ts';
import { type RedisDocument, redisDocument } from './snapshot-redis.ts';
import { isoTime, rounded } from './snapshot-values.ts';

/**
 * What `botop snapshot --json` prints; `docs/snapshot.schema.json` describes every field. Times are ISO 8601 UTC,
 * and null is what is not known: it is never 0, and an empty list is one that was read and is empty.
 */
export interface SnapshotDocument {
  readonly version: string;
  readonly at: string;
  /** Null until the host was read. */
  readonly host: HostDocument | null;
  readonly sources: readonly SourceDocument[];
  readonly daemons: readonly DaemonDocument[];
  readonly otherDaemons: readonly { readonly pid: number; readonly user: string; readonly home: string }[];
  readonly homes: readonly HomeDocument[];
  readonly pm2Cli: Pm2Cli | null;
  readonly fleet: FleetDocument;
  /** Null when no PM2 daemon could be read. */
  readonly bots: readonly (BotDocument & { readonly errors: BotErrorsDocument })[] | null;
  /** Null until the host was read. */
  readonly resources: ResourcesDocument | null;
  /** Null until it is known which logs there are. */
  readonly logs: LogsDocument | null;
  /** Null when no log could be read. */
  readonly errors: ErrorsDocument | null;
  /** Null when there is none, or it was never read; its source says which. */
  readonly postgres: PostgresDocument | null;
  /** As `postgres`. */
  readonly redis: RedisDocument | null;
}

export interface SourceDocument {
  readonly id: string;
  readonly kind: string;
  readonly state: 'waiting' | 'fresh' | 'stale' | 'down' | 'off';
  /** Of the last good reading. */
  readonly ageMs: number | null;
  readonly tookMs: number | null;
  readonly error: { readonly code: Failure['code']; readonly message: string; readonly hint: string | null } | null;
  /** Why it is off. */
  readonly reason: string | null;
}

export interface DaemonDocument {
  readonly home: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: string | null;
  readonly listedAt: string | null;
}

export interface FleetDocument {
  readonly running: number | null;
  readonly expected: number | null;
  readonly expectedFrom: ExpectedFrom | null;
  readonly extra: number | null;
  readonly stoppedOnPurpose: number | null;
}

/** The document of what is known now. `version` is botop's own. */
export function buildSnapshot(
  world: Pick<World, 'now' | 'entries' | 'pm2' | 'guard' | 'host' | 'logs' | 'errors' | 'expected' | 'thresholds'> & {
    readonly fleet: MostSeen;
  },
  version: string,
): SnapshotDocument {
  const host = world.host && valueOf(world.host.reading);
  const logs = world.logs && valueOf(world.logs.reading);
  const postgres = valueOfKind(world.entries, 'postgres');
  const redis = valueOfKind(world.entries, 'redis');
  const names = world.pm2.flatMap(({ reading }) => valueOf(reading)?.bots ?? []).map(({ name }) => name);
  const series = logSeries({ bots: names, logs, view: world.errors, now: world.now });
  const errorsOfBot = botErrors(series);
  const daemons = world.pm2.flatMap(({ reading }) => valueOf(reading) ?? []);
  const others = new Map(daemons.flatMap((daemon) => daemon.others).map((other) => [other.home, other]));
  return {
    version,
    at: new Date(world.now).toISOString(),
    host: host && hostDocument(host),
    sources: world.entries.map((entry) => sourceDocument(entry, world.now)),
    daemons: daemons.map(daemonDocument),
    otherDaemons: [...others.values()].map(({ pid, user, home }) => ({ pid, user, home })),
    homes: homeDocuments(world),
    pm2Cli: (world.guard && valueOf(world.guard.reading))?.cli ?? null,
    fleet: fleetDocument(world),
    bots: isFleetUnknown(world.pm2)
      ? null
      : world.pm2
          .flatMap((entry) => botDocuments(entry, world.now, world.thresholds.bots, postgres?.instances ?? null))
          .map((bot) => ({ ...bot, errors: errorsOfBot(bot.name) })),
    resources: host && resourcesDocument(host),
    logs: logs && logsDocument(logs),
    errors: logs && errorsDocument(logs, world.errors, world.now, series),
    postgres: postgres && postgresDocument(postgres),
    redis: redis && redisDocument(redis),
  };
}

/** The last good value of the one source of that kind. */
function valueOfKind<K extends 'postgres' | 'redis'>(entries: readonly Entry[], kind: K): Snapshots[K] | null {
  const entry = entryOf(entries, kind);
  return entry ? valueOf(entry.reading) : null;
}

/** The document as it is printed: one object and a line end. */
export function printSnapshot(document: SnapshotDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Without a daemon that was ever read, no list is not an empty list, unless there is none to read. */
function isFleetUnknown(entries: readonly Entry<'pm2'>[]): boolean {
  const hasAny = entries.some(({ reading }) => valueOf(reading) !== null);
  return !hasAny && entries.some(({ reading }) => reading.state !== 'off');
}

function sourceDocument({ id, kind, reading }: Entry, now: number): SourceDocument {
  const base = { id, kind, state: reading.state, ageMs: null, tookMs: null, error: null, reason: null };
  switch (reading.state) {
    case 'waiting':
      return base;
    case 'off':
      return { ...base, reason: reading.reason };
    case 'down':
      return { ...base, tookMs: rounded(reading.tookMs, 1), error: errorDocument(reading.error) };
    case 'fresh':
    case 'stale': {
      const error = reading.state === 'stale' && reading.error ? errorDocument(reading.error) : null;
      const ageMs = Math.max(0, Math.round(now - reading.readAt));
      return { ...base, ageMs, tookMs: rounded(reading.tookMs, 1), error };
    }
    default:
      return reading satisfies never;
  }
}

const errorDocument = ({ code, message, hint }: Failure) => ({ code, message, hint: hint ?? null });

function daemonDocument({ home, daemon, listedAt }: Pm2Snapshot): DaemonDocument {
  const { pid, version, startedAt } = daemon;
  return { home, pid, version, startedAt: isoTime(startedAt), listedAt: isoTime(listedAt) };
}

function fleetDocument(world: Parameters<typeof buildSnapshot>[0]): FleetDocument {
  if (isFleetUnknown(world.pm2)) {
    return { running: null, expected: null, expectedFrom: null, extra: null, stoppedOnPurpose: null };
  }
  const { running, expected, expectedFrom, extra, stoppedOnPurpose } = countFleet(world);
  return { running, expected, expectedFrom: expected === null ? null : expectedFrom, extra, stoppedOnPurpose };
}
