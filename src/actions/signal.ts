/** Sending a signal to a bot's process, through its daemon, which knows its own children. */

import { readStat } from '../sources/proc/stat.ts';
import type { Action, ActionDeps, Argument, Check, Verdict } from './action.ts';
import { identify, isRunning, listBots, pm2Command, resolveBots, untouchable } from './bots.ts';
import { callDaemon } from './call-daemon.ts';
import { follow, type Watch, watchUntilUp } from './settle.ts';
import type { BotTarget } from './target.ts';

/** The signals there are, and what each will most likely do to a bot. */
const EFFECTS: Readonly<Record<string, string>> = {
  SIGUSR2: 'what the bot itself has put on it; a bot that does not catch it ends',
  SIGHUP: 'often: read the configuration again; a bot that does not catch it ends',
  SIGUSR1: 'node opens its debugger on 127.0.0.1:9229, and whoever reaches that runs code in the bot',
  SIGWINCH: 'nothing, where the bot does not catch it',
  SIGCONT: 'goes on, if it was stopped by SIGSTOP',
  SIGSTOP: 'freezes at once: PM2 still calls it online, and nothing but SIGCONT wakes it',
  SIGINT: 'ends, as PM2 itself asks it to; PM2 then starts it again',
  SIGTERM: 'ends; PM2 then starts it again',
  SIGQUIT: 'ends, or writes a core file; PM2 then starts it again',
  SIGABRT: 'ends, and may write a core file; PM2 then starts it again',
  SIGKILL: 'ends at once, without finishing what it does; PM2 then starts it again',
};
const ENDING: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGABRT', 'SIGKILL']);
/** How long one that need not end is looked at. */
const LOOK_MS = 3000;
const POLL_MS = 500;

const argument: Argument<BotTarget> = {
  what: 'which signal',
  initial: () => '',
  choices: () => Object.keys(EFFECTS),
  check: (text) =>
    nameOf(text) === null ? `not one of those that can be sent: ${Object.keys(EFFECTS).join(' ')}` : null,
  bind: (text) => sendSignal(nameOf(text) ?? ''),
};

/** `hup`, `SIGHUP`: the signal's full name, or null. */
function nameOf(text: string): string | null {
  const upper = text.trim().toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  return Object.hasOwn(EFFECTS, name) ? name : null;
}

export const signal: Action<BotTarget> = { ...sendSignal('SIGNAL'), label: 'signal', argument };

function sendSignal(name: string): Action<BotTarget> {
  return {
    id: 'signal',
    label: `send ${name}`,
    question: (whom) => `Send ${name} to ${whom}`,
    targetKind: 'bot',
    runTimeoutMs: 10_000,
    risk: () => 'R2',
    unavailable,
    command: (targets, shell) => pm2Command(`sendSignal ${name}`, targets, shell),
    consequences: () => [
      `${name}: ${EFFECTS[name] ?? ''}`,
      'only the bot itself gets it, not the processes that it started',
    ],
    resolve: resolveBots,
    run: (target, deps, abort) =>
      callDaemon(target, null, deps, abort, (call) =>
        call('sendSignalToProcessId', [{ process_id: target.id, signal: name }]),
      ),
    verify: (target, deps, abort, report) => {
      if (target.bot.status === 'stopping') return lookEnd(target, deps, abort, report);
      return ENDING.has(name) && target.bot.autorestart
        ? watchUntilUp({ before: target, restartsOfOurs: 1 }, deps, abort, report)
        : lookOn(name, target, deps, abort, report);
    },
  };
}

/** One that PM2 waits for to end can be sent a signal, and nothing else: it is how it ends sooner. */
function unavailable({ bot }: BotTarget): string | null {
  if (bot.status === 'stopping' && typeof bot.id === 'number' && bot.uniqueId !== '' && bot.pid !== null) return null;
  return untouchable(bot) ?? (isRunning(bot) && bot.pid !== null ? null : 'it does not run');
}

/** Of one that was stopping: whether it has, and what PM2 calls it then. */
function lookEnd(
  target: BotTarget,
  deps: ActionDeps,
  abort: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const end = (state: Verdict['state'], text: string): Verdict => ({
    state,
    checks: [{ text, state: state === 'watching' ? 'waiting' : state }],
  });
  const first = { verdict: end('watching', `pid ${target.bot.pid} ended`) };
  const watch: Watch<typeof first> = {
    home: target.home,
    first,
    next: (seen, bots, _at, waitedMs) => {
      const found = identify(target, bots);
      if (found.state !== 'same') return { verdict: end('bad', found.reason) };
      const { status } = found.target.bot;
      if (status !== 'stopping') return { verdict: end('good', `pid ${target.bot.pid} ended: ${status}`) };
      return waitedMs < LOOK_MS ? seen : { verdict: end('bad', 'it is still stopping') };
    },
  };
  return follow(watch, deps, abort, report);
}

async function lookOn(
  name: string,
  target: BotTarget,
  deps: ActionDeps,
  abort: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const { clock } = deps;
  const begunAt = clock.monotonic();
  const waiting: Check = { text: `pid ${target.bot.pid} ${wanted(name)}`, state: 'waiting' };
  report({ state: 'watching', checks: [waiting] });
  for (;;) {
    const found = identify(target, await listBots(target.home, deps, abort));
    const verdict = judge(name, target, found.state === 'same' ? found.target : found.reason);
    const isOver = clock.monotonic() - begunAt >= Math.min(LOOK_MS, deps.settleMs ?? LOOK_MS);
    if (verdict.state !== 'good' || isOver) {
      report(verdict);
      return verdict;
    }
    await deps.sleep(POLL_MS, abort);
  }
}

const wanted = (name: string): string => (name === 'SIGSTOP' ? 'is frozen' : 'runs on');

function judge(name: string, before: BotTarget, now: BotTarget | string): Verdict {
  if (typeof now === 'string') return { state: 'bad', checks: [{ text: now, state: 'bad' }] };
  const { pid, status } = now.bot;
  if (pid !== null && pid === before.bot.pid) {
    // Where there is no /proc, that it is there is all that can be seen.
    const isFrozen = readStat(pid)?.state === 'T';
    const state = isFrozen && name === 'SIGCONT' ? 'bad' : 'good';
    return { state, checks: [{ text: `pid ${pid} ${isFrozen ? 'is frozen' : 'runs on'}`, state }] };
  }
  const text = pid === null ? `${status}: it ended` : `it ended and was started again: pid ${before.bot.pid} → ${pid}`;
  return { state: 'bad', checks: [{ text, state: 'bad' }] };
}
