/** What a person says of errors: known for ever, hidden, from when on they are new. */

import type { Baseline } from '../../state/errors/baseline.ts';
import type { ErrorsView } from '../../state/errors.ts';
import { clockTime, offsetAt } from '../../text/format.ts';
import type { PanelWord } from '../../ui/keys/binding.ts';
import type { ErrorRows } from './view.ts';

/** Does what was said of the row of that key, and answers with a sentence. */
export function tellErrors(
  { errors, now }: { readonly errors: ErrorsView; readonly now: number },
  { rows }: Pick<ErrorRows, 'rows'>,
  key: string | null,
  what: PanelWord,
  setBaseline: (baseline: Baseline) => void,
): string {
  if (what === 'baseline') {
    const baseline = nextBaseline(errors.baseline, now);
    setBaseline(baseline);
    return baselineWords(baseline);
  }
  const row = rows.find((each) => each.key === key);
  if (!row) return 'There is no error under the cursor.';
  const { fingerprint, pattern } = row.group;
  const isOn = what === 'known' ? !row.isKnown : !row.isHidden;
  void errors.marks.set(fingerprint, { [what === 'known' ? 'isKnown' : 'isHidden']: isOn, pattern }, now);
  const trouble = errors.marks.trouble === null ? '' : ` For this session only: ${errors.marks.trouble}.`;
  return `${WORDS[what][isOn ? 'on' : 'off']}${trouble}`;
}

const WORDS = {
  known: { on: 'Known: it is never NEW again. m takes it back.', off: 'No longer known: it may be NEW again.' },
  hidden: { on: 'Hidden. Filter is:hidden shows it, x takes it back.', off: 'Shown again.' },
} as const;

function nextBaseline(baseline: Baseline, now: number): Baseline {
  if (baseline.kind === 'start') return { kind: 'restart' };
  return baseline.kind === 'restart' ? { kind: 'moment', at: now } : { kind: 'start' };
}

/** What NEW means with it. */
export function baselineWords(baseline: Baseline): string {
  switch (baseline.kind) {
    case 'start':
      return 'NEW: not in what was read back of the last hour.';
    case 'restart':
      return 'NEW: first seen since the last start of a bot that shows it.';
    case 'deploy':
      return `NEW: first seen since the deploy of ${clockTime(baseline.at, offsetAt(baseline.at))}.`;
    case 'moment':
      return `NEW: first seen after ${clockTime(baseline.at, offsetAt(baseline.at))}, when b was pressed.`;
    default:
      return baseline satisfies never;
  }
}
