/** What a flush says of itself. Pure. */
import { bytesLong, count } from '../../text/format.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import type { Shell } from '../action.ts';
import type { Evidence, SavedLog } from '../evidence.ts';
import type { BotTarget } from '../target.ts';
import { type LogStream, logsOf } from './file.ts';

/** How many names, or files, one sentence can bear. */
const MAX_NAMED = 3;

/**
 * `truncate -c -s 0 …`, as the user whose logs they are. `pm2 flush 3` is not the same: it also empties every bot named
 * `3`, and follows links.
 */
export function flushCommand(targets: readonly BotTarget[], shell: Shell): string {
  const users = [...new Set(targets.map(({ bot }) => bot.username))];
  return users
    .map((user) => {
      const ofUser = targets.filter(({ bot }) => bot.username === user);
      const paths = [...new Set(ofUser.flatMap(({ bot }) => logsOf(bot).map(({ path }) => shellQuote(path))))];
      const isOther = user !== null && user !== shell.user && /^[a-z_][\w-]*\$?$/i.test(user);
      return `${isOther ? `sudo -u ${shellQuote(user)} ` : ''}truncate -c -s 0 ${paths.join(' ')}`;
    })
    .join(' && ');
}

/** One file's loss; `saved` is what was kept of it. */
export interface LogLoss {
  readonly bot: string;
  readonly stream: LogStream;
  readonly sizeBytes: number;
  readonly saved: SavedLog | null;
}

/** `out: 3.43 GB, about 12M lines, are gone for good`; of several bots the sum, and the largest. */
export function lossOf(losses: readonly LogLoss[]): readonly string[] {
  const full = losses.filter(({ sizeBytes }) => sizeBytes > 0).sort((a, b) => b.sizeBytes - a.sizeBytes);
  const bots = new Set(losses.map(({ bot }) => bot));
  if (bots.size === 1)
    return full.map(
      (loss) => `${loss.stream} log: ${measureOf(loss)}${hasLines(loss) ? ',' : ''} will be gone for good`,
    );
  const total = full.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const largest = full.slice(0, MAX_NAMED).map((loss) => `${loss.bot} ${loss.stream} ${measureOf(loss)}`);
  return [
    `${bytesLong(total)} in ${full.length} files will be gone for good`,
    `${full.length > MAX_NAMED ? 'the largest' : 'of it'}: ${largest.join('; ')}`,
  ];
}

const hasLines = ({ saved }: LogLoss): boolean => saved !== null && saved.lines > 0;

function measureOf({ sizeBytes, saved }: LogLoss): string {
  const size = bytesLong(sizeBytes);
  if (saved === null || saved.lines === 0) return size;
  const isWhole = saved.tailBytes === saved.logBytes;
  const lines = isWhole ? saved.lines : Math.round((saved.logBytes / saved.tailBytes) * saved.lines);
  return `${size}, ${isWhole ? '' : 'about '}${count(lines)} ${lines === 1 ? 'line' : 'lines'}`;
}

/** The first note of the prompt: where the evidence is and how much of it there is, or that there is none, and why. */
export function savedNote(evidence: Evidence): string {
  if (evidence.state === 'none') return `no evidence could be saved: ${evidence.reason}`;
  const lines = evidence.logs.reduce((sum, log) => sum + log.lines, 0);
  const lost = evidence.logs.filter((log) => log.lines === 0 && log.logBytes > 0);
  const without =
    lost.length === 0 ? '' : `; nothing of ${lost.map((log) => log.name).join(', ')}, whose last line is too long`;
  return `evidence: ${evidence.path} (the last ${count(lines)} lines, redacted${without})`;
}

/** `a, b, c and 4 more`. */
export function nameSome(named: readonly { readonly name: string }[]): string {
  const shown = named.slice(0, MAX_NAMED).map(({ name }) => name);
  return named.length > MAX_NAMED ? `${shown.join(', ')} and ${named.length - MAX_NAMED} more` : shown.join(' and ');
}
