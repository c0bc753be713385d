/** The errors of the last hour, grouped: what goes wrong, how often, since when, in which bots. */
import type { LogEvents } from '../sources/logs/events.ts';
import type { LogFacts } from '../sources/logs/facts.ts';
import type { LogEvent } from '../sources/logs/snapshot.ts';
import { SetBack } from '../sources/set-back.ts';
import { type Baseline, type BaselineContext, isSince } from './errors/baseline.ts';
import { explainCode, type OwnCode, ownCodeOf, unreachedServer } from './errors/explain.ts';
import { fingerprintOf, normaliseMessage } from './errors/fingerprint.ts';
import { createErrorMarks, type ErrorMarks } from './errors/marks.ts';
import { MinuteRing } from './errors/rate.ts';
import { createLogRates } from './errors/rates.ts';
import { createSamples } from './errors/samples.ts';
import type { ErrorGroup, ErrorsView, LastError } from './errors/view.ts';

export type { ErrorGroup, ErrorsView } from './errors/view.ts';

export interface ErrorHistory extends ErrorsView {
  /**
   * Takes in what was added to the ring since the last call, at most `most` events; returns whether more wait. `now` is
   * epoch ms.
   */
  pull(events: LogEvents, now: number, most?: number): boolean;
  /** Takes in what else the logs were counted for. `now` is epoch ms. */
  count(facts: LogFacts, now: number): void;
  /** From when on errors are new. */
  setBaseline(baseline: Baseline): void;
  /** A copy that later events do not change. */
  freeze(): ErrorsView;
}

export interface ErrorHistoryOptions extends Partial<BaselineContext> {
  readonly maxGroups?: number;
  readonly marks?: ErrorMarks;
  /** Those of the configuration. */
  readonly codes?: readonly OwnCode[];
}

const WINDOW_MS = 3_600_000;
/** Fingerprints that are remembered when their group is gone. */
const MAX_REMEMBERED = 5_000;
const MAX_BOTS = 64;
const MAX_LAST_ERRORS = 1_000;
const FROZEN_EVENTS = 1_000;
/** Groups are looked through for those whose hour is over this often. */
const SWEEP_MS = 60_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Group extends Mutable<Omit<ErrorGroup, 'samples' | 'bots'>> {
  samples: LogEvent[];
  bots: Map<string, number>;
}

export function createErrorHistory(options: ErrorHistoryOptions = {}): ErrorHistory {
  const { maxGroups = 500, marks = createErrorMarks(), botStartedAt = () => null, codes = [] } = options;
  const context: Mutable<BaselineContext> = { startedAt: options.startedAt ?? 0, botStartedAt };
  let baseline: Baseline = { kind: 'start' };
  /** When errors were first seen whose group may be gone, the one that is gone the longest first. */
  const remembered = new Map<string, number>();
  const groups = new Map<string, Group>();
  const samples = createSamples(groups);
  const lastErrors = new Map<string, LastError>();
  const rates = createLogRates();
  let source: LogEvents | null = null;
  let seen = 0;
  let seenPassedOver = 0;
  let version = 0;
  let groupsLeft = 0;
  let eventsMissed = 0;
  let sweptAt = Number.NEGATIVE_INFINITY;
  const clockSetBack = new SetBack();
  let list: readonly Group[] | null = null;

  function take(event: LogEvent, now: number): void {
    // One writer's wrong clock must not turn everybody's hour over.
    const at = Math.min(event.at, now);
    rates.take(event, at);
    const pattern = normaliseMessage(event.message);
    // Which server takes no connections is told by the port, which the pattern leaves out.
    const server = unreachedServer(event.code, event.message);
    const key = `${event.level}\n${event.code ?? ''}\n${pattern}${server === null ? '' : `\n${server}`}`;
    let group = groups.get(key);
    if (!group) {
      if (groups.size >= maxGroups) dropOne(now);
      group = begin(event, key, pattern, at);
      groups.set(key, group);
      list = null;
    }
    group.totalCount += 1;
    group.rate.add(at);
    group.firstAt = Math.min(group.firstAt, at);
    group.lastAt = Math.max(group.lastAt, at);
    if (isNewer(event, group.last, now)) group.last = event;
    samples.add(group, event);
    if (event.level !== 'warn' && isNewer(event, lastErrors.get(event.bot)?.event, now)) {
      // The bot that erred longest ago makes room.
      lastErrors.delete(event.bot);
      lastErrors.set(event.bot, { event, group });
      if (lastErrors.size > MAX_LAST_ERRORS) lastErrors.delete(lastErrors.keys().next().value as string);
    }
    const count = group.bots.get(event.bot);
    if (count !== undefined || group.bots.size < MAX_BOTS) group.bots.set(event.bot, (count ?? 0) + 1);
  }

  function drop(key: string, group: Group): void {
    samples.drop(group);
    groups.delete(key);
    list = null;
    remembered.delete(group.fingerprint);
    remembered.set(group.fingerprint, group.firstAt);
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
  }

  function begin(event: LogEvent, key: string, pattern: string, at: number): Group {
    const { level } = event;
    // A pattern of the configuration is held against a group's first event only: they are slow.
    const own = codes.length === 0 ? null : ownCodeOf(`${event.message}\n${event.detail}`, codes);
    const code = own?.code ?? event.code;
    const fingerprint = fingerprintOf(key);
    return {
      fingerprint,
      level,
      code,
      explanation: code === null ? null : explainCode(code, codes, event.message),
      pattern,
      last: event,
      samples: [],
      firstAt: Math.min(at, remembered.get(fingerprint) ?? at),
      lastAt: at,
      totalCount: 0,
      rate: new MinuteRing(),
      bots: new Map(),
    };
  }

  /** The bot that has the most groups. */
  function loudestBot(): string {
    const counts = new Map<string, number>();
    let loudest = '';
    let most = 0;
    for (const { last } of groups.values()) {
      const count = (counts.get(last.bot) ?? 0) + 1;
      counts.set(last.bot, count);
      if (count > most) {
        most = count;
        loudest = last.bot;
      }
    }
    return loudest;
  }

  /**
   * The rarest of the last hour leaves, and of equally rare ones the one not seen for longest: of the bot that has the
   * most, so that none takes the room of another.
   */
  function dropOne(now: number): void {
    const loudest = loudestBot();
    let victim: [string, Group] | null = null;
    let least = Number.POSITIVE_INFINITY;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [key, group] of groups) {
      if (group.last.bot !== loudest) continue;
      const count = group.rate.sum(now);
      if (count > least || (count === least && group.lastAt >= oldest)) continue;
      victim = [key, group];
      least = count;
      oldest = group.lastAt;
    }
    if (victim !== null) drop(...victim);
    groupsLeft += 1;
  }

  /** All moments that are kept as long ago as they were, by a clock that was set back by `ms`. */
  function setBack(ms: number, now: number): void {
    for (const group of groups.values()) {
      group.firstAt -= ms;
      group.lastAt -= ms;
      group.rate.setBack(ms, now);
    }
    for (const [fingerprint, at] of remembered) remembered.set(fingerprint, at - ms);
    if ('at' in baseline) baseline = { ...baseline, at: baseline.at - ms };
    context.startedAt -= ms;
    rates.setBack(ms, now);
    version += 1;
  }

  function sweep(now: number): void {
    if (now - sweptAt < SWEEP_MS && now >= sweptAt) return;
    sweptAt = now;
    for (const [key, group] of groups) {
      if (group.lastAt >= now - WINDOW_MS) continue;
      drop(key, group);
      version += 1;
    }
    rates.sweep(now);
  }

  function isNew(
    { fingerprint, firstAt, bots }: Pick<ErrorGroup, 'fingerprint' | 'firstAt' | 'bots'>,
    since = baseline,
  ) {
    return marks.of(fingerprint)?.isKnown !== true && isSince(since, firstAt, bots.keys(), context);
  }

  function newest(visit: (event: LogEvent) => boolean): void {
    if (!source) return;
    for (let seq = Math.min(seen, source.lastSeq); seq >= source.firstSeq; seq -= 1) {
      const event = source.of(seq);
      if (event && !visit(event)) return;
    }
  }

  return {
    get version() {
      return version;
    },
    get groups() {
      list ??= [...groups.values()];
      return list;
    },
    get groupsLeft() {
      return groupsLeft;
    },
    get eventsMissed() {
      return eventsMissed;
    },
    ...rates.view,
    get startedAt() {
      return context.startedAt;
    },
    get ratesLeft() {
      return rates.left;
    },
    marks,
    get baseline() {
      return baseline;
    },
    isNew,
    newest,
    lastErrors,
    count(facts, now) {
      if (rates.count(facts, now)) version += 1;
    },
    setBaseline(next) {
      baseline = next;
      version += 1;
    },
    pull(events, now, most = Number.POSITIVE_INFINITY) {
      if (source !== events) {
        source = events;
        seen = 0;
        seenPassedOver = 0;
      }
      const setBackMs = clockSetBack.since(now);
      if (setBackMs > 0) setBack(setBackMs, now);
      sweep(now);
      if (events.lastSeq === seen) return false;
      eventsMissed += Math.max(0, events.firstSeq - (seen + 1)) + events.passedOver - seenPassedOver;
      seenPassedOver = events.passedOver;
      const first = Math.max(seen + 1, events.firstSeq);
      seen = Math.min(events.lastSeq, first + most - 1);
      for (let seq = first; seq <= seen; seq += 1) take(events.of(seq) as LogEvent, now);
      version += 1;
      return seen < events.lastSeq;
    },
    freeze() {
      const kept: LogEvent[] = [];
      newest((event) => kept.push(event) < FROZEN_EVENTS);
      const frozen = Array.from(groups.values(), (group) => ({
        ...group,
        rate: group.rate.copy(),
        samples: [...group.samples],
        bots: new Map(group.bots),
      }));
      const since = baseline;
      return {
        version,
        marks,
        baseline: since,
        isNew: (group) => isNew(group, since),
        groups: frozen,
        lastErrors: new Map(lastErrors),
        groupsLeft,
        eventsMissed,
        ...rates.copy(),
        startedAt: context.startedAt,
        ratesLeft: rates.left,
        newest(visit) {
          for (const event of kept) if (!visit(event)) return;
        },
      };
    },
  };
}

/** One that is dated later than now was written before the clock was set back, or by somebody whose clock is wrong. */
function isNewer(event: LogEvent, other: LogEvent | undefined, now: number): boolean {
  return other === undefined || event.at >= other.at || other.at > now;
}
