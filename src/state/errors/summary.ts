/** The errors as the snapshot's JSON has them. */
import type { LogLevel } from '../../sources/logs/snapshot.ts';
import type { ErrorsView } from '../errors.ts';
import type { Explanation } from './explain.ts';

const WINDOW_MS = 3_600_000;

/** `errors` of the snapshot's JSON, the most frequent first. */
export interface ErrorsSummary {
  readonly windowMs: number;
  readonly total: number;
  readonly groups: readonly ErrorGroupSummary[];
}

/** Times are epoch ms. */
export interface ErrorGroupSummary {
  readonly fingerprint: string;
  readonly level: LogLevel;
  readonly code: string | null;
  readonly count: number;
  readonly isNew: boolean;
  readonly isKnown: boolean;
  readonly isHidden: boolean;
  readonly bots: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
  readonly sample: string;
  readonly explanation: Explanation | null;
}

/** What happened in the hour before `now`. */
export function summariseErrors(view: ErrorsView, now: number): ErrorsSummary {
  const groups = view.groups
    .map((group) => ({
      fingerprint: group.fingerprint,
      level: group.level,
      code: group.code,
      count: group.rate.sum(now),
      isNew: view.isNew(group),
      isKnown: view.marks.of(group.fingerprint)?.isKnown ?? false,
      isHidden: view.marks.of(group.fingerprint)?.isHidden ?? false,
      bots: [...group.bots.keys()].sort(),
      firstAt: group.firstAt,
      lastAt: group.lastAt,
      sample: group.last.message,
      explanation: group.explanation,
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || b.lastAt - a.lastAt);
  const { warn, error, fatal } = view.rates;
  return { windowMs: WINDOW_MS, total: warn.sum(now) + error.sum(now) + fatal.sum(now), groups };
}
