/** How regularly each bot writes to its logs, so that its silence can be told from its habit. */
import type { Bot, BotQuiet } from './snapshot.ts';

/** What was usual of a bot's writes over some time. */
export interface Habit {
  /** Writes told apart. */
  readonly writes: number;
  /** The longest time between two of them, ms. */
  readonly longestGapMs: number;
  /** From the first to the last, ms. */
  readonly spanMs: number;
}

export interface Rhythms {
  /** Takes the bots in the order of the columns; those that stay keep what is known of them. */
  arrange(bots: readonly Bot[]): void;
  /** Takes a bot in the place of an equal one, which is not kept. */
  renew(index: number, bot: Bot): void;
  /** Takes when each bot last wrote (epoch ms, NaN unknown). */
  note(lastLogAt: Float64Array, now: number): void;
  quietOf(index: number): BotQuiet | null;
  /** A bot that has not written for a while and of whom too little was seen to judge that; each is given once. */
  nextUnknown(now: number): Bot | null;
  /** What a bot's logs tell of the time before we looked. */
  learn(bot: Bot, habit: Habit): void;
}

/** The habit is that of the hour before the last write. */
const bucketMs = 5 * 60_000;
const buckets = 12;
/** Fewer writes, or over a shorter time, make no habit. */
const minWrites = 10;
const minSpanMs = 10 * 60_000;
/** Nothing is said before: a bot that writes each second is not quiet after three. */
const quietAfterMs = 60_000;
/** So much longer than the longest usual gap is worth telling. */
const quietGaps = 2;

/** Of every bot that was not seen to write. */
const noWrites = new Float64Array(buckets);

interface Rhythm {
  bot: Bot;
  /** Epoch ms; NaN unknown. */
  lastAt: number;
  /** Epoch ms of the first write seen; NaN before. */
  firstAt: number;
  /** Longest gap and number of writes of each five minutes, the newest at `bucket % buckets`. */
  gaps: Float64Array;
  writes: Float64Array;
  bucket: number;
  before: Habit | null;
  isAsked: boolean;
  quiet: BotQuiet | null;
}

export function createRhythms(): Rhythms {
  let rhythms: Rhythm[] = [];
  let byId = new Map<Bot['id'], Rhythm>();
  const find = ({ id, uniqueId }: Bot): Rhythm | undefined => {
    const known = byId.get(id);
    return known?.bot.uniqueId === uniqueId ? known : undefined;
  };

  return {
    arrange(bots) {
      rhythms = bots.map((bot) => {
        const rhythm = find(bot) ?? newRhythm(bot);
        rhythm.bot = bot;
        return rhythm;
      });
      byId = new Map(rhythms.map((rhythm) => [rhythm.bot.id, rhythm]));
    },
    renew(index, bot) {
      const rhythm = rhythms[index];
      if (rhythm !== undefined) rhythm.bot = bot;
    },
    note(lastLogAt, now) {
      for (let index = 0; index < rhythms.length; index += 1) {
        const rhythm = rhythms[index] as Rhythm;
        noteWrite(rhythm, lastLogAt[index] as number);
        const since = silentSince(rhythm);
        if (rhythm.bot.pid === null || !(now - since > quietAfterMs)) rhythm.quiet = null;
        else if (rhythm.quiet?.since !== since) rhythm.quiet = quietAt(rhythm, since, now);
      }
    },
    quietOf: (index) => rhythms[index]?.quiet ?? null,
    nextUnknown(now) {
      const found = rhythms.find(
        (rhythm) =>
          !rhythm.isAsked &&
          rhythm.bot.pid !== null &&
          now - silentSince(rhythm) > quietAfterMs &&
          longestGap(rhythm) === null,
      );
      if (found === undefined) return null;
      found.isAsked = true;
      return found.bot;
    },
    learn(bot, habit) {
      const rhythm = find(bot);
      if (rhythm !== undefined) rhythm.before = habit;
    },
  };
}

function newRhythm(bot: Bot): Rhythm {
  return {
    bot,
    lastAt: Number.NaN,
    firstAt: Number.NaN,
    gaps: noWrites,
    writes: noWrites,
    bucket: 0,
    before: null,
    isAsked: false,
    quiet: null,
  };
}

/** A log that was emptied or taken away tells nothing: the next write begins anew. */
function noteWrite(rhythm: Rhythm, at: number): void {
  const { lastAt, bot } = rhythm;
  if (at === lastAt) return;
  if (!Number.isNaN(at) && !Number.isNaN(lastAt) && at > lastAt) {
    if (rhythm.writes === noWrites) {
      rhythm.gaps = new Float64Array(buckets);
      rhythm.writes = new Float64Array(buckets);
    }
    const bucket = Math.floor(at / bucketMs);
    for (let passed = Math.max(rhythm.bucket + 1, bucket - buckets + 1); passed <= bucket; passed += 1) {
      rhythm.gaps[passed % buckets] = 0;
      rhythm.writes[passed % buckets] = 0;
    }
    rhythm.bucket = bucket;
    // While it did not run it had nothing to say.
    const gap = at - Math.max(lastAt, bot.startedAt !== null && bot.startedAt < at ? bot.startedAt : 0);
    rhythm.gaps[bucket % buckets] = Math.max(rhythm.gaps[bucket % buckets] as number, gap);
    rhythm.writes[bucket % buckets] = (rhythm.writes[bucket % buckets] as number) + 1;
    if (Number.isNaN(rhythm.firstAt)) rhythm.firstAt = lastAt;
  }
  rhythm.lastAt = at;
}

/** Epoch ms since when it has said nothing although it runs; NaN unknown. */
function silentSince({ lastAt, bot }: Rhythm): number {
  return Math.max(lastAt, bot.startedAt ?? 0);
}

function quietAt(rhythm: Rhythm, since: number, now: number): BotQuiet | null {
  const usualGapMs = longestGap(rhythm);
  return usualGapMs === null || now - since < usualGapMs * quietGaps ? null : { since, usualGapMs };
}

/** The longest gap that is usual, ms; null where too little was seen to call anything usual. */
function longestGap({ gaps, writes, firstAt, lastAt, before }: Rhythm): number | null {
  let count = before?.writes ?? 0;
  let longest = before?.longestGapMs ?? 0;
  for (let index = 0; index < buckets; index += 1) {
    count += writes[index] as number;
    longest = Math.max(longest, gaps[index] as number);
  }
  const seenMs = Number.isNaN(firstAt) ? 0 : lastAt - firstAt;
  return count >= minWrites && seenMs + (before?.spanMs ?? 0) >= minSpanMs ? longest : null;
}
