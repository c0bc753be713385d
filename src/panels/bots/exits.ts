/** The exits of one bot with their evidence: when, how, after how long, who wanted it (by name where it was one of us), and when it was back. */
import type { BotExit } from '../../sources/pm2/snapshot.ts';
import { describeExit, isUnasked } from '../../state/judge.ts';
import { ago, bytes, clockTime, duration, offsetAt } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';

const CAUSES: Readonly<Record<BotExit['cause'], string>> = {
  crash: 'nobody asked for it',
  asked: 'asked through PM2',
  reload: 'a new worker took its place',
  memory: 'over max_memory_restart',
  watch: 'a file changed',
  cron: 'its schedule',
};

/** As many as a snapshot holds of one bot. */
const EXITS_KEPT = 64;

/** Draws at most `most` of them, the latest first; gives how many rows they took. */
export function drawExits(
  cells: Cells,
  theme: Theme,
  y: number,
  exits: readonly BotExit[],
  { now, most }: { readonly now: number; readonly most: number },
): number {
  const { length } = exits;
  const known = length >= EXITS_KEPT ? `${EXITS_KEPT} or more` : String(length);
  const title = length === 0 ? 'No exit in the last hour.' : `Exits of the last hour (${known})`;
  const order = length > 1 && measure(title) + 16 <= cells.width ? ', latest first' : '';
  cells.text(1, y, truncate(`${title}${order}`, cells.width - 2), theme.title, cells.width - 2);
  const shown = exits.slice(-most).reverse();
  shown.forEach((exit, i) => {
    const line = y + 1 + i;
    const style = isUnasked(exit) ? theme.bad : theme.muted;
    cells.text(1, line, clockTime(exit.at, offsetAt(exit.at)), theme.text, 8);
    cells.text(10, line, ago(now - exit.at).padStart(4), theme.muted, 4);
    cells.text(15, line, truncate(describeExit(exit), 11), style, 11);
    cells.text(27, line, truncate(evidence(exit, cells.width - 28), cells.width - 28), theme.muted, cells.width - 28);
  });
  return 1 + shown.length;
}

/** `nobody asked for it · ran 1m20 · back in 0.2s`; shorter where that is too long, and without the last, which is least. */
function evidence(exit: BotExit, room: number): string {
  const { ranMs, cause, by, memory, restartedAt, at } = exit;
  const why = by === null ? CAUSES[cause] : `${cause === 'reload' ? 'reloaded' : 'asked'} by ${by}`;
  const over = memory === null ? '' : ` (${bytes(memory.usedBytes)} of ${bytes(memory.limitBytes)})`;
  const ran = ranMs === null ? '' : `ran ${seconds(ranMs)}`;
  const awayMs = restartedAt === null ? Number.NaN : restartedAt - at;
  const back = awayMs < 100 ? 'back at once' : awayMs >= 100 ? `back in ${seconds(awayMs)}` : '';
  const isShort = by === null && measure(`${why}${over} · ${ran}`) > room;
  const parts = [isShort ? cause : `${why}${over}`, ran, back].filter(Boolean);
  while (parts.length > 1 && measure(parts.join(' · ')) > room) parts.pop();
  return parts.join(' · ');
}

/** To a tenth where that matters. */
function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : duration(ms);
}
