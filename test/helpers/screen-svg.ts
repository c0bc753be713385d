import { shapeOf } from './cell-shapes.ts';
import type { ScreenCell } from './terminal.ts';

/** What a picture is made from: a `Pty`, or anything else with cells. */
export interface CellSource {
  readonly columns: number;
  readonly rows: number;
  cell(x: number, y: number): ScreenCell;
}

/** Size of one cell in pixels. */
export const CELL = { width: 9, height: 19, fontSize: 15 } as const;

const MARGIN = 12;
const FOREGROUND = '#d4d7dd';
const BACKGROUND = '#14171c';

/** The sixteen named colours as most terminals of today have them. */
const PALETTE = [
  '#2e3440',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#c8ccd4',
  '#6b7280',
  '#ff7b86',
  '#b5e890',
  '#ffd787',
  '#82c4ff',
  '#de9bf0',
  '#7ad6e2',
  '#ffffff',
] as const;

/** The colour of a cell as `#rrggbb`; `otherwise` where the terminal's own is meant. */
export function colourOf(colour: number | string | null, otherwise: string): string {
  if (colour === null) return otherwise;
  if (typeof colour === 'string') return colour;
  if (colour < 16) return PALETTE[colour] ?? otherwise;
  if (colour >= 232) return hex([0, 1, 2].map(() => 8 + (colour - 232) * 10));
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const cube = colour - 16;
  return hex([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]);
}

const hex = (parts: readonly number[]): string =>
  `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** Half way between two colours, as terminals show dim text. */
function blend(a: string, b: string, share: number): string {
  const parts = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const other = parts(b);
  return hex(parts(a).map((part, index) => part * share + (other[index] ?? 0) * (1 - share)));
}

/** Text as it may stand in XML: escaped, and without the characters XML does not allow. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

interface Look {
  readonly fg: string;
  readonly bg: string;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
}

function lookOf(cell: ScreenCell): Look {
  const fg = colourOf(cell.fg, FOREGROUND);
  const bg = colourOf(cell.bg, BACKGROUND);
  const [front, back] = cell.inverse ? [bg, fg] : [fg, bg];
  return {
    fg: cell.dim ? blend(front, back, 0.6) : front,
    bg: back,
    isBold: cell.bold,
    isItalic: cell.italic,
    isUnderlined: cell.underline,
  };
}

/**
 * The screen as an SVG picture that needs nothing else: no font file, no script, no style sheet. Lines, blocks and
 * braille are drawn as shapes, so that they meet whatever font the reader has; other text is stretched to its cells.
 */
export function screenToSvg(screen: CellSource, title: string): string {
  const width = screen.columns * CELL.width + 2 * MARGIN;
  const height = screen.rows * CELL.height + 2 * MARGIN;
  const backgrounds: string[] = [];
  const shapes = new Map<string, string>();
  const texts: string[] = [];
  for (let y = 0; y < screen.rows; y++) drawRow(screen, y, backgrounds, shapes, texts);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...backgrounds,
    ...[...shapes].map(([fill, path]) => `<path fill="${fill}" d="${path}"/>`),
    `<g font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${CELL.fontSize}" xml:space="preserve">`,
    ...texts,
    '</g>',
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawRow(
  screen: CellSource,
  y: number,
  backgrounds: string[],
  shapes: Map<string, string>,
  texts: string[],
): void {
  const top = y * CELL.height;
  let band = null as { from: number; to: number; bg: string } | null;
  let run = null as { from: number; to: number; text: string; look: Look } | null;
  const closeBand = () => {
    if (band && band.bg !== BACKGROUND) {
      const left = band.from * CELL.width;
      const width = (band.to - band.from) * CELL.width;
      backgrounds.push(`<rect x="${left}" y="${top}" width="${width}" height="${CELL.height}" fill="${band.bg}"/>`);
    }
    band = null;
  };
  const closeRun = () => {
    if (run && (run.text.trim() !== '' || run.look.isUnderlined)) texts.push(textElement(run, top));
    run = null;
  };
  for (let x = 0; x < screen.columns; x++) {
    const cell = screen.cell(x, y);
    if (cell.width === 0) continue;
    const look = lookOf(cell);
    if (band?.bg !== look.bg) {
      closeBand();
      band = { from: x, to: x, bg: look.bg };
    }
    band.to = x + cell.width;
    const shape = shapeOf(cell.char, x * CELL.width, top, CELL.width, CELL.height);
    if (shape !== null) {
      closeRun();
      shapes.set(look.fg, (shapes.get(look.fg) ?? '') + shape);
      continue;
    }
    // Wide and joined characters stand alone: stretching them with their neighbours would move those.
    const isPlain = cell.width === 1 && cell.char.length === 1;
    if (!isPlain || !run || !isSameText(run.look, look)) closeRun();
    run ??= { from: x, to: x, text: '', look };
    run.text += cell.char;
    run.to = x + cell.width;
    if (!isPlain) closeRun();
  }
  closeBand();
  closeRun();
}

const isSameText = (a: Look, b: Look): boolean =>
  a.fg === b.fg && a.isBold === b.isBold && a.isItalic === b.isItalic && a.isUnderlined === b.isUnderlined;

function textElement(run: { from: number; to: number; text: string; look: Look }, top: number): string {
  // Spaces at the ends need no drawing; inside they keep their place by the length of the run.
  const lead = run.look.isUnderlined ? 0 : run.text.length - run.text.trimStart().length;
  const text = run.look.isUnderlined ? run.text : run.text.trim();
  const trail = run.text.length - lead - text.length;
  const left = (run.from + lead) * CELL.width;
  const length = (run.to - run.from - lead - trail) * CELL.width;
  const attributes = [
    `x="${left}"`,
    `y="${top + 14}"`,
    `textLength="${length}"`,
    'lengthAdjust="spacingAndGlyphs"',
    `fill="${run.look.fg}"`,
    run.look.isBold ? 'font-weight="bold"' : '',
    run.look.isItalic ? 'font-style="italic"' : '',
    run.look.isUnderlined ? 'text-decoration="underline"' : '',
  ].filter(Boolean);
  return `<text ${attributes.join(' ')}>${escapeXml(text)}</text>`;
}
