/** Doing an action to its targets, one after the other. Knows nothing of policy, prompts or the audit. */
import type { Action, ActionDeps, Pace, RunResult, Verdict } from './action.ts';
import type { Ask } from './ask.ts';
import { errorText } from './error-text.ts';
import type { Progress, TargetResult } from './outcome.ts';
import type { Reins } from './reins.ts';
import { SETTLED_MS } from './settle.ts';
import { type Target, targetName } from './target.ts';

export interface Firing {
  readonly ask: Ask;
  /** The targets as they were read again just now. */
  readonly targets: readonly Target[];
  readonly deps: ActionDeps;
  /** Aborted when the monitor ends: what is begun is finished, and not watched any longer. */
  readonly stop: AbortSignal;
  /** Held by the person meanwhile. */
  readonly reins: Reins;
  report(progress: Progress): void;
}

/** About how long a bot takes to end and to start, for an estimate. */
const START_MS = 1500;

/** What is watched, for as long as the pace asks for. */
export function pacedDeps(deps: ActionDeps, pace: Pace | undefined): ActionDeps {
  return pace?.settleMs === undefined ? deps : { ...deps, settleMs: pace.settleMs };
}

/** How far it came, in the order of the targets. A last target that is done is still to be watched. */
export interface Fired {
  readonly results: readonly TargetResult[];
  /** Why it was broken off from outside; null when it was not. */
  readonly brokenOff: string | null;
}

/**
 * Runs the action on each target, as many at a time as its pace says. Each is watched to its verdict before the next takes
 * its place, and a failure, or a verdict worse than before, ends it: what is begun by then is finished. The last target
 * is not watched here, so that the audit need not wait for it.
 */
export async function fireTargets(firing: Firing): Promise<Fired> {
  const { ask, targets, stop, reins } = firing;
  const { pace } = ask.action;
  const deps = pacedDeps(firing.deps, pace);
  const startedAt = deps.clock.monotonic();
  const results: (TargetResult | undefined)[] = targets.map(() => undefined);
  const running = new Map<number, Verdict | null>();
  let next = 0;
  let newest = 0;
  let hasFailed = false;
  let lastEndAt = startedAt;

  const done = (): TargetResult[] => results.filter((result) => result !== undefined);
  const mayBegin = (): boolean => next < targets.length && !hasFailed && !stop.aborted && reins.stoppedFor === null;

  /** From how long those took that are over; before, from how long each must be well. Between two ends it runs down. */
  function etaOf(over: number, left: number): number {
    const { concurrency = 1, settleMs = SETTLED_MS } = pace ?? {};
    const each = over === 0 ? (settleMs + START_MS) / concurrency : (lastEndAt - startedAt) / over;
    return Math.max(0, Math.round(each * left - (deps.clock.monotonic() - lastEndAt)));
  }

  function report(): void {
    const over = done();
    const left = targets.length - over.length;
    const current = running.has(newest) ? newest : ([...running.keys()][0] ?? null);
    firing.report({
      ask,
      results: over,
      current: current === null ? null : (targets[current] as Target),
      verdict: current === null ? (over.at(-1)?.verdict ?? null) : (running.get(current) ?? null),
      isPaused: reins.isPaused,
      stoppedFor: reins.stoppedFor,
      etaMs: left === 0 ? null : etaOf(over.length, left),
    });
  }

  reins.onChange = report;

  async function fireOne(index: number): Promise<void> {
    const taken = targets[index] as Target;
    // Read a moment ago, when it is the first.
    const current =
      index === 0 ? ({ state: 'same', target: taken } as const) : await readAgain(ask.action, taken, firing);
    if (current.state !== 'same') {
      results[index] = { target: taken, state: 'refused', message: current.reason, verdict: null };
      hasFailed = true;
      return;
    }
    const { target } = current;
    newest = index;
    running.set(index, null);
    report();
    const result = await runWithin(ask.action, target, deps, stop);
    if (result.state === 'failed' || index === targets.length - 1) {
      running.delete(index);
      results[index] = { target, ...result, verdict: null };
      hasFailed ||= result.state === 'failed';
      return;
    }
    const verdict = await watch(ask.action, target, deps, stop, (seen) => {
      running.set(index, seen);
      report();
    });
    running.delete(index);
    lastEndAt = deps.clock.monotonic();
    results[index] = { target, ...result, verdict };
    hasFailed ||= isWorse(verdict);
    report();
  }

  async function work(): Promise<void> {
    while (mayBegin()) {
      await reins.free();
      if (!mayBegin()) break;
      const index = next;
      next += 1;
      await fireOne(index);
    }
  }

  await Promise.all(Array.from({ length: Math.max(1, pace?.concurrency ?? 1) }, work));
  const whole = results.map(
    (result, index): TargetResult =>
      result ?? { target: targets[index] as Target, state: 'skipped', message: '', verdict: null },
  );
  const isCut = whole.some(({ state }) => state === 'skipped');
  // Why the monitor ends is its own to say.
  const isBrokenOff = isCut && (stop.aborted || !hasFailed);
  return { results: whole, brokenOff: isBrokenOff ? (reins.stoppedFor ?? '') : null };
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
