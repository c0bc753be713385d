/**
 * The box of a question, painted at once: it stands while the question is read again, and until what lays it out is
 * loaded. To the cell what `prompt.tsx` shows.
 */
import { isRead, type OpenPrompt } from '../acting/prompt.ts';
import type { Cells } from '../screen/cells.ts';
import { ansi } from '../screen/color.ts';
import { type StyleId, style } from '../screen/style.ts';
import { type PromptLine, promptLines } from './prompt-lines.ts';
import { ANSI, BORDERS, COLORS, isLive, lineParts } from './prompt-look.ts';

const bg = ansi(0);
/** Corners clockwise from the upper left, then the horizontal and the vertical line. */
const ROUND = '╭╮╯╰─│';
const DOUBLE = '╔╗╝╚═║';

/** Fills cells that are as large as the box. `at` is monotonic ms, for the time that is left. */
export function paintPrompt(cells: Cells, prompt: OpenPrompt, at: number): void {
  const { risk } = prompt.ask;
  const isBright = isLive(prompt);
  cells.clear(style({ bg }));
  paintBorder(cells, risk === 'R3' ? DOUBLE : ROUND, style({ fg: ansi(ANSI[BORDERS[risk]]), bg, dim: !isBright }));
  for (const [index, line] of promptLines(prompt, at).entries()) {
    paintLine(cells, index + 1, line, isBright, isBright && isRead(prompt));
  }
}

function paintBorder(cells: Cells, glyphs: string, look: StyleId): void {
  const [upperLeft = '', upperRight = '', lowerRight = '', lowerLeft = '', across = '', down = ''] = glyphs;
  const right = cells.width - 1;
  const bottom = cells.height - 1;
  for (const y of [0, bottom]) cells.fill(0, y, cells.width, 1, across, look);
  for (const x of [0, right]) cells.fill(x, 1, 1, cells.height - 2, down, look);
  cells.text(0, 0, upperLeft, look);
  cells.text(right, 0, upperRight, look);
  cells.text(right, bottom, lowerRight, look);
  cells.text(0, bottom, lowerLeft, look);
}

function paintLine(cells: Cells, y: number, line: PromptLine, isBright: boolean, isAnswerable: boolean): void {
  const { role } = line;
  const fg = ansi(ANSI[COLORS[role]]);
  const bold = role === 'title' || (role === 'question' && isAnswerable);
  // Deaf for its first moment, and it looks it.
  const dim = role === 'question' && !isBright;
  const looks = {
    plain: style({ fg, bg, bold, dim }),
    small: style({ fg: ansi(ANSI.gray), bg, dim }),
    default: style({ fg, bg, bold, dim, inverse: isBright }),
  };
  let x = 2;
  for (const { text, look } of lineParts(line)) x += cells.text(x, y, text, looks[look], cells.width - 2 - x);
}
