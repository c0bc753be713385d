/**
 * Reloading bots by pm_id: of a cluster instance the new process is up before the old one ends; of a fork it is a
 * restart. Only the id is sent, so that our environment never reaches them.
 */
import type { Bot } from '../sources/pm2/snapshot.ts';
import { SourceError } from '../sources/source.ts';
import type { Action, ActionDeps, Check, Verdict } from './action.ts';
import { beforeRestart } from './before-restart.ts';
import { inTurns, isRunning, listBots, namesOf, pm2Command, resolveBots, untouchable } from './bots.ts';
import { CALL_TIMEOUT_MS, callDaemon, WAITS } from './call-daemon.ts';
import { restart } from './restart.ts';
import { isCrashing, watchUntilUp } from './settle.ts';
import type { BotTarget } from './target.ts';

export const reload: Action<BotTarget> = {
  id: 'reload',
  key: 'L',
  label: 'reload',
  footer: 47,
  targetKind: 'bot',
  isWatchedOn: true,
  // A little more than the call's own, which says better what happened.
  runTimeoutMs: CALL_TIMEOUT_MS + 1000,
  risk: (targets) => (targets.length > 1 ? 'R2' : 'R1'),
  unavailable: ({ bot }) => {
    const barred = untouchable(bot);
    if (barred !== null) return barred;
    if (bot.isModule) return 'it is a PM2 module: r restarts it';
    if (bot.status === 'waiting restart') return WAITS;
    if (!isRunning(bot)) return 'it does not run: + starts it';
    return bot.status === 'online' ? null : 'it is just starting';
  },
  command: (targets, shell) => pm2Command('reload', targets, shell),
  consequences,
  prepare: (targets, deps, signal) => beforeRestart('reload', targets, deps, signal),
  resolve: resolveBots,
  run: (target, deps, signal) =>
    callDaemon(target, 'reload', deps, signal, async (call) => {
      await refuseSecond(target, deps, signal);
      await call('reloadProcessId', [{ id: target.id }]);
    }),
  verify,
};

const oldId = ({ id }: BotTarget): string => `_old_${id}`;

/** PM2 7 refuses a second reload itself; older ones lose the old process of the first, which then runs for ever. */
async function refuseSecond(target: BotTarget, deps: ActionDeps, signal: AbortSignal): Promise<void> {
  const bots = await listBots(target.home, deps, signal);
  const isUnderWay = bots.some(({ id }) => id === oldId(target));
  if (isUnderWay) throw new SourceError('failed', `a reload is under way already: ${oldId(target)} still runs`);
}

async function verify(
  target: BotTarget,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const verdict = await watchUntilUp({ before: target, restartsOfOurs: 1 }, deps, signal, report);
  if (target.bot.mode === 'fork' || verdict.state === 'unknown') return verdict;
  // An old daemon whose new worker died never ends the old one, which goes on beside it.
  const bots = await listBots(target.home, deps, signal);
  const old = bots.find(({ id }) => id === oldId(target));
  if (old === undefined) return verdict;
  const check: Check = {
    text: `the old process${old.pid === null ? '' : ` ${old.pid}`} goes on as ${old.id}`,
    state: 'bad',
  };
  const ended: Verdict = { ...verdict, state: 'bad', checks: [...verdict.checks, check] };
  report(ended);
  return ended;
}

function consequences(targets: readonly BotTarget[], now: number): readonly string[] {
  const bots = targets.map(({ bot }) => bot);
  const [only] = bots;
  const forks = bots.filter(({ mode }) => mode === 'fork');
  if (bots.length === 1 && only !== undefined) {
    if (only.mode === 'fork') return ['in fork mode a reload is a restart', ...restart.consequences(targets, now)];
    return [...crashes(bots, now), ...CLUSTER, KEPT];
  }
  return [
    ...crashes(bots, now),
    ...(forks.length === 0 ? [] : [`in fork mode a reload is a restart: ${namesOf(forks)}`]),
    `${inTurns(bots.length)}; it ends at the first that comes back worse than it was`,
    ...(forks.length === bots.length ? [] : CLUSTER),
    KEPT,
  ];
}

const CLUSTER: readonly string[] = [
  'the old process ends when the new one listens, or after its listen_timeout (3 s where none is set) even if the new one does not work',
  'until then both run: what only one may do at a time, as polling Telegram, fails in one of them',
];
const KEPT = 'environment and options stay as PM2 has them: a changed .env or ecosystem file is not read';

function crashes(bots: readonly Bot[], now: number): string[] {
  const crashing = bots.filter((bot) => isCrashing(bot, now));
  return crashing.length === 0 ? [] : [`${namesOf(crashing)} crashed before this and will most likely crash again`];
}
