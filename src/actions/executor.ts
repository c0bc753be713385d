/**
 * The one way anything is changed: policy, targets read again, audit, run, watch. With read-only nothing of an action but
 * its words (name, risk, the command as text) is touched, so no statement, call or child is ever built.
 */
import { randomUUID } from 'node:crypto';
import type { Action, ActionDeps, Resolved, Shell } from './action.ts';
import { type Ask, buildAsk, type Refusal } from './ask.ts';
import type { Attempt, AttemptEnd, Audit } from './audit.ts';
import { errorText } from './error-text.ts';
import { type Fired, fireTargets, pacedDeps, watch } from './fire.ts';
import { attemptOf, outcomeOf, refusedOutcome, resultsOf } from './judgement.ts';
import type { Outcome, Progress } from './outcome.ts';
import { pick } from './pick.ts';
import { allow, type Circumstances, unavailable } from './policy.ts';
import { createReins, type Reins } from './reins.ts';
import { type Target, targetKey, targetName } from './target.ts';

const UNDER_WAY = 'another action is under way: ask again when it is done';
const WITHOUT_AUDIT = '; nothing that destroys is done without it';
const DROPPED = 'cancelled while its targets were read again';
/** A question is void after this, whatever the prompt does, in monotonic ms. A little more than the prompt's own limit. */
const ASK_MAX_AGE_MS = 125_000;

export interface ExecutorOptions {
  readonly deps: ActionDeps;
  readonly audit: Audit;
  readonly shell: Shell;
  /** Looked at anew before each question and before each act. */
  circumstances(): Circumstances;
  readonly createId?: () => string;
}

export interface Executor {
  /** True while something is being changed; watching what became of it does not count. */
  readonly isBusy: boolean;
  /**
   * The question as far as it is known before anything is read again: to be shown meanwhile, never to be answered. Null
   * where it would be refused at once, or where nothing of what is chosen could be acted on.
   */
  sketch(action: Action, targets: readonly Target[]): Ask | null;
  /**
   * Reads the targets again and builds the question, or says why not. Targets that are gone, became another or make no
   * sense are left out and noted when others remain. A question that is still open is cancelled by a new one. Once the
   * signal is aborted it is a refusal, audited as cancelled. Never rejects.
   */
  ask(action: Action, targets: readonly Target[], signal: AbortSignal): Promise<Ask | Refusal>;
  /**
   * Does what was asked, once. Call it only when the person has confirmed. Resolves when the last target was watched to
   * its verdict; `report` is called with each change until then. Never rejects.
   */
  fire(ask: Ask, report: (progress: Progress) => void): Promise<Outcome>;
  /** Of an action under way at several targets; null when there is none. */
  readonly reins: Reins | null;
  /** Why this would be refused now, or null. Nothing is audited: nobody has tried. */
  barred(action: Action, targets: readonly Target[]): string | null;
  /** What the targets of an open question are by now, as far as is cheap to say: see `Action.glance`. Never rejects. */
  glance(ask: Ask): Promise<readonly Resolved[]>;
  /** The question was answered with no, or by nobody. Gives why the audit could not be written, or null. */
  cancel(ask: Ask, result: 'cancelled' | 'expired', reason: string): Promise<string | null>;
  /** The monitor ends: the current target is finished, the rest left, and all of it audited when this resolves. */
  abort(reason: string): Promise<void>;
}

export function createExecutor(options: ExecutorOptions): Executor {
  const { deps, audit, shell, createId = randomUUID } = options;
  const stop = new AbortController();
  let open: { readonly ask: Ask; readonly since: number } | null = null;
  let isBusy = false;
  let stopReason = '';
  let reins: Reins | null = null;
  /** Settles when what is being changed now has been audited. */
  let settled: Promise<unknown> = Promise.resolve();

  async function record(attempt: Attempt, askedAt: number, end: AttemptEnd): Promise<string | null> {
    const before = await audit.asked(attempt, askedAt);
    const after = await audit.outcome(attempt, deps.clock.now(), end);
    return before ?? after;
  }

  async function refuse(attempted: Refused, reason: string, result: 'refused' | 'cancelled' = 'refused') {
    const { id, action, targets, at: askedAt } = attempted;
    // Only what the action is for can be put into its words.
    const isKnown = targets.length > 0 && targets.every(({ kind }) => kind === action.targetKind);
    const risk = isKnown ? action.risk(targets) : null;
    const command = isKnown ? action.command(targets, shell) : '';
    const attempt: Attempt = { id, action: action.id, risk, targets, command };
    const auditError = await record(attempt, askedAt, { result, message: reason, durationMs: 0 });
    return { state: 'refused', id, action, targets, reason, auditError } satisfies Refusal;
  }

  async function cancel(ask: Ask, result: 'cancelled' | 'expired', reason: string): Promise<string | null> {
    if (open?.ask !== ask) return null;
    open = null;
    return record(attemptOf(ask), ask.at, { result, message: reason, durationMs: 0 });
  }

  const bars = (action: Action, targets: readonly Target[]): string | null =>
    isBusy ? UNDER_WAY : allow(action, targets, options.circumstances());

  function sketch(action: Action, chosen: readonly Target[]): Ask | null {
    if (bars(action, chosen) !== null) return null;
    const known = once(chosen);
    try {
      const same = known.map((target) => ({ state: 'same', target }) as const);
      const { targets, notes } = pick(action, known, same);
      if (targets.length === 0) return null;
      return buildAsk({ id: '', action, targets, notes, preparation: null, shell, at: deps.clock.now() });
    } catch {
      // The question itself fails alike, and says why.
      return null;
    }
  }

  async function ask(action: Action, chosen: readonly Target[], signal: AbortSignal): Promise<Ask | Refusal> {
    const at = deps.clock.now();
    const id = createId();
    const asked = { id, action, targets: chosen, at };
    const drop = () => refuse(asked, DROPPED, 'cancelled');
    // Whatever failed since it was given up failed for that.
    const no = (reason: string) => (signal.aborted ? drop() : refuse(asked, reason));
    if (open !== null) await cancel(open.ask, 'cancelled', 'another action was asked for');
    const barred = bars(action, chosen);
    if (barred !== null) return no(barred);
    let built: Ask;
    try {
      const targets = once(chosen);
      const picked = pick(action, targets, await action.resolve(targets, deps, signal));
      if (picked.targets.length === 0) return await no(picked.notes[0] ?? 'nothing is left of what was chosen');
      const auditError = await audit.check();
      const lost = `the audit cannot be written: ${auditError}`;
      if (auditError !== null && action.risk(picked.targets) === 'R3') return await no(lost + WITHOUT_AUDIT);
      const notes = auditError === null ? picked.notes : [...picked.notes, `${lost}: nobody will find it there later`];
      const preparation = (await action.prepare?.(picked.targets, deps, signal)) ?? null;
      built = buildAsk({ id, action, targets: picked.targets, notes, preparation, shell, at });
    } catch (error) {
      return no(errorText(error));
    }
    if (signal.aborted || stop.signal.aborted) return drop();
    if (isBusy || open !== null) return no('another action was asked for meanwhile');
    open = { ask: built, since: deps.clock.monotonic() };
    return built;
  }

  /** Why the confirmed question is not acted on, or the targets as they are now. */
  async function recheck(ask: Ask, since: number): Promise<readonly Target[] | string> {
    if (ask.risk === 'copy') return 'this is never run: its command is copied';
    if (deps.clock.monotonic() - since > ASK_MAX_AGE_MS) return 'the question is too old: ask again';
    const barred = allow(ask.action, ask.targets, options.circumstances());
    if (barred !== null) return barred;
    const resolved = await ask.action.resolve(ask.targets, deps, stop.signal);
    const targets: Target[] = [];
    for (const [index, target] of ask.targets.entries()) {
      const now = resolved[index];
      if (now?.state !== 'same') return now?.reason ?? `${targetName(target)} could not be read again`;
      const reason = unavailable(ask.action, now.target);
      if (reason !== null) return reason;
      targets.push(now.target);
    }
    return targets;
  }

  async function change(ask: Ask, since: number, report: (progress: Progress) => void): Promise<Outcome> {
    const attempt = attemptOf(ask);
    const refused = async (reason: string, askedError?: string | null) => {
      const end: AttemptEnd = { result: 'refused', message: reason, durationMs: 0 };
      const auditError =
        askedError === undefined
          ? await record(attempt, ask.at, end)
          : (askedError ?? (await audit.outcome(attempt, deps.clock.now(), end)));
      return refusedOutcome(ask, reason, auditError);
    };
    const targets = await recheck(ask, since).catch(errorText);
    if (stop.signal.aborted) return refused(`${stopReason}: nothing was done`);
    if (typeof targets === 'string') return refused(targets);
    const askedError = await audit.asked(attempt, ask.at);
    if (askedError !== null && ask.risk === 'R3')
      return refused(`the audit cannot be written: ${askedError}${WITHOUT_AUDIT}`, askedError);
    const startedAt = deps.clock.monotonic();
    const held = createReins();
    if (targets.length > 1) reins = held;
    const fired: Fired = await fireTargets({ ask, targets, deps, stop: stop.signal, reins: held, report });
    reins = null;
    const durationMs = Math.round(deps.clock.monotonic() - startedAt);
    const outcome = outcomeOf(ask, fired, stopReason, durationMs);
    const isUnanswered = outcome.state === 'done' && fired.results.some((result) => result.state === 'unanswered');
    const result = isUnanswered ? 'unanswered' : outcome.state;
    const results = resultsOf(outcome);
    const outcomeError = await audit.outcome(attempt, deps.clock.now(), {
      result,
      message: outcome.message,
      durationMs,
      ...(results === undefined ? {} : { results }),
    });
    return { ...outcome, auditError: askedError ?? outcomeError };
  }

  async function fire(ask: Ask, report: (progress: Progress) => void): Promise<Outcome> {
    const since = open?.ask === ask ? open.since : null;
    if (since === null || isBusy) {
      // Nothing is audited: whoever closed the question has done it.
      return refusedOutcome(ask, isBusy ? UNDER_WAY : 'the question is no longer open', null);
    }
    open = null;
    isBusy = true;
    const changing = change(ask, since, report).finally(() => {
      isBusy = false;
    });
    settled = changing;
    const outcome = await changing;
    const last = outcome.results.at(-1);
    if (last === undefined || last.verdict !== null || (last.state !== 'done' && last.state !== 'unanswered'))
      return outcome;
    const before = outcome.results.slice(0, -1);
    const paced = pacedDeps(deps, ask.action.pace);
    const verdict = await watch(ask.action, last.target, paced, stop.signal, (seen) =>
      report({ ask, results: before, current: last.target, verdict: seen }),
    );
    return { ...outcome, results: [...before, { ...last, verdict }] };
  }

  async function abort(reason: string): Promise<void> {
    stopReason = reason;
    reins?.stop(reason);
    stop.abort(new Error(reason));
    if (open !== null) await cancel(open.ask, 'cancelled', reason);
    await settled.catch(() => undefined);
  }

  return {
    get isBusy() {
      return isBusy;
    },
    get reins() {
      return reins;
    },
    sketch,
    ask,
    fire,
    barred(action, targets) {
      if (isBusy) return UNDER_WAY;
      const reasons = targets.map((target) => unavailable(action, target));
      return allow(action, targets, options.circumstances()) ?? (reasons.includes(null) ? null : (reasons[0] ?? null));
    },
    glance: async ({ action, targets }) => (await action.glance?.(targets, deps, stop.signal).catch(() => [])) ?? [],
    cancel,
    abort,
  };
}

/** What is told of an attempt that came to nothing. */
interface Refused {
  readonly id: string;
  readonly action: Action;
  readonly targets: readonly Target[];
  /** Epoch ms. */
  readonly at: number;
}

/** Each target once. */
function once(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}
