/** What the bots panel says when it has no row to show: why, and what to do. */
import type { OtherDaemon } from '../../sources/pm2/snapshot.ts';
import type { Reading } from '../../sources/source.ts';
import { type DaemonVerdict, judgeDaemons } from '../../state/daemon-guard.ts';
import type { World } from '../../state/world.ts';
import { sentence } from '../../text/sentence.ts';
import { wrap } from '../../text/wrap.ts';
import type { Scope } from '../../ui/panel.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Role } from '../../ui/theme.ts';
import type { BotsView } from './view.ts';

type Line = readonly [Role, string];

/** Draws from the row `from` on; gives how many rows it took. */
export function drawBotsEmpty(cells: Cells, { world, list, theme }: Scope, view: BotsView, from = 1): number {
  let y = from;
  const room = cells.width - 4;
  for (const [role, text] of emptyLines(world, list.filter, view.total)) {
    for (const line of text === '' ? [''] : wrap(text, room)) {
      if (y >= cells.height - 1) return y - from;
      cells.text(2, y++, line, theme[role], room);
    }
  }
  return y - from;
}

/** The lines, each with its role; exported for the plain frame and the tests. */
export function emptyLines(world: World, filter: string, total: number): readonly Line[] {
  if (total > 0 && filter) {
    return [
      ['text', `No bot matches “${filter}”: ${total} hidden.`],
      ['muted', 'Esc clears the filter.'],
    ];
  }
  const lines: Line[] = [];
  const verdicts = judgeDaemons(world);
  world.pm2.forEach(({ reading }, at) => lines.push(...readingLines(reading, verdicts[at])));
  if (world.pm2.length === 0) lines.push(['muted', 'No PM2 home is watched.']);
  return lines;
}

function readingLines(
  reading: Reading<{ home: string; others: readonly OtherDaemon[] }>,
  verdict: DaemonVerdict | undefined,
): Line[] {
  switch (reading.state) {
    case 'waiting':
      return [['muted', 'Asking PM2…']];
    case 'off':
      return offLines(reading.reason.split('; '));
    case 'down': {
      // What is seen from outside says more than how asking failed: which process it is, and whether it runs at all.
      const { words, todo } = verdict ?? { words: reading.error.message, todo: reading.error.hint ?? '' };
      // The other daemons of the machine are part of it: one a line.
      const hints = todo === '' ? [] : todo.split('; ');
      return [['bad', sentence(words)], ...hints.map((hint): Line => ['text', sentence(hint)])];
    }
    case 'fresh':
    case 'stale':
      return [
        ['text', `The daemon of ${reading.value.home} runs no bot.`],
        ['muted', 'pm2 start FILE adds one; pm2 resurrect brings back what was saved.'],
      ];
    default:
      return reading satisfies never;
  }
}

/** Without a PM2, and without another that could be watched, what to do is a matter of where it is, if anywhere. */
function offLines(parts: readonly string[]): Line[] {
  const lines = parts.map((part, i): Line => [i === 0 ? 'text' : 'muted', sentence(part)]);
  return parts.length > 1
    ? lines
    : [...lines, ['muted', '--pm2-home DIR names one elsewhere; botop demo shows a private one.']];
}
