/** Which bots run and fail at what they do, as far as their logs say. */
import type { ErrorsView } from './view.ts';

/** So many errors within two minutes, the last of them not longer ago than this, ms. */
const FAILS_COUNT = 3;
const LATELY_MS = 30_000;

/** ERROR and FATAL of a bot in this minute and the one before. */
export function recentErrors(name: string, { botRates }: Pick<ErrorsView, 'botRates'>, now: number): number {
  return botRates.get(name)?.sum(now, 2) ?? 0;
}

export function isFailing(name: string, errors: Pick<ErrorsView, 'botRates' | 'lastErrors'>, now: number): boolean {
  const last = errors.lastErrors.get(name);
  return last !== undefined && now - last.event.at < LATELY_MS && recentErrors(name, errors, now) >= FAILS_COUNT;
}
