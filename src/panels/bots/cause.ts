/** Why a bot fails, as far as its log says: its last error beside what it did. */
import { isFailing, recentErrors } from '../../state/errors/failing.ts';
import type { LastError } from '../../state/errors/view.ts';
import { silence } from '../../state/judge.ts';
import type { World } from '../../state/world.ts';
import { count } from '../../text/format.ts';
import type { Role } from '../../ui/theme.ts';
import { stateRole } from './column.ts';
import { type BotRow, isBusy } from './row.ts';

/** What a bot wrote before it ended may stand a little earlier than PM2 says that it did, ms. */
const BEFORE_EXIT_MS = 60_000;

/** The error that tells why it is as it is; null where none does. */
export function causeOf({ bot, orphan, judgement: { state } }: BotRow, { errors, now }: World): LastError | null {
  if (orphan) return null;
  const last = errors.lastErrors.get(bot.name);
  if (!last) return null;
  switch (state) {
    case 'errored':
    case 'flapping':
    case 'restart-wait':
      return last.event.at >= (bot.exits.at(-1)?.at ?? Number.POSITIVE_INFINITY) - BEFORE_EXIT_MS ? last : null;
    case 'ok':
      return isFailing(bot.name, errors, now) ? last : null;
    default:
      return null;
  }
}

/** What every uncaught error ends with: beside the error itself it says nothing, and takes its room. */
const COMMON_EXIT = /:? ?\bexit 1\b(?:, )?/;

/** `16×/5m: SyntaxError: Unexpected token`, `24 err/2m: TG409 Conflict: terminated by other getUpdates`. */
export function whyOf(row: BotRow, world: World): string {
  const { why, state } = row.judgement;
  const cause = causeOf(row, world);
  if (cause === null) return isBusy(row) ? `busy, silent ${silence(row.bot, world.now)}` : why;
  const words =
    state === 'ok'
      ? `${count(recentErrors(row.bot.name, world.errors, world.now))} err/2m`
      : why.replace(COMMON_EXIT, '');
  return words === '' ? causeWords(cause) : `${words}: ${causeWords(cause)}`;
}

/** The code first: it is short, and tells the most. */
export function causeWords({ event: { message }, group: { code } }: LastError): string {
  return code === null || message.startsWith(code) ? message : `${code} ${message}`;
}

export function whyRole(row: BotRow, world: World): Role {
  const { state } = row.judgement;
  if (state !== 'ok') return stateRole(state);
  return causeOf(row, world) === null && !isBusy(row) ? 'muted' : 'warn';
}
