/** The logs as a source: what PM2's bots and the globs write, read as it is written. */
import type { LogTimes } from '../log-times.ts';
import { type Clock, type Source, SourceOff } from '../source.ts';
import { type Allowance, createAssembler, type Tally } from './assembler.ts';
import { LogEvents } from './events.ts';
import { LogFactsRing } from './facts.ts';
import { createFinder, ERROR_NEEDLES } from './finder.ts';
import { createLogFollower } from './follower.ts';
import { expandGlobs, folderOf, type LogPattern } from './globs.ts';
import { createJournal, type JournalOptions } from './journal.ts';
import type { LogCounts, LogsSnapshot, LogTarget } from './snapshot.ts';

export interface LogsSourceOptions {
  readonly clock: Clock;
  /**
   * The files that PM2 names; null while it has not answered yet, and for good where there is none. An equal list
   * must be the same array: it is compared by identity.
   */
  readonly targets: () => readonly LogTarget[] | null;
  /** Why there is nothing to follow without globs; null when there is a PM2. */
  readonly offReason?: () => string | null;
  /** Absolute patterns; a text is one without a name and a zone. */
  readonly globs: readonly (string | LogPattern)[];
  /** Units to read from systemd's journal. */
  readonly journal?: Pick<JournalOptions, 'units' | 'program'>;
  readonly id?: string;
  /** Told when each file was written to. */
  readonly times?: LogTimes;
  /** How far back is read at the start, ms; an hour unless said. */
  readonly windowMs?: number;
}

/** `windowMs` of the snapshot's `errors`. */
export const LOG_WINDOW_MS = 3_600_000;
const GLOBS_EVERY_MS = 20_000;
/** After something unknown appeared in a watched folder. */
const GLOBS_SOON_MS = 1_000;
/** Lines judged in one beat, and the time for it: enough to show a flood, too little to be stopped by one. */
const LINES_PER_BEAT = 4_000;
const JUDGING_MS = 60;
/** Judged in one beat however long it takes; between pieces of a few ms keys have their turn. */
const SURE_LINES = 500;
/** A log that grows a hundred times a second is worth two readings more a second, not a hundred. */
const MIN_POKE_MS = 300;
/** A reading of more than this is followed by another as soon: in a loud folder nobody tells that more has come. */
const FLOOD_BYTES = 1024 * 1024;

export function logsSource(options: LogsSourceOptions): Source<'logs'> {
  const { clock, windowMs = LOG_WINDOW_MS, id = 'logs' } = options;
  const globs = options.globs.map((glob) => (typeof glob === 'string' ? { glob, name: null, zone: null } : glob));
  const events = new LogEvents();
  const facts = new LogFactsRing();
  const tally: Tally = { warn: 0, error: 0, fatal: 0, droppedLines: 0, cutLines: 0 };
  const allowance: Allowance = { linesLeft: 0, timedBelow: 0, until: 0, beat: 0 };
  let poke: (() => void) | null = null;
  let soon: NodeJS.Timeout | undefined;
  let pokedAt = Number.NEGATIVE_INFINITY;
  let named: readonly LogTarget[] | null = null;
  let matched: readonly LogTarget[] = [];
  let globbedAt = Number.NEGATIVE_INFINITY;
  let isGlobDue = true;
  let hasRead = false;
  let counts: LogCounts = { ...tally, readBytes: 0, droppedBytes: 0 };

  const finder = createFinder(ERROR_NEEDLES);
  const sinkFor = createAssembler({
    events,
    facts,
    tally,
    allowance,
    windowMs,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
  });
  const journal =
    options.journal && options.journal.units.length > 0
      ? createJournal({ ...options.journal, sinkFor, finder, clock, windowMs, onChange })
      : null;
  const follower = createLogFollower({
    finder,
    sinkFor,
    clock,
    windowMs,
    ...(options.times && { times: options.times }),
    onChange,
    onUnknown() {
      isGlobDue = globs.length > 0;
    },
  });
  follower.setFolders([...new Set(globs.map(({ glob }) => folderOf(glob)))]);

  function onChange(): void {
    const now = clock.monotonic();
    // What is left out here is read by the next beat, at most a second later.
    if (poke === null || now - pokedAt < MIN_POKE_MS) return;
    pokedAt = now;
    poke();
  }

  function readSoon(): void {
    clearTimeout(soon);
    soon = setTimeout(() => poke?.(), MIN_POKE_MS);
    soon.unref();
  }

  async function refreshTargets(signal: AbortSignal): Promise<void> {
    const now = clock.monotonic();
    const wanted = options.targets();
    let isChanged = wanted !== named;
    const sinceGlobs = now - globbedAt;
    if (globs.length > 0 && (sinceGlobs >= GLOBS_EVERY_MS || (isGlobDue && sinceGlobs >= GLOBS_SOON_MS))) {
      isGlobDue = false;
      globbedAt = now;
      const next = await expandGlobs(globs, signal);
      const paths = new Set(matched.map(({ path }) => path));
      if (next.length !== matched.length || next.some(({ path }) => !paths.has(path))) {
        matched = next;
        isChanged = true;
      }
    }
    named = wanted;
    if (isChanged) follower.setTargets([...(named ?? []), ...matched]);
  }

  return {
    kind: 'logs',
    id,
    cadenceMs: 1_000,
    timeoutMs: 15_000,
    async read(signal): Promise<LogsSnapshot> {
      const reason = globs.length === 0 && journal === null ? (options.offReason?.() ?? null) : null;
      if (reason !== null) throw new SourceOff(reason);
      await refreshTargets(signal);
      // What was there before us is judged without haste: it happens once.
      allowance.beat += 1;
      allowance.linesLeft = hasRead ? LINES_PER_BEAT : 10 * LINES_PER_BEAT;
      allowance.timedBelow = allowance.linesLeft - SURE_LINES;
      allowance.until = clock.monotonic() + (hasRead ? JUDGING_MS : 10 * JUDGING_MS);
      const before = follower.readBytes + follower.droppedBytes;
      await follower.read();
      journal?.read();
      if (hasRead && follower.readBytes + follower.droppedBytes - before > FLOOD_BYTES) readSoon();
      events.commit();
      const files = journal === null ? follower.files() : [...follower.files(), ...journal.files()];
      const isComplete = named !== null || globs.length > 0 || journal !== null;
      hasRead = isComplete && (hasRead || !files.some(({ state }) => state === 'waiting'));
      if (isComplete && !hasRead) readSoon();
      const droppedBytes = follower.droppedBytes + (journal?.droppedBytes ?? 0);
      const readBytes = follower.readBytes + (journal?.readBytes ?? 0);
      counts = { ...tally, readBytes, droppedBytes };
      return { isComplete, files, filesLeftOut: follower.filesLeftOut, counts, events, facts };
    },
    watch(onChange) {
      poke = onChange;
      return () => {
        poke = null;
      };
    },
    close() {
      clearTimeout(soon);
      journal?.close();
      return follower.close();
    },
  };
}
