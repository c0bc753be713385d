/** Who ended what: the exits of each bot in the last hour, with their causes, from PM2's log and from its lists. */
import { asText } from './fields.ts';
import type { Pm2LogEvent } from './log-lines.ts';
import type { Bot, BotExit, ExitCause } from './snapshot.ts';

/** Exits older than this are forgotten. */
export const exitWindowMs = 60 * 60_000;
/** At most so many are kept for a bot, the newest. */
export const maxExits = 64;

/** A reason told for an exit that has not come yet holds so long: kill_timeout and watch_delay can be minutes. */
const reasonHoldsMs = 2 * 60_000;
/** A changed file restarts every instance of the app, one after the other. */
const changeHoldsMs = 10_000;
/** So long a restart that a list shows may wait for its line in the log: a reload ends the old worker late. */
const owedMs = 30_000;
/** So long after a crash `stopped` may be the moment before the next start. */
const momentMs = 3_000;
/** `starting` and `online` of one start stand so far apart at most: listen_timeout is 3 s, and can be set longer. */
const startTakesMs = 60_000;
const maxKeys = 10_000;

interface Told {
  readonly cause: ExitCause;
  readonly at: number;
  readonly memory?: BotExit['memory'];
}

interface Entry {
  name: string;
  exits: BotExit[];
  /** Epoch ms of the last start that the log told, of a process that has not ended since; null when none is known. */
  startedAt: number | null;
  stoppingSince: number | null;
  /** Exits that the log told and no list has counted yet; below zero, restarts that the log has not told yet. */
  uncounted: number;
  /** Epoch ms since when `uncounted` is below zero. */
  owedSince: number;
}

/** Keeps the exits. */
export interface ExitLedger {
  /** Takes an event of PM2's log, in the order of the log. `isLive` is false for what is read back at the start. */
  tell(event: Pm2LogEvent, isLive: boolean): void;
  /**
   * Compares two lists of one daemon: restarts that the log does not tell become exits too, as crashes. `before` is
   * undefined for a bot that is new in the list. Without a readable log nothing is waited for.
   */
  count(
    before: Bot | undefined,
    after: Bot,
    circumstances: { readonly now: number; readonly isLogRead: boolean },
  ): void;
  /** Asks of each exit that nobody is named for who asked for it. */
  attribute(whoEnded: (bot: { readonly id: string; readonly name: string }, exit: BotExit) => string | null): void;
  /** The clock was set back by so many ms, to `now`: what would lie ahead stays as long ago as it was. */
  setBack(ms: number, now: number): void;
  /** Epoch ms when it was last told to stop; null when the log does not say. */
  stoppingSince(bot: Bot): number | null;
  /** The exits of a bot within the last hour, oldest first. The same array as long as nothing changed. */
  of(bot: Bot, now: number): readonly BotExit[];
}

/** Of every bot that has none: the same array. */
export const noExits: readonly BotExit[] = [];
/** Of every entry that has none yet. It is never written to. */
const noneYet: BotExit[] = [];

export function createExitLedger(): ExitLedger {
  const entries = new Map<number, Entry>();
  const toldById = new Map<string, Told>();
  const toldByName = new Map<string, Told>();
  const shown = new WeakMap<Entry, readonly BotExit[]>();

  function entryOf(id: number, name: string): Entry {
    let entry = entries.get(id);
    if (entry === undefined || entry.name !== name) {
      // Another bot stands under this id now: ids start again at 0 when the list was emptied or the daemon restarted.
      entry = { name, exits: noneYet, startedAt: null, stoppingSince: null, uncounted: 0, owedSince: 0 };
      if (entries.size < maxKeys || entries.has(id)) entries.set(id, entry);
    }
    return entry;
  }

  function entryFor({ id, name }: Bot): Entry | null {
    const entry = entries.get(typeof id === 'number' ? id : Number(id.replace('_old_', '')));
    return entry === undefined || entry.name !== name ? null : entry;
  }

  function add(entry: Entry, exit: BotExit): void {
    if (entry.exits === noneYet) entry.exits = [exit];
    else entry.exits.push(exit);
    if (entry.exits.length > maxExits) entry.exits.shift();
    shown.delete(entry);
  }

  function takeReason(id: string, at: number): Told | null {
    const told = toldById.get(id);
    if (told === undefined) return null;
    toldById.delete(id);
    return at - told.at <= reasonHoldsMs ? told : null;
  }

  /** A worker renamed `_old_` has a younger one in its place: that one's start says nothing of how long it ran. */
  function ended(entry: Entry, event: Extract<Pm2LogEvent, { kind: 'exit' }>): BotExit {
    const told = takeReason(event.id, event.at);
    const asked = told?.cause ?? (event.isOld ? 'asked' : 'crash');
    const ranMs = entry.startedAt === null || event.isOld ? null : Math.max(0, event.at - entry.startedAt);
    if (!event.isOld) entry.startedAt = null;
    return {
      at: event.at,
      code: event.code,
      signal: event.signal,
      cause: event.isOld && asked === 'asked' ? 'reload' : asked,
      by: null,
      ranMs,
      restartedAt: event.isOld ? entry.startedAt : null,
      memory: told?.memory ?? null,
    };
  }

  /** PM2 says of a start that it begins and that it is done: the first is when the process began. */
  function started(event: Extract<Pm2LogEvent, { kind: 'start' }>): void {
    const entry = entryOf(Number(event.id), safeName(event.name));
    if (!event.isBegin && entry.startedAt !== null && event.at - entry.startedAt < startTakesMs) return;
    entry.startedAt = event.at;
    const last = entry.exits.at(-1);
    if (last === undefined || last.restartedAt !== null) return;
    entry.exits[entry.exits.length - 1] = { ...last, restartedAt: event.at };
    shown.delete(entry);
  }

  /** A stop follows what asked for it; without any such line a person did. */
  function stopping(event: { readonly at: number; readonly id: string; readonly name: string }): void {
    entryOf(Number(event.id), safeName(event.name)).stoppingSince = event.at;
    const byName = toldByName.get(event.name);
    const isChanged = byName !== undefined && event.at - byName.at <= changeHoldsMs;
    const told = takeReason(event.id, event.at) ?? { cause: isChanged ? 'watch' : 'asked' };
    remember(toldById, event.id, { ...told, at: event.at });
  }

  function remember(map: Map<string, Told>, key: string, told: Told): void {
    if (map.size >= maxKeys) map.clear();
    map.set(key, told);
  }

  return {
    tell(event, isLive) {
      switch (event.kind) {
        case 'over-memory':
          remember(toldById, event.id, { cause: 'memory', at: event.at, memory: memoryOf(event) });
          break;
        case 'cron-fired':
          // Any restart of a bot with a schedule writes this line; the schedule's own comes on the full minute.
          if (new Date(event.at).getSeconds() <= 1) remember(toldById, event.id, { cause: 'cron', at: event.at });
          break;
        case 'file-changed':
          remember(toldByName, event.name, { cause: 'watch', at: event.at });
          break;
        case 'stopping':
          stopping(event);
          break;
        case 'exit': {
          const entry = entryOf(Number(event.id), safeName(event.name));
          add(entry, ended(entry, event));
          if (isLive) entry.uncounted += 1;
          break;
        }
        case 'start':
          // It was told to stop and starts without having ended: it had no process. Its next end has its own reason.
          if (toldById.get(event.id)?.cause === 'asked') toldById.delete(event.id);
          started(event);
          break;
        case 'daemon':
          toldById.clear();
          toldByName.clear();
          for (const entry of entries.values()) entry.startedAt = null;
          break;
      }
    },
    count(before, after, { now, isLogRead }) {
      // A worker that a reload has replaced: what it did is counted under its former id.
      if (typeof after.id === 'string') return;
      const entry = entryOf(after.id, after.name);
      // The same text as the log's: kept once.
      entry.name = after.name;
      const exitedAt = entry.exits.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
      // Started before the log was read back: the list alone knows when. One made before the last exit is out of date.
      if (after.pid !== null && after.startedAt !== null && after.startedAt > exitedAt) {
        entry.startedAt ??= after.startedAt;
      }
      if (before === undefined || before.uniqueId !== after.uniqueId) {
        // The exit that it waits to be restarted after was read back from the log, its restart is still to be counted.
        entry.uncounted = after.status === 'waiting restart' ? 1 : 0;
        return;
      }
      const wasOwed = entry.uncounted < 0;
      entry.uncounted -= Math.max(0, after.restarts - before.restarts);
      if (entry.uncounted < 0 && !wasOwed) entry.owedSince = now;
      // Right after a crash `stopped` is a moment, and the restart of that exit is still to be counted.
      const isMoment =
        after.status === 'stopped' && after.autorestart && now - (entry.exits.at(-1)?.at ?? 0) < momentMs;
      const isLeft = after.status === 'stopped' || after.status === 'errored';
      if (entry.uncounted > 0 && isLeft && !isMoment) entry.uncounted = 0;
      if (entry.uncounted < 0 && (!isLogRead || now - entry.owedSince >= owedMs)) {
        const exit: BotExit = {
          at: after.startedAt ?? now,
          code: after.exitCode,
          signal: null,
          cause: 'crash',
          by: null,
          ranMs: null,
          restartedAt: after.startedAt,
          memory: null,
        };
        for (let left = Math.min(maxExits, -entry.uncounted); left > 0; left -= 1) add(entry, exit);
        entry.uncounted = 0;
      }
    },
    attribute(whoEnded) {
      for (const [id, entry] of entries) {
        for (const [index, exit] of entry.exits.entries()) {
          const by = exit.by === null && mayBeAsked(exit) ? whoEnded({ id: String(id), name: entry.name }, exit) : null;
          if (by === null) continue;
          entry.exits[index] = { ...exit, by };
          shown.delete(entry);
        }
      }
    },
    setBack(ms, now) {
      toldById.clear();
      toldByName.clear();
      const past = <At extends number | null>(at: At) => (at !== null && at > now ? at - ms : at);
      for (const entry of entries.values()) {
        for (const [index, exit] of entry.exits.entries()) {
          entry.exits[index] = { ...exit, at: past(exit.at), restartedAt: past(exit.restartedAt) };
        }
        entry.startedAt = past(entry.startedAt);
        entry.stoppingSince = past(entry.stoppingSince);
        entry.owedSince = past(entry.owedSince);
        shown.delete(entry);
      }
    },
    stoppingSince: (bot) => entryFor(bot)?.stoppingSince ?? null,
    of(bot, now) {
      const entry = entryFor(bot);
      if (entry === null) return noExits;
      const oldest = now - exitWindowMs;
      while (entry.exits.length > 0 && (entry.exits[0] as BotExit).at < oldest) {
        entry.exits.shift();
        shown.delete(entry);
      }
      if (entry.exits.length === 0) return noExits;
      let list = shown.get(entry);
      if (list === undefined) {
        list = [...entry.exits];
        shown.set(entry, list);
      }
      return list;
    },
  };
}

/** A signal that somebody sends is a crash to PM2. */
function mayBeAsked({ cause, signal }: BotExit): boolean {
  return cause === 'asked' || cause === 'reload' || (cause === 'crash' && signal !== null);
}

function memoryOf({ usedBytes, limitBytes }: Extract<Pm2LogEvent, { kind: 'over-memory' }>): BotExit['memory'] {
  return Number.isNaN(usedBytes) || Number.isNaN(limitBytes) ? null : { usedBytes, limitBytes };
}

/** The name as the list shows it, so that both can be compared. */
function safeName(name: string): string {
  return asText(name, 1_024) ?? '';
}
