/** The bots of one daemon with the columns of numbers beside them; what both keep from one reading to the next. */
import type { Attention } from '../attention.ts';
import { createLogTimes, type LogTimes } from '../log-times.ts';
import { createResourceSampler } from '../proc/resources.ts';
import { createProcSampler } from '../proc/sampler.ts';
import { SetBack } from '../set-back.ts';
import { type AuditFolder, createAuditTrail } from './audit-trail.ts';
import { createCodeWatch } from './code.ts';
import { createExitLedger } from './exits.ts';
import type { Listed, Monit } from './list.ts';
import { createLogAges } from './log-ages.ts';
import { readHabit } from './log-habit.ts';
import type { Pm2LogEvent } from './log-lines.ts';
import { createRhythms } from './rhythm.ts';
import { isSameBot, shareWith } from './same-bot.ts';
import type { Bot, BotLastingState } from './snapshot.ts';

/** The part of a snapshot that changes each second. The arrays are written again by the next sample. */
export interface Columns {
  readonly cpuPercent: Float64Array;
  readonly memoryBytes: Float64Array;
  readonly processes: Float64Array;
  readonly threads: Float64Array;
  readonly openFiles: Float64Array;
  readonly openFilesLimit: Float64Array;
  readonly lastLogAt: Float64Array;
}

export interface Roster {
  /** Same array as before when nothing but columns changed. */
  readonly bots: readonly Bot[];
  readonly columns: Columns;
  /**
   * To be asked for each bot of the next list while it is read: gives the one of the list before where it is equal, so that
   * only what changed takes new memory.
   */
  keep(bot: Bot): Bot;
  /**
   * Takes the daemon's next list. `isNewDaemon`: its counters have nothing to do with those before. True when bots
   * came, went or moved, or their logs did: the columns are new ones, to be sampled.
   */
  take(listed: readonly Listed[], circumstances: { now: number; isNewDaemon: boolean; isLogRead: boolean }): boolean;
  /** Takes what PM2's log said. */
  tell(events: readonly Pm2LogEvent[], isLive: boolean): void;
  /** Brings into the bots what the list does not tell: the exits of the last hour, who is quiet, what code lies there. */
  refresh(now: number): void;
  /** Samples the processes; `now` is epoch ms. True when one that was alive is gone: the list is out of date. */
  sampleProcesses(monotonicMs: number, now: number): boolean;
  sampleLogAges(now: number): void;
  /** To be awaited after a list that moved bots or their logs: learns where they are. */
  prepareLogAges(): Promise<void>;
  close(): void;
}

const isLinux = process.platform === 'linux';
/** The two clocks it is reckoned by are read a moment apart, and one of them may be set. */
const SAME_SINCE_MS = 500;

export interface RosterOptions {
  /** The PM2 home, absolute. */
  readonly home: string;
  /** Shared with who follows the logs. */
  readonly logTimes?: LogTimes | undefined;
  /** Which bots are on a screen; without it all processes are sampled each time. */
  readonly attention?: Attention | null | undefined;
  /** Where botop's audit tells who of us asked for an end; nobody is named without. */
  readonly auditFolder?: AuditFolder | undefined;
}

export function createRoster({
  home,
  logTimes = createLogTimes(),
  attention = null,
  auditFolder,
}: RosterOptions): Roster {
  const sampler = createProcSampler();
  const resources = createResourceSampler();
  const ledger = createExitLedger();
  const logAges = createLogAges(logTimes);
  const rhythms = createRhythms();
  const codeWatch = createCodeWatch();
  const trail = createAuditTrail(auditFolder ?? null);
  const gone = new Set<number>();
  /** By pid. */
  const lastingStates = new Map<number, BotLastingState>();
  let isReadingHabit = false;
  const setBack = new SetBack();
  let listedBots: Bot[] = [];
  let byId = new Map<Bot['id'], Bot>();
  let lastNew: Bot | null = null;
  let monits: readonly Monit[] = [];
  let pids: readonly number[] = [];
  let bots: readonly Bot[] = [];
  let columns = createColumns(0);

  function refresh(now: number): void {
    const setBackMs = setBack.since(now);
    if (setBackMs > 0) ledger.setBack(setBackMs, now);
    let next: Bot[] | null = null;
    for (let index = 0; index < listedBots.length; index += 1) {
      const known = listedBots[index] as Bot;
      const exits = ledger.of(known, now);
      const quiet = rhythms.quietOf(index);
      const code = codeWatch.of(index);
      const lastingState = lastingStates.size === 0 ? null : (lastingStates.get(known.pid ?? 0) ?? null);
      const stoppingSince = known.status === 'stopping' ? ledger.stoppingSince(known) : null;
      const isSame =
        known.exits === exits &&
        known.quiet === quiet &&
        known.code === code &&
        known.lastingState === lastingState &&
        known.stoppingSince === stoppingSince;
      const bot = isSame ? known : { ...known, exits, quiet, code, lastingState, stoppingSince };
      if (bots[index] === bot) continue;
      next ??= bots.slice(0, listedBots.length);
      next[index] = bot;
      // The one of the list is not needed any more: what is compared with the next list is the same in both.
      listedBots[index] = bot;
      byId.set(bot.id, bot);
      rhythms.renew(index, bot);
    }
    if (next !== null || bots.length !== listedBots.length) bots = next ?? bots.slice(0, listedBots.length);
  }

  /** One log at a time, in the background: a bot that was just found quiet is judged a reading later. */
  function readOneHabit(now: number): void {
    const bot = isReadingHabit ? null : rhythms.nextUnknown(now);
    if (bot === null) return;
    isReadingHabit = true;
    void readHabit(bot, now).then((habit) => {
      isReadingHabit = false;
      if (habit !== null) rhythms.learn(bot, habit);
    });
  }

  function nameWhoAsked(): void {
    ledger.attribute((bot, exit) => trail.whoEnded({ home, ...bot }, exit));
  }

  /** The same object as long as it is the same state. */
  function noteLastingStates(monotonicMs: number, now: number): void {
    if (sampler.lastingCount === 0) {
      lastingStates.clear();
      return;
    }
    for (const pid of lastingStates.keys()) if (!pids.includes(pid)) lastingStates.delete(pid);
    for (const pid of pids) {
      const state = sampler.lastingStateOf(pid);
      if (state === null) {
        lastingStates.delete(pid);
        continue;
      }
      const since = Math.round(now - (monotonicMs - state.since));
      const known = lastingStates.get(pid);
      const isSame = known?.name === state.name && Math.abs(known.since - since) < SAME_SINCE_MS;
      if (!isSame) lastingStates.set(pid, { name: state.name, since });
    }
  }

  const isSeen = (index: number): boolean => {
    const bot = listedBots[index];
    return attention === null || (bot !== undefined && attention.isSeen(bot.home, bot.id));
  };

  /** Where /proc does not exist, or hides other users' processes, PM2's own measurement stands in. */
  function fillFromMonit(): void {
    for (let index = 0; index < pids.length; index += 1) {
      const pid = pids[index] as number;
      if (pid === 0 || gone.has(pid) || !Number.isNaN(columns.memoryBytes[index])) continue;
      columns.cpuPercent[index] = monits[index]?.cpuPercent ?? Number.NaN;
      columns.memoryBytes[index] = monits[index]?.memoryBytes ?? Number.NaN;
      columns.processes[index] = Number.NaN;
    }
  }

  return {
    get bots() {
      return bots;
    },
    get columns() {
      return columns;
    },
    keep(bot) {
      const known = byId.get(bot.id);
      if (known !== undefined && isSameBot(known, bot)) return known;
      const like = known ?? lastNew;
      if (like !== null) shareWith(bot, like);
      lastNew = bot;
      return bot;
    },
    take(listed, { now, isNewDaemon, isLogRead }) {
      const circumstances = { now, isLogRead };
      for (const { bot } of listed) ledger.count(isNewDaemon ? undefined : byId.get(bot.id), bot, circumstances);
      const previous = listedBots;
      listedBots = listed.map(({ bot }) => bot);
      byId = new Map(listedBots.map((bot) => [bot.id, bot]));
      monits = listed.map(({ monit }) => monit);
      pids = listedBots.map((bot) => bot.pid ?? 0);
      rhythms.arrange(listedBots);
      codeWatch.arrange(listedBots);
      for (const pid of gone) if (!pids.includes(pid)) gone.delete(pid);
      const isSameOrder =
        previous.length === listedBots.length && previous.every((bot, index) => bot.id === listedBots[index]?.id);
      if (!isSameOrder) columns = createColumns(listedBots.length);
      return (
        !isSameOrder ||
        previous.some(
          ({ outLogPath, errLogPath }, index) =>
            outLogPath !== listedBots[index]?.outLogPath || errLogPath !== listedBots[index]?.errLogPath,
        )
      );
    },
    tell(events, isLive) {
      for (const event of events) ledger.tell(event, isLive);
      if (events.some(({ kind }) => kind === 'exit')) nameWhoAsked();
    },
    refresh,
    sampleProcesses(monotonicMs, now) {
      const vanished = isLinux ? sampler.sample(pids, monotonicMs, columns, isSeen) : emptyColumns(columns, pids);
      for (const pid of vanished) gone.add(pid);
      noteLastingStates(monotonicMs, now);
      if (isLinux) resources.sample(pids, columns.processes, columns);
      fillFromMonit();
      return vanished.length > 0;
    },
    sampleLogAges(now) {
      logAges.sample((index) => attention !== null && isSeen(index));
      rhythms.note(columns.lastLogAt, now);
      readOneHabit(now);
      codeWatch.look(now);
      void trail.read(now).then((isNew) => {
        if (isNew) nameWhoAsked();
      });
    },
    prepareLogAges: () => logAges.prepare(listedBots, columns.lastLogAt),
    close() {
      sampler.close();
      codeWatch.close();
      logAges.close();
    },
  };
}

function createColumns(length: number): Columns {
  const column = () => new Float64Array(length).fill(Number.NaN);
  return {
    cpuPercent: column(),
    memoryBytes: column(),
    processes: column(),
    threads: column(),
    openFiles: column(),
    openFilesLimit: column(),
    lastLogAt: column(),
  };
}

function emptyColumns(columns: Columns, pids: readonly number[]): number[] {
  columns.cpuPercent.fill(Number.NaN);
  columns.memoryBytes.fill(Number.NaN);
  for (let index = 0; index < pids.length; index += 1) columns.processes[index] = pids[index] === 0 ? 0 : Number.NaN;
  return [];
}
