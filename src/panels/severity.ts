/** How grave a value is by its limit. */
import type { Threshold } from '../config/schema-nodes.ts';
import type { Role } from '../ui/theme.ts';

/** What a value is shown as. Unknown is muted, never good. */
export type Severity = Extract<Role, 'text' | 'warn' | 'bad' | 'muted'>;

export function severityOf(value: number | null, { warn, bad = Number.POSITIVE_INFINITY }: Threshold): Severity {
  if (value === null || Number.isNaN(value)) return 'muted';
  return value >= bad ? 'bad' : value >= warn ? 'warn' : 'text';
}

/** Whether it is worth a colour of its own. */
export function isTrouble(severity: Severity): severity is 'warn' | 'bad' {
  return severity === 'warn' || severity === 'bad';
}

const RANKS: readonly Severity[] = ['muted', 'text', 'warn', 'bad'];

export function worst(...severities: readonly Severity[]): Severity {
  return severities.reduce((a, b) => (RANKS.indexOf(b) > RANKS.indexOf(a) ? b : a), 'muted');
}
