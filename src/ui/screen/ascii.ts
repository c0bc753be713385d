/**
 * ASCII look-alikes for terminals that show nothing else (`--ascii`), cell for cell: box drawing, blocks, braille,
 * arrows, dots, dashes, quotes. Letters of other scripts and wide characters stay: replacing a name by question marks
 * would tell less than what such a terminal makes of it.
 */
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
map('│┃┆┇┊┋╎╏╵╷╹╻╽╿║', '|');
map('═╱╲╳', '=/\\X');
map('▀▁▂▃▄▅▆▇█', '"_.-=+*%#');
map('▉▊▋▌▍▎▏▐░▒▓▔▕', '##||:::|.:%"|');
mapRange(0x2596, 0x259f, '#');
// Braille is a plot: the more dots, the darker.
for (let dots = 0; dots < 256; dots += 1) {
  const raised = dots.toString(2).replaceAll('0', '').length;
  map(String.fromCharCode(0x2800 + dots), ' ..::++##'.charAt(raised));
}
mapRange(0x2190, 0x21ff, '>');
map('←↑↓↔↕↖↗↘↙↩↰↱↲↳↵⇐⇑⇓⇠⇡⇣', '<^v-|\\/\\/<^^<><<^v<^v');
map('↺↻⟲⟳', '@');
map('…‥·•‣∙⋅', '...**..');
map('‐‑‒–—―−', '-');
map('‘’‚‛“”„‟′″‹›«»', '\'\'\',""""\'"<><>');
map('×÷±≈≠≤≥≡°∞√∆', 'x/+~!<>=o8vd');
map('■□▢▣▪▫▬▮▯◼◻', '##########');
map('▲△▴▵▶▷▸▹►▻▼▽▾▿◀◁◂◃◄◅', '^^^^>>>>>>vvvv<<<<<<');
map('◆◇◈●○◉◌◍◎◐◑◒◓◔◕◦', '***' + '*o*o*o' + '******' + 'o');
map('✓✔✗✘✕✖★☆⚠⚑⏎␣⌛', '++xxxx**!!<_@');

/** The ASCII look-alike of a code point, or itself where there is none. */
export function asciiOf(codePoint: number): number {
  return codePoint < LOOKALIKES.length ? LOOKALIKES[codePoint] || codePoint : codePoint;
}
