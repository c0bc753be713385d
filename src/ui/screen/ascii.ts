/**
 * Look-alikes for terminals that do not show everything, column for column. In ASCII (`--ascii`) of box drawing, blocks,
 * braille, arrows, dots, dashes, quotes, Latin letters without their accents; what has none is a `?` for each of its
 * columns. On the console of Linux of signs that its fonts lack, in what they all have.
 */
import type { Cells } from './cells.ts';
import { BLANK, glyphText, TAIL } from './glyphs.ts';

const LOOKALIKES = new Uint8Array(0x3000);

function map(characters: string, ascii: string): void {
  const targets = [...ascii];
  [...characters].forEach((character, index) => {
    LOOKALIKES[character.codePointAt(0) ?? 0] = (targets[index] ?? targets.at(-1) ?? '?').charCodeAt(0);
  });
}

function mapRange(from: number, to: number, ascii: string): void {
  LOOKALIKES.fill(ascii.charCodeAt(0), from, to + 1);
}

mapRange(0x2500, 0x257f, '+');
map('─━┄┅┈┉╌╍╴╶╸╺╼╾', '-');
map('│┆┇┊┋╎╏╵╷╹╻╽╿║┤├', '|');
// The thumb of a scrollbar, on a border of │.
map('┃', '#');
map('═╱╲╳', '=/\\X');
// No dot among them: a dot is a value that is not known.
map('▀▁▂▃▄▅▆▇█', '"_,-=+*%#');
// A meter is `###|----`: its last cell, filled by half or more, is full.
map('▉▊▋▌▍▎▏▐░▒▓▔▕', '####|||#.:%"|');
mapRange(0x2596, 0x259f, '#');
// Braille is a plot: the more dots, the darker.
for (let dots = 0; dots < 256; dots += 1) {
  const raised = dots.toString(2).replaceAll('0', '').length;
  map(String.fromCharCode(0x2800 + dots), ' ..::++##'.charAt(raised));
}
mapRange(0x2190, 0x21ff, '>');
map('←↑↓↔↕↖↗↘↙↩↰↱↲↳↵⇐⇑⇓⇠⇡⇣', '<^v-|\\/\\/<^^<><<^v<^v');
map('↺↻⟲⟳', 'R');
map('…‥·•‣∙⋅', '...**..');
map('‐‑‒–—―−', '-');
map('‘’‚‛“”„‟′″‹›«»', '\'\'\',""""\'"<><>');
map('×÷±≈≠≤≥≡°∞√∆', 'x/+~!<>=o8vd');
map('■□▢▣▪▫▬▮▯◼◻', '##_########');
map('▲△▴▵▶▷▸▹►▻▼▽▾▿◀◁◂◃◄◅', '^^^^>>>>>>vvvv<<<<<<');
map('◆◇◈●○◉◌◍◎◐◑◒◓◔◕◦', '***' + '*o*o*o' + '******' + 'o');
map('✓✔✗✘✕✖★☆⚠⚑⏎␣⌛', '++xxxx**!!<_@');
map('µμßæÆœŒøØłŁđĐðÐþÞħıŋ', 'uusaAoOoOlLdDdDtThin');
map('¡¿¦©®¢£¥€', '!?|cRcLYE');

const QUESTION = 0x3f;

/** The letter of one with marks, or of another width; `?` where that is not one ASCII character. */
function letterOf(codePoint: number): number {
  const letter = String.fromCodePoint(codePoint)
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '');
  return /^[\x20-\x7e]$/.test(letter) ? letter.charCodeAt(0) : QUESTION;
}

/** The ASCII character that stands for a code point of one column. */
export function asciiOf(codePoint: number): number {
  if (codePoint >= 0x20 && codePoint < 0x7f) return codePoint;
  if (codePoint >= LOOKALIKES.length) return letterOf(codePoint);
  const known = LOOKALIKES[codePoint];
  if (known) return known;
  const letter = letterOf(codePoint);
  LOOKALIKES[codePoint] = letter;
  return letter;
}

/** What stands for a cluster or code point of so many columns, as many characters: `A` or `?`, `??` for an emoji. */
export function asciiGlyph(text: string, columns: number): string {
  const ascii = String.fromCharCode(asciiOf(text.codePointAt(0) ?? QUESTION));
  return ascii.padEnd(columns, ascii === '?' ? '?' : ' ');
}

/** What all fonts of the console have besides letters; the kernel's own has no more. */
const ON_CONSOLE = '─│┌┐└┘├┤┬┴┼═║╔╗╚╝█░▒•←↑→↓■▲▼';
const FOR_CONSOLE = new Map<number, number>();

function onConsole(characters: string, lookalikes: string): void {
  const targets = [...lookalikes];
  [...characters].forEach((character, index) => {
    FOR_CONSOLE.set(
      character.codePointAt(0) ?? 0,
      (targets[index] ?? targets.at(-1) ?? '?').codePointAt(0) ?? QUESTION,
    );
  });
}

onConsole(ON_CONSOLE, ON_CONSOLE);
onConsole('╭╮╰╯━┄┈┃┆┊╵╷', '┌┐└┘───█││││');
onConsole('▁▂▃▄▅▆▇▀', '░░░▒▒▒██');
// A meter that is not empty shows it, and one that is not full is not all block.
onConsole('▏▎▍▌▋▊▉▐▓', '│░░░▒▒▒▒▒');
onConsole('●◆▴▾▵▿', '••▲▼▲▼');

/** The first code point of the signs: below are the letters, which are a matter of the font that was loaded. */
const SIGNS_FROM = 0x2000;

/** The code point that stands for one of one column on the console of Linux. */
export function consoleOf(codePoint: number): number {
  return codePoint < SIGNS_FROM ? codePoint : (FOR_CONSOLE.get(codePoint) ?? asciiOf(codePoint));
}

/** The rows of a picture in ASCII, without the blanks at their ends. */
export function asciiLines({ width, height, glyphs }: Cells): string[] {
  return Array.from({ length: height }, (_, y) => {
    let line = '';
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const glyph = glyphs[at] ?? BLANK;
      if (glyph === TAIL) continue;
      line += asciiGlyph(glyphText(glyph), x + 1 < width && glyphs[at + 1] === TAIL ? 2 : 1);
    }
    return line.trimEnd();
  });
}
