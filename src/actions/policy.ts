/** Whether an action may be asked for, or fired, now. Pure: the circumstances are passed in. */
import type { Reading } from '../sources/source.ts';
import type { Action } from './action.ts';
import { type Target, targetName } from './target.ts';

/** What policy looks at. `now` is epoch ms. */
export interface Circumstances {
  readonly isReadOnly: boolean;
  readonly isLocked: boolean;
  readonly now: number;
  /** What is known of the source through which the target is seen. */
  reading(target: Target): Reading<unknown>;
  /** What is wrong with what serves the target, and what helps, where more is known than its reading tells. */
  trouble?(target: Target): Trouble | null;
}

export interface Trouble {
  readonly words: string;
  /** Empty where nothing helps, or nobody knows what does. */
  readonly todo: string;
}

/**
 * Null when the action may be done to all of the targets, else why not: a sentence without a full stop, for the prompt's place,
 * the footer and the audit. The gravest reason wins, so that unlocking is not advised to someone in read-only.
 */
export function allow(action: Action, targets: readonly Target[], circumstances: Circumstances): string | null {
  if (circumstances.isReadOnly) return 'read-only: this botop changes nothing; start it without that to act';
  if (circumstances.isLocked) return 'locked: W unlocks';
  if (targets.length === 0) return 'nothing is chosen: the cursor on a row chooses it, Space several';
  for (const target of action.mayBeUnread === true ? [] : targets) {
    const untrue = distrust(target, circumstances);
    if (untrue !== null) return untrue;
  }
  return targets.length === 1 ? unavailable(action, targets[0] as Target) : null;
}

/** Why the action makes no sense for this one target, with its name; null when it does. */
export function unavailable(action: Action, target: Target): string | null {
  const reason = senseless(action, target);
  return reason === null ? null : `${targetName(target)}: ${reason}`;
}

/** The same without the name. */
export function senseless(action: Action, target: Target): string | null {
  return target.kind === action.targetKind ? action.unavailable(target) : `${action.id} is not for this`;
}

function distrust(target: Target, { now, ...circumstances }: Circumstances): string | null {
  const reading = circumstances.reading(target);
  switch (reading.state) {
    case 'fresh':
      return null;
    case 'waiting':
      return 'it has not been read yet: ask again in a moment';
    case 'off':
      return `not watched: ${reading.reason}`;
    case 'down':
      return whatHelps(target, circumstances) ?? `cannot be read: ${reading.error.message}`;
    case 'stale': {
      const seconds = Math.max(0, Math.round((now - reading.readAt) / 1000));
      if (reading.error === null) return `the reading is ${seconds} s old`;
      return whatHelps(target, circumstances) ?? `${reading.error.message}; last read ${seconds} s ago`;
    }
    default:
      return reading satisfies never;
  }
}

function whatHelps(target: Target, { trouble }: Pick<Circumstances, 'trouble'>): string | null {
  const known = trouble?.(target) ?? null;
  return known === null || known.todo === '' ? null : `${known.words} · ${known.todo}`;
}
