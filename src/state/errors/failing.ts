/** Which bots run and fail at what they do, as far as their logs say. */
import type { ErrorsView } from './view.ts';

/** So many errors within two minutes, the last of them not longer ago than this, ms. */
const FAILS_COUNT = 3;
const LATELY_MS = 30_000;
/** What is read back and tells no time has that of its file's last write, which may be another line's. */
const READ_BACK_MS = 2_000;

type Known = Pick<ErrorsView, 'botRates' | 'lastErrors' | 'startedAt'>;

/** ERROR and FATAL of a bot in this minute and the one before. */
export function recentErrors(name: string, { botRates }: Pick<ErrorsView, 'botRates'>, now: number): number {
  return botRates.get(name)?.sum(now, 2) ?? 0;
}

export function isFailing(name: string, errors: Known, now: number): boolean {
  const event = errors.lastErrors.get(name)?.event;
  if (event === undefined || now - event.at >= LATELY_MS) return false;
  const isDated = event.isStamped || event.at > errors.startedAt + READ_BACK_MS;
  return isDated && recentErrors(name, errors, now) >= FAILS_COUNT;
}
