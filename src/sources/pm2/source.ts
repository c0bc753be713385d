/** One PM2 daemon as a source: its list rarely, its processes each second, its log as it grows. Starts no daemon. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attention } from '../attention.ts';
import type { LogTimes } from '../log-times.ts';
import { type Clock, type Source, SourceError, SourceOff } from '../source.ts';
import { howToWatch, safeText } from './access.ts';
import type { AuditFolder } from './audit-trail.ts';
import { createPm2Client } from './client.ts';
import { type DaemonIdentity, defaultPm2Home, findDaemons, identifyDaemon, usualLogPath } from './daemons.ts';
import { createDumpReader } from './dump.ts';
import { watchHome } from './home-watch.ts';
import { readList } from './list.ts';
import { createPm2LogReader } from './log-reader.ts';
import { isBetweenStarts, isPassing } from './passing.ts';
import { createRoster } from './roster.ts';
import type { OtherDaemon, Pm2Daemon, Pm2Dump, Pm2Snapshot } from './snapshot.ts';

export interface Pm2SourceOptions {
  /** The PM2 home, absolute. */
  readonly home: string;
  /** `pm2`, or `pm2:` and the home when several are watched. */
  readonly id: string;
  readonly clock: Clock;
  /** Whether this source looks for daemons that nobody asked for. */
  readonly isPrimary?: boolean;
  /** All homes that are watched, so that the primary source does not name them as others. */
  readonly watchedHomes?: readonly string[];
  /** What somebody else has found of such daemons already; null, or without it, this source looks for itself. */
  readonly knownOthers?: () => readonly OtherDaemon[] | null;
  /** Which bots are on a screen; without it all are sampled each second. */
  readonly attention?: Attention;
  /** Kept by who follows the logs, where somebody does. */
  readonly logTimes?: LogTimes;
  /** Where botop's own audit is. */
  readonly auditFolder?: AuditFolder;
}

/** Without /proc the list is also where CPU and memory come from. */
const listEveryMs = process.platform === 'linux' ? 10_000 : 2_000;
/** Where every change is told, a list brings only what a bot counts of itself: the more bots, the more rarely. */
const listEveryMostMs = 30_000;
const listEveryMsPerBot = 300;
/** PM2's log is looked at when it is told to have grown, and this often whatever is told. */
const logEveryMs = 5_000;
const pingEveryMs = 5_000;
const sampleEveryMs = 900;
const othersEveryMs = 30_000;
/** Readings come a little early or late: what is due within half of one is due. */
const toleranceMs = 500;
/** A ping is answered from memory; with this a stopped daemon is told within 7.5 s. */
const pingTimeoutMs = 2_000;
const listTimeoutMs = 4_000;
/** How often, and after how long, a list is asked again for a bot between a crash and its next start. */
const settleTries = 3;
const settleGapMs = 100;
/** An exit older than this is not what PM2 is busy with. */
const justMs = 3_000;
/** So long a bot may stay in launching or stopping and be followed closely. */
const settleMs = 15_000;

export function pm2Source(options: Pm2SourceOptions): Source<'pm2'> {
  const { home, id, clock, isPrimary = false, watchedHomes = [home] } = options;
  let poke: () => void = () => {};
  let isListDue = true;
  let isLogDue = true;
  let logMono = Number.NEGATIVE_INFINITY;
  let hasNewConnection = true;
  /** Listing a thousand bots takes the daemon 100 ms: the more there are, the longer between two lists. */
  let minListGapMs = 0;
  const client = createPm2Client(home, {
    onConnect: () => {
      hasNewConnection = true;
    },
    onLost: () => {
      // Whatever is known is from before: nothing is said again until somebody has answered.
      isListDue = true;
      minListGapMs = 0;
      poke();
    },
  });
  const log = createPm2LogReader(
    () => daemon?.logPath ?? usualLogPath(home),
    () => clock.now(),
  );
  const dumpReader = createDumpReader(join(home, 'dump.pm2'));
  const roster = createRoster(options);
  const watcher = watchHome(home, {
    onListStale: () => {
      isListDue = true;
    },
    onLog: () => {
      isLogDue = true;
    },
    onChange: () => poke(),
  });

  let daemon: Pm2Daemon | null = null;
  let identity: DaemonIdentity | null = null;
  let dump: Pm2Dump | null = null;
  let others: readonly OtherDaemon[] = [];
  let listedAt = 0;
  let listedMono = Number.NEGATIVE_INFINITY;
  let answeredMono = Number.NEGATIVE_INFINITY;
  let sampledMono = Number.NEGATIVE_INFINITY;
  let logAgesMono = Number.NEGATIVE_INFINITY;
  let othersMono = Number.NEGATIVE_INFINITY;
  /** Since when a bot is between two states; null when none is. */
  let unsettledSince: number | null = null;
  /** Exits up to here (epoch ms) were waited for already. */
  let pursuedUntil = 0;
  let hasRead = false;

  async function readLog(): Promise<void> {
    isLogDue = false;
    logMono = clock.monotonic();
    const { events, isLive } = await log.read();
    if (events.length === 0) return;
    roster.tell(events, isLive);
    if (isLive) isListDue = true;
  }

  async function identify(signal: AbortSignal): Promise<boolean> {
    const version = await client.call('getVersion', [{}], { timeoutMs: pingTimeoutMs, signal });
    hasNewConnection = false;
    const next = await identifyDaemon(home, clock.now());
    const isReplaced =
      identity !== null &&
      (identity.pid !== next.pid || identity.startTicks !== next.startTicks) &&
      !Number.isNaN(next.pid);
    const replacedPid = isReplaced && identity !== null && !Number.isNaN(identity.pid) ? identity.pid : null;
    identity = next;
    daemon = {
      pid: next.pid,
      version: typeof version === 'string' ? safeText(version.slice(0, 32)) : 'unknown',
      startedAt: next.startedAt,
      replacements: (daemon?.replacements ?? 0) + (isReplaced ? 1 : 0),
      replacedPid: replacedPid ?? daemon?.replacedPid ?? null,
      logPath: next.logPath,
    };
    return isReplaced;
  }

  /** A list that PM2 means: what it says of a bot between a crash and the next start is asked again. */
  async function list(signal: AbortSignal): Promise<void> {
    await listOnce(signal);
    const since = pursuedUntil;
    for (let tries = 0; tries < settleTries; tries += 1) {
      const from = Math.max(since, clock.now() - justMs);
      if (!roster.bots.some((bot) => isBetweenStarts(bot, from))) return;
      // Whatever comes of it: an exit is pursued once, since some bots stay as they fell (stop_exit_codes).
      pursuedUntil = clock.now();
      await sleep(Math.max(settleGapMs, minListGapMs / 10), undefined, { signal });
      await listOnce(signal);
    }
  }

  async function listOnce(signal: AbortSignal): Promise<void> {
    // Before the call: what changes while it is under way, or is told by the log below, needs the next list.
    isListDue = false;
    const listed = await readList(client, { timeoutMs: listTimeoutMs, signal }, roster.keep);
    const isNewDaemon = hasNewConnection || daemon === null ? await identify(signal) : false;
    // What ended before the list was made stands in the log by now: no exit is counted twice, or as untold.
    await readLog();
    dump = await dumpReader.read();
    const now = clock.monotonic();
    const isReordered = roster.take(listed, { now: clock.now(), isNewDaemon, isLogRead: log.isReadable });
    listedAt = clock.now();
    listedMono = now;
    answeredMono = now;
    minListGapMs = Math.min(5_000, Math.max(950, listed.length * 20));
    const isUnsettled = listed.some(({ bot }) => isPassing(bot.status));
    unsettledSince = isUnsettled ? (unsettledSince ?? now) : null;
    roster.refresh(clock.now());
    if (isReordered) {
      logAgesMono = Number.NEGATIVE_INFINITY;
      await roster.prepareLogAges();
    }
    sample(now);
  }

  function sample(now: number): void {
    sampledMono = now;
    if (roster.sampleProcesses(now, clock.now())) isListDue = true;
    if (now - logAgesMono < sampleEveryMs) return;
    logAgesMono = now;
    roster.sampleLogAges(clock.now());
  }

  function listPauseMs(): number {
    if (!watcher.isTelling || !log.isReadable) return listEveryMs;
    return Math.max(listEveryMs, Math.min(listEveryMostMs, roster.bots.length * listEveryMsPerBot));
  }

  async function observe(signal: AbortSignal): Promise<void> {
    const start = clock.monotonic();
    const isLogTold = watcher.isTelling && (daemon === null || daemon.logPath === usualLogPath(home));
    const mustList = daemon === null || hasNewConnection;
    // With a list the log is read in any case: the daemon is not kept waiting for its question.
    if (!mustList && (isLogDue || !isLogTold || start - logMono >= logEveryMs - toleranceMs)) await readLog();
    const sinceList = start - listedMono;
    const isFollowing = unsettledSince !== null && start - unsettledSince < settleMs;
    const isDue = isListDue || isFollowing || sinceList >= listPauseMs() - toleranceMs;
    if (mustList || (isDue && sinceList >= minListGapMs)) await list(signal);
    else if (start - answeredMono >= pingEveryMs - toleranceMs) {
      await client.call('ping', [{}], { timeoutMs: pingTimeoutMs, signal });
      answeredMono = clock.monotonic();
    }
    const now = clock.monotonic();
    if (now - sampledMono < sampleEveryMs) return;
    sample(now);
    // One that ended in this very second is said now, not with the next reading.
    if (isListDue && now - listedMono >= minListGapMs) await list(signal);
  }

  async function refreshOthers(): Promise<void> {
    const now = clock.monotonic();
    if (!isPrimary || now - othersMono < othersEveryMs) return;
    othersMono = now;
    others = options.knownOthers?.() ?? (await findDaemons(watchedHomes));
  }

  /**
   * The failure as it is shown: with the home where several are watched, and with the other daemons, since the person
   * may have looked in the wrong home. Their sentences are joined by `; `, for a screen that gives each its line.
   */
  async function explain(error: unknown): Promise<Error> {
    if (!(error instanceof SourceError)) return error as Error;
    const { code, hint } = error;
    const isNamed = watchedHomes.length === 1 || error.message.includes(safeText(home));
    const message = isNamed ? error.message : `${error.message} (${safeText(home)})`;
    if (code !== 'absent') return new SourceError(code, message, { hint, cause: error });
    await refreshOthers();
    const named = others.map(howToWatch);
    if (isPrimary && home === defaultPm2Home({ HOME: process.env['HOME'] }) && !(await exists(home))) {
      return new SourceOff(['no PM2 here', ...named].join('; '));
    }
    return new SourceError(code, message, { hint: [hint ?? [], named].flat().join('; '), cause: error });
  }

  return {
    kind: 'pm2',
    id,
    cadenceMs: 1_000,
    timeoutMs: 9_000,
    async read(signal): Promise<Pm2Snapshot> {
      try {
        watcher.arm();
        await observe(signal);
        roster.refresh(clock.now());
      } catch (error) {
        // Nothing is said from memory until the daemon has answered a list again.
        isListDue = true;
        isLogDue = true;
        minListGapMs = 0;
        // The folder may have been replaced: a watch of the old one would never tell.
        watcher.disarm();
        watcher.arm();
        throw await explain(error);
      }
      if (daemon === null) throw new SourceError('failed', 'PM2 gave a list but not its version');
      // From the second reading on: looking through /proc is not worth making the first frame wait.
      if (hasRead) await refreshOthers();
      hasRead = true;
      return {
        home,
        daemon,
        listedAt,
        bots: roster.bots,
        ...roster.columns,
        dump,
        isLogRead: log.isReadable,
        others,
      };
    },
    watch(onChange) {
      poke = onChange;
      watcher.arm();
      return () => {
        poke = () => {};
      };
    },
    async close() {
      poke = () => {};
      watcher.close();
      client.close();
      roster.close();
      await log.close();
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
