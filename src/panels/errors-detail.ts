/** One group of errors on the whole screen: how often, in which bots, and the newest of them as they were written. */
import type { LogEvent } from '../sources/logs/snapshot.ts';
import type { ErrorGroup } from '../state/errors.ts';
import { ago, clockTime } from '../text/format.ts';
import { wrap } from '../text/wrap.ts';
import { area } from '../ui/graph.ts';
import type { Cells } from '../ui/screen/cells.ts';
import type { Role, Theme } from '../ui/theme.ts';
import { offsetAt } from './errors-draw.ts';

interface DetailScope {
  readonly theme: Theme;
  readonly world: { readonly now: number };
}

export function drawErrorDetail(cells: Cells, scope: DetailScope, group: ErrorGroup | null): void {
  const { theme, world } = scope;
  const { width, height } = cells;
  cells.clear();
  const kind = group ? `${group.level.toUpperCase()}${group.code ? ` ${group.code}` : ''}` : 'gone';
  cells.box(0, 0, width, height, {
    title: kind,
    right: 'Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
  });
  if (!group) {
    cells.text(2, 2, 'This error was not seen within the last hour. Esc goes back.', theme.text, width - 4);
    return;
  }
  let y = 1;
  for (const line of wrap(group.last.message, width - 4).slice(0, 3)) cells.text(2, y++, line, theme.strong, width - 4);
  y = drawFacts(cells, scope, group, y);
  const chartRows = height >= 18 ? 3 : 1;
  const room = Math.min(60, width - 4);
  if (y + chartRows < height - 2) {
    const rate = { length: 60, at: (i: number) => group.rate.at(i, world.now) };
    area(cells, 2, y, room, chartRows, rate, { style: theme.graph, atLeast: 2 });
    if (width > 70) cells.text(64, y + chartRows - 1, 'a minute', theme.muted, width - 66);
    y += chartRows + 1;
  }
  for (const event of [...group.samples].reverse()) y = drawSample(cells, scope, event, y);
}

function drawFacts(cells: Cells, { theme, world }: DetailScope, group: ErrorGroup, from: number): number {
  let y = from;
  const bots = [...group.bots].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ×${count}`);
  const wait = group.last.retryAfterSeconds;
  const facts: readonly (readonly [string, string, Role?])[] = [
    ['count', `${group.rate.sum(world.now)} in the last hour, ${group.totalCount} since it was first seen`],
    ['first', `${timeOf(group.firstAt)}, ${ago(world.now - group.firstAt)} ago`],
    ['last', `${timeOf(group.lastAt)}, ${ago(world.now - group.lastAt)} ago`],
    ...(wait === null ? [] : ([['wait', `${wait} s, as Telegram asks`, 'warn']] as const)),
    ['bots', bots.join(', ')],
    ['file', group.last.path],
  ];
  for (const [label, value, role] of facts) {
    if (y >= cells.height - 2) return y;
    cells.text(2, y, label, theme.muted, 10);
    cells.text(13, y, value, theme[role ?? 'text'], cells.width - 15);
    y += 1;
  }
  return y + 1;
}

/** An event as it was written: its message wrapped, and the lines behind it. */
function drawSample(cells: Cells, { theme }: DetailScope, event: LogEvent, from: number): number {
  const { width, height } = cells;
  let y = from;
  if (y >= height - 1) return y;
  cells.text(2, y, timeOf(event.at), theme.text, 8);
  cells.text(11, y, [event.bot, event.component].filter(Boolean).join(' · '), theme.muted, width - 13);
  y += 1;
  for (const line of wrap(event.message, width - 6)) {
    if (y >= height - 1) return y;
    cells.text(4, y++, line, theme.text, width - 6);
  }
  for (const line of event.detail === '' ? [] : event.detail.split('\n')) {
    if (y >= height - 1) return y;
    cells.text(4, y++, line, theme.muted, width - 6);
  }
  return y;
}

function timeOf(epochMs: number): string {
  return clockTime(epochMs, offsetAt(epochMs));
}
