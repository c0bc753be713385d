/** Custom actions: what a bot itself offers through PM2, with its own answer. What PM2 put into it is not among them. */
import { listenForReply } from '../sources/pm2/bus-reply.ts';
import { shellQuote } from '../text/shell-quote.ts';
import type { Action, ActionDeps, Argument, RunResult, Verdict } from './action.ts';
import { identify, isRunning, listBots, pm2Prefix, resolveBots, untouchable } from './bots.ts';
import { callDaemon } from './call-daemon.ts';
import { errorText } from './error-text.ts';
import type { BotTarget } from './target.ts';

/** How long a bot may take to answer: it may be at work. */
const ANSWER_MS = 8000;

interface Order {
  readonly name: string;
  /** Null without one. */
  readonly parameter: string | null;
}

const argument: Argument<BotTarget> = {
  what: 'which of its actions, then a parameter if it takes one',
  initial: () => '',
  choices: sharedActions,
  check: (text, targets) => {
    const names = sharedActions(targets);
    return orderOf(text, names) === null ? `none of them is called that: ${names.join(', ')}` : null;
  },
  bind: (text) => triggerFor(text),
};

/** The actions that all of them offer. */
function sharedActions(targets: readonly BotTarget[]): readonly string[] {
  const [first, ...others] = targets.map(({ bot }) => bot.customActions);
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}

/** The longest name that the text begins with; the rest is its parameter. */
function orderOf(text: string, names: readonly string[]): Order | null {
  const typed = text.trim();
  const name = names
    .filter((known) => typed === known || typed.startsWith(`${known} `))
    .toSorted((a, b) => b.length - a.length)[0];
  if (name === undefined) return null;
  const rest = typed.slice(name.length).trim();
  return { name, parameter: rest === '' ? null : rest };
}

export const trigger: Action<BotTarget> = { ...triggerFor(''), label: 'custom action', argument };

function triggerFor(text: string): Action<BotTarget> {
  const order = ({ bot }: BotTarget): Order => orderOf(text, bot.customActions) ?? { name: '', parameter: null };
  return {
    id: 'custom action',
    label: text === '' ? 'custom action' : text,
    question: (whom) => `Have ${whom} do: ${text}`,
    targetKind: 'bot',
    runTimeoutMs: ANSWER_MS + 10_000,
    risk: () => 'R2',
    unavailable: ({ bot }) => {
      const barred = untouchable(bot);
      if (barred !== null) return barred;
      if (!isRunning(bot)) return 'it does not run';
      if (bot.customActions.length === 0) return 'it offers no custom actions';
      return text !== '' && orderOf(text, bot.customActions) === null ? `it offers no ${text} any more` : null;
    },
    command: (targets, shell) =>
      targets
        .map((target) => {
          const { name, parameter } = order(target);
          const words = [String(target.id), name, ...(parameter === null ? [] : [parameter])].map(shellQuote);
          return `${pm2Prefix(target.home, target.bot.username, shell)}pm2 trigger ${words.join(' ')}`;
        })
        .join(' && '),
    consequences: () => ['what it does is the business of the bot that offers it: its code says what'],
    resolve: resolveBots,
    run: (target, deps, signal) => send(target, order(target), deps, signal),
    verify,
  };
}

async function send(
  target: BotTarget,
  { name, parameter }: Order,
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<RunResult> {
  // Listening first: the answer may come before the daemon's own.
  const bus = await listenForReply(target.home, { id: target.id, action: name }, ANSWER_MS).catch(errorText);
  const options = parameter === null ? {} : { opts: parameter };
  const sent = await callDaemon(target, null, deps, signal, (call) =>
    call('msgProcess', [{ id: target.id, msg: name, ...options }]),
  );
  if (typeof bus === 'string') {
    return sent.state === 'done' ? { ...sent, message: `sent; its answer could not be heard: ${bus}` } : sent;
  }
  if (sent.state !== 'done') {
    bus.close();
    return sent;
  }
  const answer = await bus.answer;
  if (answer === null) return { state: 'unanswered', message: `it has not answered within ${ANSWER_MS / 1000} s` };
  return { state: 'done', message: `it answers: ${answer}` };
}

async function verify(
  target: BotTarget,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const found = identify(target, await listBots(target.home, deps, signal));
  const isSame = found.state === 'same' && found.target.bot.pid === target.bot.pid;
  const text =
    found.state !== 'same' ? found.reason : (found.note ?? (isSame ? `pid ${target.bot.pid} runs on` : 'it ended'));
  const state = isSame ? 'good' : 'bad';
  const verdict: Verdict = { state, checks: [{ text, state }] };
  report(verdict);
  return verdict;
}
