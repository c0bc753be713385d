/** Which of the chosen targets can be acted on, and what is said of the others. Pure. */
import type { Action, Resolved } from './action.ts';
import { nameSome } from './judgement.ts';
import { senseless } from './policy.ts';
import { type Target, targetName } from './target.ts';

export interface Picked {
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
}

/** Those that can be acted on, and a line for each that changed and for each reason why others cannot be. */
export function pick(action: Action, targets: readonly Target[], resolved: readonly Resolved[]): Picked {
  const kept: Target[] = [];
  const notes: string[] = [];
  const left = new Map<string, string[]>();
  const leave = (reason: string, target: Target): void => {
    left.set(reason, [...(left.get(reason) ?? []), targetName(target)]);
  };
  const isWide = targets.length > 1;
  for (const [index, target] of targets.entries()) {
    const now = resolved[index];
    if (now?.state !== 'same') {
      notes.push(now?.reason ?? `${targetName(target)} could not be read again`);
      continue;
    }
    const reason = senseless(action, now.target) ?? (isWide ? (action.leaveOut?.(now.target) ?? null) : null);
    if (reason !== null) {
      leave(reason, now.target);
      continue;
    }
    kept.push(now.target);
    if (now.note !== undefined) notes.push(isWide ? `${targetName(target)}: ${now.note}` : now.note);
  }
  for (const [reason, names] of left) notes.push(`${nameSome(names)}: ${reason}`);
  return { targets: kept, notes };
}
