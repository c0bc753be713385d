/** The one line that says what became of an action: `✓ restart weather-bot  pid 4211 → 4260 ✓ · up 10 s ✓ · OK`. */
import type { Check, Verdict } from '../actions/action.ts';
import type { Refusal } from '../actions/ask.ts';
import type { Outcome, Progress, TargetResult } from '../actions/outcome.ts';
import { targetName } from '../actions/target.ts';
import { measure, truncate } from '../text/width.ts';

export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'bad' | 'warn';

export interface StripPart {
  readonly text: string;
  readonly tone: Tone;
}

/** `checks` are in the order they were found out; `end` is the last word and is never dropped. */
export interface Strip {
  readonly severity: 'watching' | 'good' | 'warn' | 'bad';
  /** Nothing more will change: Esc may take it away. */
  readonly isOver: boolean;
  readonly title: string;
  readonly checks: readonly StripPart[];
  readonly end: StripPart | null;
}

const MARKS: Record<Check['state'], string> = { good: ' ✓', bad: ' ✗', unknown: ' ?', waiting: '' };
const TONES: Record<Check['state'], Tone> = { good: 'good', bad: 'bad', unknown: 'warn', waiting: 'dim' };
const HEADS: Record<Strip['severity'], StripPart> = {
  watching: { text: '…', tone: 'dim' },
  good: { text: '✓', tone: 'good' },
  warn: { text: '?', tone: 'warn' },
  bad: { text: '✗', tone: 'bad' },
};

/** While it is done and watched. */
export function stripOfProgress(progress: Progress): Strip {
  const { ask, results, current, verdict } = progress;
  const total = ask.targets.length;
  const name = current === null ? '' : targetName(current);
  const place = total > 1 ? `${Math.min(results.length + 1, total)}/${total} ${name}` : name;
  const checks = verdict === null ? [{ text: 'running', tone: 'dim' } as const] : checksOf(verdict);
  return { severity: 'watching', isOver: false, title: `${ask.action.id} ${place}`.trimEnd(), checks, end: null };
}

/** When nothing more will happen. What could not be written to the audit is said here, in any case. */
export function stripOfOutcome(outcome: Outcome): Strip {
  const { ask, results, message } = outcome;
  const only = results.length === 1 ? results[0] : undefined;
  const last = lastWatched(results);
  const severity = severityOf(outcome);
  const checks: StripPart[] = [];
  const watched = only ?? (outcome.state === 'done' ? last : undefined);
  if (watched?.verdict) checks.push(...checksOf(watched.verdict));
  if (message !== '') checks.push({ text: message, tone: severity === 'good' ? 'plain' : TONE_OF[severity] });
  if (outcome.auditError !== null) checks.push(auditPart(outcome.auditError));
  const names =
    ask.targets.length === 1 ? targetName(ask.targets[0] as TargetResult['target']) : `${ask.targets.length} targets`;
  return { severity, isOver: true, title: `${ask.action.id} ${names}`, checks, end: endOf(outcome, severity) };
}

/** For an action that was refused before it was asked. */
export function stripOfRefusal(refusal: Refusal): Strip {
  const { action, reason, auditError } = refusal;
  const checks: StripPart[] = [{ text: reason, tone: 'warn' }];
  if (auditError !== null) checks.push(auditPart(auditError));
  return { severity: 'warn', isOver: true, title: action.id, checks, end: { text: 'not done', tone: 'warn' } };
}

const TONE_OF: Record<Strip['severity'], Tone> = { watching: 'dim', good: 'good', warn: 'warn', bad: 'bad' };

function severityOf(outcome: Outcome): Strip['severity'] {
  if (outcome.state === 'failed') return 'bad';
  if (outcome.state !== 'done') return 'warn';
  const verdicts = outcome.results.map((result) => result.verdict?.state ?? 'unknown');
  if (verdicts.includes('bad')) return 'bad';
  if (verdicts.some((state) => state !== 'good') || outcome.auditError !== null) return 'warn';
  return 'good';
}

function endOf(outcome: Outcome, severity: Strip['severity']): StripPart {
  if (outcome.state === 'refused') return { text: 'not done', tone: 'warn' };
  if (outcome.state === 'stopped') return { text: 'broken off', tone: 'warn' };
  if (outcome.state === 'failed') return { text: 'failed', tone: 'bad' };
  if (severity === 'bad') return { text: 'not well', tone: 'bad' };
  const isKnown = outcome.results.every((result) => result.verdict?.state === 'good');
  return isKnown ? { text: 'OK', tone: 'good' } : { text: 'done, not known how it is', tone: 'warn' };
}

function lastWatched(results: readonly TargetResult[]): TargetResult | undefined {
  return results.findLast((result) => result.verdict !== null);
}

function checksOf(verdict: Verdict): StripPart[] {
  return verdict.checks.map((check) => ({ text: check.text + MARKS[check.state], tone: TONES[check.state] }));
}

function auditPart(reason: string): StripPart {
  return { text: `audit not written: ${reason}`, tone: 'bad' };
}

/**
 * The strip in at most `columns`. The mark and the end stay; where all does not fit the good and waiting checks go
 * first, the oldest first, and then what is left is shortened.
 */
export function fitStrip(strip: Strip, columns: number): readonly StripPart[] {
  const checks = [...strip.checks];
  while (measureParts(layOut(strip, strip.title, checks)) > columns) {
    const index = checks.findIndex((check) => check.tone === 'good' || check.tone === 'dim');
    if (index < 0) break;
    checks.splice(index, 1);
  }
  const over = measureParts(layOut(strip, strip.title, checks)) - columns;
  if (over <= 0) return layOut(strip, strip.title, checks);
  const title = truncate(strip.title, Math.max(16, measure(strip.title) - over));
  return cut(layOut(strip, title, checks), columns);
}

function layOut(strip: Strip, title: string, checks: readonly StripPart[]): StripPart[] {
  const parts: StripPart[] = [HEADS[strip.severity], { text: ` ${title}`, tone: 'strong' }];
  const said = strip.end === null ? checks : [...checks, strip.end];
  for (const [index, part] of said.entries()) {
    parts.push({ text: index === 0 ? '  ' : ' · ', tone: 'dim' }, part);
  }
  return parts;
}

function measureParts(parts: readonly StripPart[]): number {
  return parts.reduce((sum, part) => sum + measure(part.text), 0);
}

/** Shortens the longest part that is left until all fit, so that the end is still there. */
function cut(parts: StripPart[], columns: number): readonly StripPart[] {
  const cutParts = [...parts];
  for (let over = measureParts(cutParts) - columns; over > 0; over = measureParts(cutParts) - columns) {
    const widths = cutParts.map((part) => measure(part.text));
    const widest = widths.indexOf(Math.max(...widths));
    const part = cutParts[widest] as StripPart;
    const width = widths[widest] as number;
    // Nothing but crumbs is left: the line is cut from its end.
    if (width <= 3) {
      cutParts.pop();
      continue;
    }
    cutParts[widest] = { ...part, text: truncate(part.text, Math.max(3, width - over)) };
  }
  return cutParts;
}
