/** Changing how many instances of a cluster bot run: new ones are made of one that is there, the newest are deleted. */
import type { Bot } from '../sources/pm2/snapshot.ts';
import { shellQuote } from '../text/shell-quote.ts';
import type { Action, ActionDeps, Argument, Check, Preparation, Verdict } from './action.ts';
import { listBots, pm2Prefix, resolveBots, untouchable } from './bots.ts';
import { CALL_TIMEOUT_MS, callDaemon } from './call-daemon.ts';
import { follow, SETTLED_MS, type Watch } from './settle.ts';
import type { BotTarget } from './target.ts';

const MAX_INSTANCES = 128;
/** How long new instances may take to be up. */
const START_MS = 45_000;

const argument: Argument<BotTarget> = {
  what: 'how many instances',
  initial: () => '',
  choices: () => [],
  check: (text) => (countOf(text) === null ? `a number from 1 to ${MAX_INSTANCES}` : null),
  bind: (text) => scaleTo(countOf(text) ?? 1),
};

function countOf(text: string): number | null {
  const count = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  return count >= 1 && count <= MAX_INSTANCES ? count : null;
}

export const scale: Action<BotTarget> = { ...scaleTo(1), label: 'scale', argument };

function scaleTo(count: number): Action<BotTarget> {
  return {
    id: 'scale',
    label: `scale to ${count}`,
    question: (whom) => `Scale ${whom} to ${count}`,
    targetKind: 'bot',
    // Instances are made, and ended, one after the other.
    runTimeoutMs: 2 * CALL_TIMEOUT_MS,
    risk: () => 'R2',
    unavailable: ({ bot }) => {
      const barred = untouchable(bot);
      if (barred !== null) return barred;
      if (bot.isModule) return 'it is a PM2 module';
      return bot.mode === 'cluster' ? null : 'it runs in fork mode: only a cluster is scaled';
    },
    command: (targets, shell) =>
      targets
        .map(({ home, name, bot }) => `${pm2Prefix(home, bot.username, shell)}pm2 scale ${shellQuote(name)} ${count}`)
        .join(' && '),
    consequences: () => [],
    prepare: (targets, deps, signal) => preview(targets, count, deps, signal),
    resolve: resolveBots,
    async run(target, deps, signal) {
      const said: string[] = [];
      const result = await callDaemon(target, null, deps, signal, async (call) => {
        const bots = instancesOf(target, await listBots(target.home, deps, signal));
        const template = bots.find(({ status }) => status === 'online') ?? bots[0];
        if (template === undefined) throw new Error('no instance of it is left');
        for (let have = bots.length; have < count; have++) {
          signal.throwIfAborted();
          await call('duplicateProcessId', [template.id]);
          said.push('made one');
        }
        for (const bot of surplus(bots, count)) {
          signal.throwIfAborted();
          if (bot.watch) await call('stopWatch', ['deleteProcessId', bot.id]);
          await call('deleteProcessId', [bot.id]);
          said.push(`deleted id ${bot.id}`);
        }
      });
      return result.state === 'done' ? result : { ...result, message: [result.message, ...said].join('; ') };
    },
    verify(target, deps, signal, report) {
      const watch: Watch<Scaling> = {
        home: target.home,
        first: { since: null, verdict: { state: 'watching', checks: [] } },
        next: (seen, bots, at, waitedMs) =>
          lookScaled(seen, instancesOf(target, bots), count, at, waitedMs, deps.settleMs ?? SETTLED_MS),
      };
      return follow(watch, deps, signal, report);
    },
  };
}

/** All instances of the bot: those of its name that are a cluster, the oldest first. */
function instancesOf({ name, bot }: BotTarget, bots: readonly Bot[]): readonly Bot[] {
  return bots
    .filter(
      (other) =>
        other.name === name &&
        other.namespace === bot.namespace &&
        other.mode === 'cluster' &&
        typeof other.id === 'number',
    )
    .sort((a, b) => Number(a.id) - Number(b.id));
}

/** The newest go: the first instance is often the one that does what only one may do. */
function surplus(bots: readonly Bot[], count: number): readonly Bot[] {
  return bots.slice(count).reverse();
}

async function preview(
  targets: readonly BotTarget[],
  count: number,
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  const consequences: string[] = [];
  for (const target of targets) {
    const bots = instancesOf(target, await listBots(target.home, deps, signal));
    const who = targets.length > 1 ? `${target.name}: ` : '';
    if (bots.length === count) throw new Error(`${target.name} has ${count} ${instances(count)} already`);
    if (bots.length < count) {
      consequences.push(
        `${who}${bots.length} ${instances(bots.length)} now; ${count - bots.length} more ${count - bots.length === 1 ? 'is' : 'are'} started, with the environment that PM2 has`,
        'what only one may do at a time, as polling Telegram, fails in all but one',
      );
      continue;
    }
    const gone = surplus(bots, count).map(({ id }) => id);
    consequences.push(
      `${who}${bots.length} instances now; the newest are ended and deleted: id ${gone.join(', ')} (pm2 scale takes the oldest)`,
    );
  }
  return { notes: [], consequences };
}

function instances(count: number): string {
  return count === 1 ? 'instance' : 'instances';
}

/** `since`: monotonic ms since when so many are up. */
interface Scaling {
  readonly since: number | null;
  readonly verdict: Verdict;
}

function lookScaled(
  seen: Scaling,
  bots: readonly Bot[],
  count: number,
  at: number,
  waitedMs: number,
  settleMs: number,
): Scaling {
  const up = bots.filter(({ status }) => status === 'online').length;
  const text = `${up} of ${count} up`;
  const failed = bots.find(({ status }) => status === 'errored');
  const bad = (why: string): Scaling => ({
    since: null,
    verdict: { state: 'bad', checks: [{ text: `${text}: ${why}`, state: 'bad' }] },
  });
  if (failed !== undefined) return bad(`id ${failed.id} is errored`);
  if (bots.length !== count || up !== count) {
    if (waitedMs >= START_MS) return bad(`after ${START_MS / 1000} s`);
    return { since: null, verdict: { state: 'watching', checks: [{ text, state: 'waiting' }] } };
  }
  const since = seen.since ?? at;
  const heldMs = Math.min(at - since, settleMs);
  const isHeld = heldMs >= settleMs;
  const held: Check = { text: `for ${Math.floor(heldMs / 1000)} s`, state: isHeld ? 'good' : 'waiting' };
  return { since, verdict: { state: isHeld ? 'good' : 'watching', checks: [{ text, state: 'good' }, held] } };
}
