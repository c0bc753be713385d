/** Doing an action to its targets, one after the other. Knows nothing of policy, prompts or the audit. */
import type { Action, ActionDeps, RunResult, Verdict } from './action.ts';
import type { Ask } from './ask.ts';
import { errorText } from './error-text.ts';
import type { Progress, TargetResult } from './outcome.ts';
import { type Target, targetName } from './target.ts';

export interface Firing {
  readonly ask: Ask;
  /** The targets as they were read again just now. */
  readonly targets: readonly Target[];
  readonly deps: ActionDeps;
  /** Aborted when the monitor ends: the current target is finished, the next is not begun. */
  readonly stop: AbortSignal;
  report(progress: Progress): void;
}

/** How far it came. `last` is the target still to be watched, when all the others are over. */
export interface Fired {
  readonly results: readonly TargetResult[];
  readonly isStopped: boolean;
}

/**
 * Runs the action on each target. Between two targets the first is watched to its verdict, and a failure, or a verdict
 * worse than before, ends it. The last target is not watched here, so that the audit need not wait for it.
 */
export async function fireTargets(firing: Firing): Promise<Fired> {
  const { ask, targets, deps, stop } = firing;
  const results: TargetResult[] = [];
  const skipRest = (isStopped: boolean): Fired => {
    for (const target of targets.slice(results.length)) {
      results.push({ target, state: 'skipped', message: '', verdict: null });
    }
    return { results, isStopped };
  };
  for (const [index, taken] of targets.entries()) {
    if (stop.aborted) return skipRest(true);
    const current =
      index === 0 ? ({ state: 'same', target: taken } as const) : await readAgain(ask.action, taken, firing);
    if (current.state !== 'same') {
      results.push({ target: taken, state: 'refused', message: current.reason, verdict: null });
      return skipRest(false);
    }
    const { target } = current;
    firing.report({ ask, results: [...results], current: target, verdict: null });
    const result = await runWithin(ask.action, target, deps, stop);
    results.push({ target, ...result, verdict: null });
    if (result.state === 'failed') return skipRest(false);
    if (index === targets.length - 1) break;
    const before = results.slice(0, -1);
    const verdict = await watch(ask.action, target, deps, stop, (seen) =>
      firing.report({ ask, results: before, current: target, verdict: seen }),
    );
    results[index] = { target, ...result, verdict };
    firing.report({ ask, results: [...results], current: null, verdict });
    if (isWorse(verdict)) return skipRest(stop.aborted);
  }
  return { results, isStopped: false };
}

/** Whether a wide action must stop here. What cannot be read any more is not known to be better. */
export function isWorse(verdict: Verdict): boolean {
  return verdict.state === 'unknown' || (verdict.state === 'bad' && verdict.isWorse !== false);
}

/** Watches one target to its final verdict; an error or an abort is a verdict too, the one of not knowing. */
export async function watch(
  action: Action,
  target: Target,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  let seen: Verdict = { state: 'watching', checks: [] };
  try {
    return await action.verify(target, deps, signal, (verdict) => {
      seen = verdict;
      report(verdict);
    });
  } catch (error) {
    const text = signal.aborted ? 'not watched to the end' : `not known: ${errorText(error)}`;
    return {
      state: 'unknown',
      checks: [...seen.checks.filter((check) => check.state !== 'waiting'), { text, state: 'unknown' }],
    };
  }
}

async function readAgain(action: Action, target: Target, { deps, stop }: Firing) {
  try {
    const [resolved] = await action.resolve([target], deps, stop);
    return resolved ?? ({ state: 'unread', reason: `${targetName(target)} could not be read again` } as const);
  } catch (error) {
    return { state: 'unread', reason: `${targetName(target)} could not be read again: ${errorText(error)}` } as const;
  }
}

async function runWithin(action: Action, target: Target, deps: ActionDeps, stop: AbortSignal): Promise<RunResult> {
  const over = new AbortController();
  const timer = new AbortController();
  const limit = deps.sleep(action.runTimeoutMs, timer.signal).then(
    (): RunResult => {
      over.abort(new Error('timeout'));
      return { state: 'unanswered', message: `no answer within ${Math.round(action.runTimeoutMs / 1000)} s` };
    },
    // Aborted since the run is over: this promise must then never win the race.
    () => new Promise<never>(() => {}),
  );
  const signal = action.endsWithMonitor === true ? AbortSignal.any([over.signal, stop]) : over.signal;
  const run = (async () => action.run(target, deps, signal))().catch(
    (error: unknown): RunResult => ({ state: 'failed', message: errorText(error) }),
  );
  const result = await Promise.race([run, limit]);
  timer.abort();
  return result;
}
