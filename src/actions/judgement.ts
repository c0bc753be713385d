/** How the end of an action is put into words, for the strip and the audit. Pure. */
import type { Ask } from './ask.ts';
import type { Attempt, AttemptEnd } from './audit.ts';
import type { Fired } from './fire.ts';
import type { Outcome, TargetResult } from './outcome.ts';
import { targetName } from './target.ts';

export function attemptOf(ask: Ask): Attempt {
  const { id, action, risk, targets, command, notes } = ask;
  return { id, action: action.id, risk, targets, command, ...(notes.length === 0 ? {} : { notes }) };
}

export function refusedOutcome(ask: Ask, reason: string, auditError: string | null): Outcome {
  return { ask, state: 'refused', message: reason, why: reason, results: [], durationMs: 0, auditError };
}

/** `stopReason` is why the monitor ended, where it did. */
export function outcomeOf(ask: Ask, fired: Fired, stopReason: string, durationMs: number): Outcome {
  const { results, brokenOff } = fired;
  const isStopped = brokenOff !== null;
  const isWhole = results.every((result) => result.state === 'done' || result.state === 'unanswered');
  const state = isStopped ? 'stopped' : isWhole ? 'done' : onlyRefused(results) ? 'refused' : 'failed';
  const why = joined(isStopped ? brokenOff || stopReason : '', culprit(results));
  const message = joined(why, results.length > 1 ? tally(results) : '');
  return { ask, state, message, why, results, durationMs, auditError: null };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}

/** For the audit: one line a target, where `message` alone names only the first failure. */
export function resultsOf({ results }: Outcome): AttemptEnd['results'] {
  if (results.length < 2) return undefined;
  return results.map(({ target, state, message }) => ({ name: targetName(target), state, message }));
}

function onlyRefused(results: readonly TargetResult[]): boolean {
  return results[0]?.state === 'refused';
}

/** What the system said where it matters: of the one that failed, or of the only one. */
function culprit(results: readonly TargetResult[]): string {
  const wrong = results.find((result) => result.state === 'failed' || result.state === 'refused');
  if (wrong === undefined) {
    const worse = results.findLast(({ verdict }) => verdict !== null && verdict.state !== 'good');
    const isCut = results.some((result) => result.state === 'skipped');
    if (isCut && worse !== undefined) return `${targetName(worse.target)}: ${verdictText(worse)}`;
    return results.length === 1 ? (results[0]?.message ?? '') : '';
  }
  return results.length === 1 ? wrong.message : `${targetName(wrong.target)}: ${wrong.message}`;
}

function verdictText(result: TargetResult): string {
  const checks = result.verdict?.checks ?? [];
  return (checks.findLast((check) => check.state === 'bad' || check.state === 'unknown') ?? checks.at(-1))?.text ?? '';
}

/** `2 of 5 done: a, b (not well since); not done: c, d, e`. */
function tally(results: readonly TargetResult[]): string {
  const names = (wanted: (result: TargetResult) => boolean) =>
    results
      .filter(wanted)
      .map((result) => `${targetName(result.target)}${result.verdict?.state === 'bad' ? ' (not well since)' : ''}`);
  const isDone = (result: TargetResult) => result.state === 'done' || result.state === 'unanswered';
  const done = names(isDone);
  const left = names((result) => !isDone(result));
  if (left.length === 0) return `${done.length} of ${results.length} done`;
  return `${done.length} of ${results.length} done${done.length > 0 ? `: ${done.join(', ')}` : ''}; not done: ${left.join(', ')}`;
}

/** How many names a sentence can bear. */
const MAX_NAMED = 6;

/** `a, b, c and 12 more`. */
export function nameSome(names: readonly string[]): string {
  if (names.length <= MAX_NAMED + 1) return names.join(', ');
  return `${names.slice(0, MAX_NAMED).join(', ')} and ${names.length - MAX_NAMED} more`;
}
