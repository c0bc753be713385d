/** Keeping the last N MB of the logs of bots, or of the logs that PM2 forgot: what is older is gone. */
import { bytesLong } from '../text/format.ts';
import type { Action, Argument, Check, Verdict } from './action.ts';
import { identify, listBots } from './bots.ts';
import { daemonUid } from './daemon-owner.ts';
import { flush } from './flush.ts';
import { forgottenLogs } from './forgotten-logs.ts';
import { resolveHomes } from './homes.ts';
import { logsOf } from './logs/file.ts';
import { cutCommand, cutLogs, type LogOfDaemon, longLogs, prepareCut } from './logs/set.ts';
import { type BotTarget, type HomeTarget, type Target, targetAnswers } from './target.ts';

/** Moving a gigabyte takes seconds. */
const RUN_TIMEOUT_MS = 120_000;
const MAX_MB = 1_000;
/** How long a bot is given to show that it still writes, and how often the files are looked at. */
const GROWTH_MS = 3_000;
const LOOK_MS = 200;

function megabytesOf(text: string): number | null {
  const [, number] = /^(\d{1,4})(?:\s*MB?)?$/i.exec(text.trim()) ?? [];
  return number === undefined || Number(number) > MAX_MB ? null : Number(number);
}

/** Of the argument: how much is kept of each log. */
function argumentOf<T extends Target>(bind: (megabytes: number) => Action<T>, least: number): Argument<T> {
  return {
    what: 'how many MB of each log to keep',
    initial: () => '10',
    choices: () => [],
    check: (text) => ((megabytesOf(text) ?? -1) >= least ? null : `a number of MB from ${least} to ${MAX_MB}`),
    bind: (text) => bind(megabytesOf(text) ?? 10),
  };
}

export const keep: Action<BotTarget> = {
  ...keepOf(10),
  label: 'keep the end of its logs',
  argument: argumentOf(keepOf, 1),
};

/** `0` MB empties them. */
export const keepForgotten: Action<HomeTarget> = {
  ...keepForgottenOf(10),
  label: 'cut or flush forgotten logs',
  argument: argumentOf(keepForgottenOf, 0),
};

const APPENDERS =
  'the end is moved within the file: what is written meanwhile by appending is kept, other writers leave a hole';

function keepOf(megabytes: number): Action<BotTarget> {
  const keepBytes = megabytes * 1e6;
  return {
    id: 'keep',
    label: `keep the last ${megabytes} MB of the logs`,
    question: (whom) => `Keep only the last ${megabytes} MB of the logs of ${whom}`,
    targetKind: 'bot',
    runTimeoutMs: RUN_TIMEOUT_MS,
    risk: () => 'R3',
    unavailable: (target) => flush.unavailable(target),
    command: (targets) =>
      cutCommand([...new Set(targets.flatMap(({ bot }) => logsOf(bot).map(({ path }) => path)))], keepBytes),
    consequences: () => [APPENDERS],
    phrase: (targets) => phraseOf(`keep ${megabytes} MB of`, targets, 'bots'),
    async prepare(targets, deps, signal) {
      const [first] = targets;
      const subject = targets.length === 1 && first ? first.name : `${targets.length}-bots`;
      return prepareCut(await logsOfBots(targets), keepBytes, { action: 'keep', subject }, deps, signal);
    },
    resolve: (targets, deps, signal) => flush.resolve(targets, deps, signal),
    run: async (target, _deps, signal) => cutLogs(await logsOfBots([target]), keepBytes, signal),
    async verify(target, deps, signal, report) {
      const logs = await logsOfBots([target]);
      const begunAt = deps.clock.monotonic();
      const first = await sizeOf(logs);
      let bytes = first;
      report({ state: 'watching', checks: [{ text: 'writes on', state: 'waiting' }] });
      const isRunning = target.bot.pid !== null;
      while (isRunning && bytes <= first && deps.clock.monotonic() - begunAt < GROWTH_MS) {
        await deps.sleep(LOOK_MS, signal);
        bytes = await sizeOf(logs);
      }
      const found = identify(target, await listBots(target.home, deps, signal));
      const checks: Check[] = [sizeCheck(bytes, logs.length * keepBytes)];
      // A bot may have nothing to say: that is no fault, and no proof either.
      if (isRunning)
        checks.push(bytes > first ? { text: 'writes on', state: 'good' } : { text: 'silent so far', state: 'waiting' });
      const runs = found.state === 'same' && found.note === undefined;
      checks.push({
        text: runs ? 'runs on' : found.state === 'same' ? (found.note ?? '') : found.reason,
        state: runs ? 'good' : 'bad',
      });
      return told({ state: checks.some(({ state }) => state === 'bad') ? 'bad' : 'good', checks }, report);
    },
  };
}

function keepForgottenOf(megabytes: number): Action<HomeTarget> {
  const keepBytes = megabytes * 1e6;
  const words = megabytes === 0 ? 'flush' : `keep ${megabytes} MB of`;
  return {
    id: 'forgotten-logs',
    label: `${words} forgotten logs`,
    question: (whom) =>
      megabytes === 0
        ? `Flush the forgotten logs of ${whom}`
        : `Keep only the last ${megabytes} MB of the forgotten logs of ${whom}`,
    targetKind: 'home',
    runTimeoutMs: RUN_TIMEOUT_MS,
    risk: () => 'R3',
    unavailable: () => null,
    // Which they are is known only once PM2 was asked: see the consequences.
    command: (targets) =>
      cutCommand(
        targets.map(({ home }) => `${home}/logs/NAME.log`),
        keepBytes,
      ),
    consequences: () => ['forgotten: logs in its folder that no bot of PM2’s list writes'],
    phrase: (targets) => phraseOf(words, targets, 'homes'),
    async prepare(targets, deps, signal) {
      const logs: LogOfDaemon[] = [];
      for (const { home } of targets) logs.push(...(await forgottenLogs(home, deps, signal)));
      return prepareCut(logs, keepBytes, { action: 'forgotten-logs', subject: targets[0]?.name ?? '' }, deps, signal);
    },
    resolve: resolveHomes,
    run: async ({ home }, deps, signal) => cutLogs(await forgottenLogs(home, deps, signal), keepBytes, signal),
    async verify({ home }, deps, signal, report) {
      const logs = await forgottenLogs(home, deps, signal);
      const long = await longLogs(logs, keepBytes);
      const check: Check =
        long.length === 0
          ? sizeCheck(await sizeOf(logs), logs.length * keepBytes)
          : { text: `${long.length} are longer again: something writes them`, state: 'bad' };
      return told({ state: check.state === 'bad' ? 'bad' : 'good', checks: [check] }, report);
    },
  };
}

function told(verdict: Verdict, report: (verdict: Verdict) => void): Verdict {
  report(verdict);
  return verdict;
}

function phraseOf(words: string, targets: readonly Target[], many: string): string {
  const [only] = targets;
  return `${words} ${targets.length === 1 && only !== undefined ? targetAnswers(only)[0] : `${targets.length} ${many}`}`;
}

function sizeCheck(bytes: number, mostBytes: number): Check {
  // What was written since may stand above; a writer that does not append makes it as long as before.
  const isLong = bytes > 2 * mostBytes + 1e6;
  return isLong
    ? { text: `still ${bytesLong(bytes)}: what writes it does not append`, state: 'bad' }
    : { text: `now ${bytesLong(bytes)}`, state: 'good' };
}

async function logsOfBots(targets: readonly BotTarget[]): Promise<readonly LogOfDaemon[]> {
  const logs: LogOfDaemon[] = [];
  for (const { home, name, bot } of targets) {
    const ownerUid = await daemonUid(home);
    for (const { stream, path } of logsOf(bot)) logs.push({ label: `${name} ${stream}`, path, ownerUid });
  }
  return logs;
}

async function sizeOf(logs: readonly LogOfDaemon[]): Promise<number> {
  return (await longLogs(logs, 0)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
