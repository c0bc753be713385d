/** The one line that says what became of an action: `✓ restart weather-bot  pid 4211 → 4260 · up 10 s · OK`. */
import type { Check, Verdict } from '../../actions/action.ts';
import type { Refusal } from '../../actions/ask.ts';
import { isWorse } from '../../actions/fire.ts';
import { nameSome } from '../../actions/judgement.ts';
import type { Outcome, Progress, TargetResult } from '../../actions/outcome.ts';
import { type Target, targetName } from '../../actions/target.ts';
import { duration } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { VIGIL_MS, type Vigil, vigilWords } from './vigil.ts';

export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'bad' | 'warn';

export interface StripPart {
  readonly text: string;
  readonly tone: Tone;
}

/** `checks` are in the order they were found out. */
export interface Strip {
  readonly severity: 'watching' | 'good' | 'warn' | 'bad';
  /** Nothing more will change: Esc may take it away. */
  readonly isOver: boolean;
  /** Nobody need have seen it: it leaves by itself. */
  readonly isPassing: boolean;
  /** It goes on for minutes and says little: whatever else there is stands before it. */
  readonly isQuiet?: boolean;
  /** `restart weather-bot`; empty where the reason is all that counts. */
  readonly title: string;
  /** What is left of the title where there is little room: `weather-bot`. */
  readonly shortTitle: string;
  readonly checks: readonly StripPart[];
  readonly end: StripPart | null;
  /** The least of it: `not done`. */
  readonly shortEnd: StripPart | null;
  /** That there are others: `+2 more`. */
  readonly more: StripPart | null;
}

const TONES: Record<Check['state'], Tone> = { good: 'good', bad: 'bad', unknown: 'warn', waiting: 'dim' };
const HEADS: Record<Strip['severity'], StripPart> = {
  watching: { text: '…', tone: 'dim' },
  good: { text: '✓', tone: 'good' },
  warn: { text: '!', tone: 'warn' },
  bad: { text: '✗', tone: 'bad' },
};

/** While it is done and watched. */
export function stripOfProgress(progress: Progress): Strip {
  const { ask, results, current, verdict } = progress;
  const name = current === null ? '' : targetName(current);
  const known: StripPart[] = verdict === null ? [{ text: 'running', tone: 'dim' }] : checksOf(verdict);
  if (ask.targets.length === 1) {
    const title = `${ask.action.id} ${name}`.trimEnd();
    return { ...BLANK, severity: 'watching', isOver: false, title, shortTitle: name, checks: known };
  }
  const { isPaused = false, stoppedFor = null, etaMs = null } = progress;
  const left = etaMs === null || isPaused || stoppedFor !== null ? '' : ` · ETA ${duration(etaMs)}`;
  const place = `${results.length}/${ask.targets.length}${left}`;
  const held: StripPart[] =
    stoppedFor !== null
      ? [{ text: 'no more is begun', tone: 'warn' }]
      : isPaused
        ? [
            { text: 'PAUSED', tone: 'warn' },
            { text: 'p goes on, x ends it', tone: 'dim' },
          ]
        : progress.isPaused === undefined
          ? []
          : [{ text: 'p pauses, x ends it', tone: 'dim' }];
  const named: StripPart[] = name === '' ? [] : [{ text: name, tone: 'plain' }];
  const title = `${ask.action.id} ${place}`;
  return {
    ...BLANK,
    severity: 'watching',
    isOver: false,
    title,
    shortTitle: place,
    checks: [...named, ...known, ...held],
  };
}

/** When nothing more will happen. What could not be written to the audit is said here, in any case. */
export function stripOfOutcome(outcome: Outcome): Strip {
  const { ask, results, message, auditError } = outcome;
  const audit = auditError === null ? [] : [auditPart(auditError)];
  const subject = `${ask.action.id} ${targetNames(ask.targets)}`;
  if (outcome.state === 'refused') return notDone(subject, message, audit, false);
  if (results.some(({ state }) => state === 'skipped')) return cutShort(outcome, audit);
  const only = results.length === 1 ? results[0] : undefined;
  const severity = severityOf(outcome);
  const checks: StripPart[] = [];
  if (only?.verdict) checks.push(...checksOf(only.verdict));
  if (message !== '') checks.push({ text: message, tone: severity === 'good' ? 'plain' : TONE_OF[severity] });
  const ill = only ? [] : results.filter(({ verdict }) => verdict !== null && verdict.state !== 'good');
  if (ill.length > 0)
    checks.push({ text: `not well: ${nameSome(ill.map(({ target }) => targetName(target)))}`, tone: 'bad' });
  return {
    ...BLANK,
    severity,
    isPassing: severity === 'good',
    title: subject,
    shortTitle: targetNames(ask.targets),
    checks: [...checks, ...audit],
    end: endOf(outcome, severity),
    shortEnd: endOf(outcome, severity),
  };
}

/** Of several: how far it came, what ended it, and what was not begun, since that is what there is left to do. */
function cutShort({ ask, results, why, state }: Outcome, audit: readonly StripPart[]): Strip {
  const isDone = ({ state, verdict }: TargetResult): boolean =>
    (state === 'done' || state === 'unanswered') && (verdict === null || !isWorse(verdict));
  const names = (wanted: (result: TargetResult) => boolean): string =>
    nameSome(results.filter(wanted).map(({ target }) => targetName(target)));
  const left = names((result) => result.state === 'skipped');
  const place = `${results.filter(isDone).length}/${results.length}`;
  const severity = state === 'stopped' ? 'warn' : 'bad';
  return {
    ...BLANK,
    severity,
    title: `${ask.action.id} ${place}`,
    shortTitle: place,
    checks: [{ text: why, tone: TONE_OF[severity] }, { text: `not begun: ${left}`, tone: 'warn' }, ...audit],
  };
}

/** For an action that was refused before it was asked. */
export function stripOfRefusal({ action, targets, reason, auditError }: Refusal): Strip {
  const subject = targets.length === 0 ? action.id : `${action.id} ${targetNames(targets)}`;
  return notDone(subject, reason, auditError === null ? [] : [auditPart(auditError)], true);
}

/** Of the minutes after an action; see `vigil.ts`. */
export function stripOfVigil(vigil: Vigil, isOver: boolean, at: number): Strip {
  const isBad = vigil.trouble !== null;
  const { text, rest } = vigilWords(vigil, at);
  const tone: Tone = vigil.blind !== null ? 'warn' : isBad ? 'bad' : 'good';
  const ended: StripPart = { text: `${duration(VIGIL_MS)} without trouble`, tone: 'good' };
  return {
    ...BLANK,
    severity: isOver ? 'good' : vigil.blind !== null ? 'warn' : isBad ? 'bad' : 'watching',
    isPassing: isOver,
    isQuiet: !isOver,
    title: vigil.title,
    shortTitle: vigil.title,
    checks: isOver ? [ended] : [{ text, tone }, ...(rest === '' ? [] : [{ text: rest, tone: 'dim' } as const])],
  };
}

const BLANK: Omit<Strip, 'severity'> = {
  isOver: true,
  isPassing: false,
  title: '',
  shortTitle: '',
  checks: [],
  end: null,
  shortEnd: null,
  more: null,
};

/** The reason first: what was not done the person knows, who has just asked for it. */
function notDone(subject: string, reason: string, audit: readonly StripPart[], isPassing: boolean): Strip {
  const isLost = audit.length > 0;
  return {
    ...BLANK,
    severity: 'warn',
    isPassing: isPassing && !isLost,
    checks: [{ text: reason === '' ? 'refused' : reason, tone: 'warn' }, ...audit],
    end: { text: `${subject} not done`, tone: 'plain' },
    shortEnd: { text: 'not done', tone: 'plain' },
  };
}

function targetNames(targets: readonly Target[]): string {
  const [only] = targets;
  return targets.length === 1 && only ? targetName(only) : `${targets.length} ${only?.kind ?? 'target'}s`;
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
  if (outcome.state === 'stopped') return { text: 'broken off', tone: 'warn' };
  if (outcome.state === 'failed') return { text: 'failed', tone: 'bad' };
  if (severity === 'bad') return { text: 'not well', tone: 'bad' };
  const isKnown = outcome.results.every((result) => result.verdict?.state === 'good');
  return isKnown ? { text: 'OK', tone: 'good' } : { text: 'done, not known how it is', tone: 'warn' };
}

function checksOf(verdict: Verdict): StripPart[] {
  return verdict.checks.map((check) => ({ text: check.text, tone: TONES[check.state] }));
}

function auditPart(reason: string): StripPart {
  return { text: `audit not written: ${reason}`, tone: 'bad' };
}

/** Below this a reason needs all the room there is. */
const NARROW = 60;

/**
 * The strip in at most `columns`. The mark and what there is besides stay. Where all does not fit, what goes first is
 * what matters least: the good and waiting checks, the oldest first, the action's verb, on a phone the last word too where
 * a reason says as much; and then what is left is shortened.
 */
export function fitStrip(strip: Strip, columns: number): readonly StripPart[] {
  let fitted = strip;
  const isWide = () => measureParts(layOut(fitted)) > columns;
  const isMinor = ({ tone }: StripPart) => tone === 'good' || tone === 'dim';
  while (isWide()) {
    const index = fitted.checks.findIndex(isMinor);
    if (index < 0) break;
    fitted = { ...fitted, checks: fitted.checks.filter((_, at) => at !== index) };
  }
  if (isWide()) fitted = { ...fitted, title: fitted.shortTitle };
  if (isWide()) fitted = { ...fitted, end: fitted.shortEnd };
  if (isWide() && columns < NARROW && fitted.checks.length > 0) fitted = { ...fitted, end: null };
  return cut(layOut(fitted), columns);
}

function layOut({ severity, title, checks, end, more }: Strip): StripPart[] {
  const parts: StripPart[] = [HEADS[severity], { text: title === '' ? ' ' : ` ${title}  `, tone: 'strong' }];
  for (const [index, part] of (end === null ? checks : [...checks, end]).entries()) {
    if (index > 0) parts.push({ text: ' · ', tone: 'dim' });
    parts.push(part);
  }
  if (more !== null) parts.push({ text: '  ', tone: 'dim' }, more);
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
