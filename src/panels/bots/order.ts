/** In what order rows stand. */
import { compareNatural } from '../../text/natural.ts';
import { FIELDS, type Field, type FieldName } from './fields.ts';
import type { BotRow } from './row.ts';

type Compare = (a: BotRow, b: BotRow) => number;

/** The worst, the biggest or the latest first, unless inverted; unknown last in either; then by name and id, so that no order ever flickers. */
export function orderBy(name: FieldName, isInverted: boolean): Compare {
  const sign = isInverted ? -1 : 1;
  const byName: Compare = (a, b) => compareNatural(a.bot.name, b.bot.name) || compareId(a.bot.id, b.bot.id);
  if (name === 'state') return (a, b) => sign * (a.sortValue - b.sortValue || b.urgency - a.urgency) || byName(a, b);
  const field: Field = FIELDS[name];
  if (field.kind === 'text') {
    return (a, b) => sign * compareNatural(field.text(a), field.text(b)) || byName(a, b);
  }
  return (a, b) => {
    const isUnknown = Number.isNaN(a.sortValue);
    if (isUnknown || Number.isNaN(b.sortValue)) {
      const unknown = Number(isUnknown) - Number(Number.isNaN(b.sortValue));
      return unknown || byName(a, b);
    }
    return sign * (a.sortValue - b.sortValue) || byName(a, b);
  };
}

function compareId(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareNatural(String(a), String(b));
}
