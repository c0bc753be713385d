/** What the person is asked before an action fires, and how the answer must read. Pure. */
import type { Action, Preparation, Risk, Shell } from './action.ts';
import { type Target, targetAnswers } from './target.ts';

/** What confirms: `y`, or a text typed in full; `texts[0]` is the one that is shown, the others count as well. */
export type Answer = { readonly kind: 'y' } | { readonly kind: 'type'; readonly texts: readonly [string, ...string[]] };

/** A question that is open. Frozen: nothing in it changes or is sorted again while the person reads. */
export interface Ask {
  readonly state: 'asked';
  /** The id of its two lines in the audit. */
  readonly id: string;
  readonly action: Action;
  readonly risk: Risk;
  readonly targets: readonly Target[];
  readonly command: string;
  readonly consequences: readonly string[];
  /** What changed since the targets were taken, what was left out, where the evidence is, what is wrong with the audit. */
  readonly notes: readonly string[];
  readonly answer: Answer;
  /** Epoch ms. */
  readonly at: number;
}

/** It was not asked, or not done, and why. */
export interface Refusal {
  readonly state: 'refused';
  readonly id: string;
  readonly action: Action;
  readonly targets: readonly Target[];
  /** A sentence without a full stop. */
  readonly reason: string;
  /** Why the audit could not be written, or null. */
  readonly auditError: string | null;
}

/** What an ask is made of. */
export interface Question {
  readonly id: string;
  readonly action: Action;
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
  readonly preparation: Preparation | null;
  readonly shell: Shell;
  readonly at: number;
}

export function buildAsk(question: Question): Ask {
  const { id, action, shell, at, preparation } = question;
  const targets = Object.freeze([...question.targets]);
  const risk = action.risk(targets);
  return Object.freeze({
    state: 'asked',
    id,
    action,
    risk,
    targets,
    command: action.command(targets, shell),
    consequences: Object.freeze([...(preparation?.consequences ?? []), ...action.consequences(targets, at)]),
    notes: Object.freeze([...question.notes, ...(preparation?.notes ?? [])]),
    answer: Object.freeze(answerTo(action, risk, targets, preparation?.phrase)),
    at,
  });
}

function answerTo(action: Action, risk: Risk, targets: readonly Target[], phrase: string | undefined): Answer {
  switch (risk) {
    case 'R1':
    case 'copy':
      return { kind: 'y' };
    case 'R2': {
      const [first] = targets;
      if (targets.length === 1 && first !== undefined) return { kind: 'type', texts: targetAnswers(first) };
      return { kind: 'type', texts: [String(targets.length)] };
    }
    case 'R3': {
      const text = phrase ?? action.phrase?.(targets);
      if (text === undefined) throw new Error(`${action.id} destroys data and names no phrase to type`);
      return { kind: 'type', texts: [text] };
    }
    default:
      return risk satisfies never;
  }
}
