import { afterEach, expect, test } from 'vitest';
import { shapeOf } from './cell-shapes.ts';
import { type Pty, startPty } from './pty.ts';
import { CELL, colourOf, escapeXml, screenToSvg } from './screen-svg.ts';

let pty: Pty | null = null;
afterEach(async () => {
  await pty?.dispose();
  pty = null;
});

async function picture(format: string, title = 'a picture'): Promise<string> {
  const script = `printf '${format}'`;
  pty = startPty({ command: 'sh', args: ['-c', script], columns: 20, rows: 3, env: { PATH: process.env['PATH'] } });
  await pty.exit;
  return screenToSvg(pty, title);
}

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? '');

test('text stands in its cells with its colours', async () => {
  const svg = await picture(String.raw`ab\033[1;31;44mcd\033[0m  ef`);
  expect(textsOf(svg)).toEqual(['ab', 'cd', 'ef']);
  expect(svg).toContain(
    `<text x="18" y="14" textLength="18" lengthAdjust="spacingAndGlyphs" fill="#e06c75" font-weight="bold">cd<`,
  );
  expect(svg).toContain(`<rect x="18" y="0" width="18" height="${CELL.height}" fill="#61afef"/>`);
  expect(svg).toContain('<text x="54" y="14" textLength="18"');
});

test('what is on the screen cannot become markup', async () => {
  const svg = await picture(String.raw`<script>&"`, 'a <b> & "c"\u0007');
  expect(textsOf(svg)).toEqual(['&lt;script&gt;&amp;&quot;']);
  expect(svg).toContain('<title>a &lt;b&gt; &amp; &quot;c&quot;\ufffd</title>');
  expect(svg).not.toMatch(/<script|<style|href|url\(|<image|<foreignObject/);
  expect(escapeXml('\u0000\ud800x')).toBe('\ufffd\ufffdx');
});

test('every element is closed', async () => {
  const svg = await picture(String.raw`┌─┐\n▁▄█⣿ 界x`);
  const tags = [...svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)].map(([, end = '', name = '', alone = '']) => ({
    name,
    step: alone ? 0 : end ? -1 : 1,
  }));
  const open: string[] = [];
  const wrong = tags.filter(({ name, step }) => {
    if (step === 1) open.push(name);
    return step === -1 && open.pop() !== name;
  });
  expect([wrong, open]).toEqual([[], []]);
  expect(tags.length).toBeGreaterThan(10);
});

test('lines, blocks and braille are shapes; a wide character takes two cells', async () => {
  const svg = await picture(String.raw`─█⣿界x`);
  expect(textsOf(svg)).toEqual(['界', 'x']);
  expect(svg).toContain('<text x="27" y="14" textLength="18"');
  expect(svg).toContain('<text x="45" y="14" textLength="9"');
  expect(shapeOf('█', 9, 0, 9, 19)).toBe('M9 0h9v19h-9z');
  expect(shapeOf('▄', 0, 0, 9, 20)).toBe('M0 10h9v10h-9z');
  expect(shapeOf('⠁', 0, 0, 8, 16)).toBe('M1 1h2v2h-2z');
  expect(shapeOf('a', 0, 0, 9, 19)).toBeNull();
});

test('a line reaches the edges it points to and no other', () => {
  expect(shapeOf('┌', 0, 0, 9, 19)).toBe('M4 9h1v10h-1zM4 9h5v1h-5z');
});

test('inverse swaps, dim lies between, 256 colours are those of xterm', async () => {
  const svg = await picture(String.raw`\033[7mi\033[0;2md`);
  expect(svg).toContain('fill="#14171c">i<');
  expect(svg).toContain('fill="#d4d7dd"/>');
  expect(svg).toContain('fill="#878a90">d<');
  expect([
    colourOf(196, ''),
    colourOf(232, ''),
    colourOf(255, ''),
    colourOf('#010203', ''),
    colourOf(null, 'own'),
  ]).toEqual(['#ff0000', '#080808', '#eeeeee', '#010203', 'own']);
});
