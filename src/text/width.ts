/**
 * Columns a text takes on a terminal, and what of it can be painted so that every terminal agrees.
 *
 * The count is the one Ink lays out with (a cluster is as wide as its first visible character, an emoji sequence is
 * two). Old terminals count code points instead, so what is painted of a cluster is reduced to its base: an emoji
 * sequence to its first code point, a flag to its two letters, any other cluster to base and nonspacing marks, each
 * padded with blanks to the counted columns.
 */

/** East Asian Width W and F, Unicode 17. */
const WIDE_RANGES =
  '1100-115f 231a-231b 2329-232a 23e9-23ec 23f0 23f3 25fd-25fe 2614-2615 2630-2637 2648-2653 267f 268a-268f 2693 26a1 26aa-26ab 26bd-26be 26c4-26c5 26ce 26d4 26ea 26f2-26f3 26f5 26fa 26fd 2705 270a-270b 2728 274c 274e 2753-2755 2757 2795-2797 27b0 27bf 2b1b-2b1c 2b50 2b55 2e80-2e99 2e9b-2ef3 2f00-2fd5 2ff0-303e 3041-3096 3099-30ff 3105-312f 3131-318e 3190-31e5 31ef-321e 3220-3247 3250-a48c a490-a4c6 a960-a97c ac00-d7a3 f900-faff fe10-fe19 fe30-fe52 fe54-fe66 fe68-fe6b ff01-ff60 ffe0-ffe6 16fe0-16fe4 16ff0-16ff6 17000-18cda 18cff-18d20 18d80-18df2 18e00-19191 191a0-191d2 1aff0-1aff3 1aff5-1affb 1affd-1affe 1b000-1b128 1b132 1b150-1b152 1b155 1b164-1b168 1b170-1b2fb 1d300-1d356 1d360-1d376 1f004 1f0cf 1f18e 1f191-1f19a 1f1ae 1f200-1f202 1f210-1f23b 1f240-1f248 1f250-1f251 1f260-1f265 1f300-1f320 1f32d-1f335 1f337-1f37c 1f37e-1f393 1f3a0-1f3ca 1f3cf-1f3d3 1f3e0-1f3f0 1f3f4 1f3f8-1f43e 1f440 1f442-1f4fc 1f4ff-1f53d 1f54b-1f54e 1f550-1f567 1f57a 1f595-1f596 1f5a4 1f5fb-1f64f 1f680-1f6c5 1f6cc 1f6d0-1f6d2 1f6d5-1f6d9 1f6dc-1f6df 1f6eb-1f6ec 1f6f4-1f6fc 1f7da 1f7e0-1f7eb 1f7f0 1f90c-1f93a 1f93c-1f945 1f947-1f9ff 1fa70-1fa7c 1fa80-1fac6 1fac8 1facc-1fadd 1fadf-1faeb 1faef-1fafa 20000-2fffd 30000-3fffd'
    .split(' ')
    .map((range) => range.split('-').map((bound) => Number.parseInt(bound, 16)))
    .map(([from = 0, to = from]) => ({ from, to }));

/** 2 for a code point that is wide by itself, else 1. Marks and controls have no answer of their own here. */
export function codePointColumns(codePoint: number): 1 | 2 {
  if (codePoint < 0x1100) return 1;
  let low = 0;
  let high = WIDE_RANGES.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = WIDE_RANGES[middle];
    if (range === undefined || codePoint < range.from) high = middle - 1;
    else if (codePoint > range.to) low = middle + 1;
    else return 2;
  }
  return 1;
}

/**
 * Units that are one column, take part in no cluster by themselves and are no control: the quick path of every loop.
 * Latin, Greek, Cyrillic, general punctuation, arrows, mathematical signs, box drawing, blocks, shapes, braille.
 */
const PLAIN = new Uint8Array(0x3000);
for (const [from, to] of [
  [0x20, 0x7e],
  [0xa0, 0xac],
  [0xae, 0x2ff],
  [0x391, 0x3a1],
  [0x3a3, 0x482],
  [0x48a, 0x52f],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x20a0, 0x20c0],
  [0x2190, 0x2319],
  [0x2500, 0x25fc],
  [0x2800, 0x28ff],
] as const) {
  PLAIN.fill(1, from, to + 1);
}

/** Pictographs inside those blocks: a joiner before them makes them part of a cluster. */
for (const unit of [
  0xa9, 0xae, 0x203c, 0x2049, 0x2194, 0x2195, 0x2196, 0x2197, 0x2198, 0x2199, 0x21a9, 0x21aa, 0x25aa, 0x25ab, 0x25b6,
  0x25c0, 0x25fb, 0x25fc,
]) {
  PLAIN[unit] = 0;
}

/** Whether the unit at `index` is a cluster of its own, one column wide and paintable as it stands. */
export function isPlainAt(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit >= 0x3000 || PLAIN[unit] === 0) return false;
  const next = text.charCodeAt(index + 1);
  return !(next >= 0x300) || (next < 0x3000 && PLAIN[next] === 1);
}

/** The end of the run of clusters that begins at `index`, one plain unit included: a prepended sign may join it. */
export function clusterRunEnd(text: string, index: number): number {
  let end = index + 1;
  while (end < text.length && !isPlainAt(text, end)) end += 1;
  return Math.min(end + 1, text.length);
}

/** What one cluster puts into neighbouring cells: a base with its marks, and the columns it takes. */
export interface Glyph {
  readonly text: string;
  readonly columns: 1 | 2;
}

const MARKS_MAX = 3;
const REDUCED_MAX = 4096;
const BLANK: Glyph = { text: ' ', columns: 1 };
const reduced = new Map<string, readonly Glyph[]>();

/** What only texts with clusters need. */
interface ClusterRules {
  readonly segmenter: Intl.Segmenter;
  readonly visible: RegExp;
  readonly rgiEmoji: RegExp;
  readonly nonspacing: RegExp;
  readonly spacing: RegExp;
}

let rules: ClusterRules | null = null;

/**
 * Made for the first such text, and from strings: Node takes 30 ms to load Unicode's tables for the segmenter and the
 * emoji, and a literal loads them with the file, wherever it stands in it.
 */
function clusterRules(): ClusterRules {
  rules ??= {
    segmenter: new Intl.Segmenter('en', { granularity: 'grapheme' }),
    visible: new RegExp(
      '[^\\p{Default_Ignorable_Code_Point}\\p{Control}\\p{Format}\\p{Nonspacing_Mark}\\p{Enclosing_Mark}\\p{Surrogate}]',
      'v',
    ),
    rgiEmoji: new RegExp('^\\p{RGI_Emoji}$', 'v'),
    nonspacing: new RegExp('[[\\p{Nonspacing_Mark}\\p{Enclosing_Mark}]--\\p{Default_Ignorable_Code_Point}]', 'v'),
    spacing: new RegExp('\\p{Spacing_Mark}', 'v'),
  };
  return rules;
}

const KEYCAP = /^[\d#*]\u20E3$/;
const isJamo = (codePoint: number, parts: readonly (readonly [number, number])[]): boolean =>
  parts.some(([from, to]) => codePoint >= from && codePoint <= to);
const LEADING_JAMO = [[0x1100, 0x115f], [0xa960, 0xa97c]] as const; // biome-ignore format: pairs
const VOWEL_JAMO = [[0x1160, 0x11a7], [0xd7b0, 0xd7c6]] as const; // biome-ignore format: pairs
const TRAILING_JAMO = [[0x11a8, 0x11ff], [0xd7cb, 0xd7fb]] as const; // biome-ignore format: pairs

function isEmoji(cluster: string): boolean {
  // A real sequence is under 30 units; a longer one is an attack on the regular expression.
  if (cluster.length > 50) return false;
  if (clusterRules().rgiEmoji.test(cluster) || KEYCAP.test(cluster)) return true;
  return cluster.includes('\u200d') && (cluster.match(/\p{Extended_Pictographic}/gu)?.length ?? 0) >= 2;
}

/** A syllable written in jamo is one wide cell; jamo that form none stay additive. Undefined: no jamo in front. */
function jamoColumns(codePoints: readonly number[]): number | undefined {
  let columns = 0;
  for (let index = 0; index < codePoints.length; index += 1) {
    const codePoint = codePoints[index] ?? 0;
    const next = codePoints[index + 1] ?? 0;
    if (isJamo(codePoint, LEADING_JAMO) && isJamo(next, VOWEL_JAMO)) {
      columns += 2;
      index += isJamo(codePoints[index + 2] ?? 0, TRAILING_JAMO) ? 2 : 1;
    } else if (columns === 0 && ![LEADING_JAMO, VOWEL_JAMO, TRAILING_JAMO].some((part) => isJamo(codePoint, part))) {
      return undefined;
    } else columns += codePointColumns(codePoint);
  }
  return columns;
}

function clusterColumns(cluster: string): number {
  const { visible, spacing } = clusterRules();
  const start = cluster.search(visible);
  if (start === -1) return 0;
  if (isEmoji(cluster)) return 2;
  const characters = [...cluster.slice(start)];
  const jamo = jamoColumns(characters.filter((it) => visible.test(it)).map((it) => it.codePointAt(0) ?? 0));
  if (jamo !== undefined) return jamo;
  return characters.reduce((columns, character, index) => {
    const codePoint = character.codePointAt(0) ?? 0;
    const isCounted = index === 0 || spacing.test(character) || (codePoint >= 0xff00 && codePoint <= 0xffef);
    return isCounted ? columns + codePointColumns(codePoint) : columns;
  }, 0);
}

function letterOf(regionalIndicator: string): string {
  return String.fromCharCode(0x41 + (regionalIndicator.codePointAt(0) ?? 0) - 0x1f1e6);
}

function reduce(cluster: string): readonly Glyph[] {
  const columns = clusterColumns(cluster);
  if (columns === 0) return [];
  const composed = cluster.normalize('NFC');
  const characters = [...composed.slice(Math.max(0, composed.search(clusterRules().visible)))];
  const first = characters[0] ?? '\ufffd';
  const base = first.codePointAt(0) ?? 0xfffd;
  if (base >= 0x1f1e6 && base <= 0x1f1ff) {
    const letters = characters.filter((it) => /[\u{1F1E6}-\u{1F1FF}]/u.test(it)).map(letterOf);
    return Array.from({ length: columns }, (_, index) => ({ text: letters[index] ?? ' ', columns: 1 as const }));
  }
  // A lone vowel or trailing jamo has no column on terminals that compose syllables.
  const isLoneJamo = isJamo(base, VOWEL_JAMO) || isJamo(base, TRAILING_JAMO);
  const width = codePointColumns(base);
  const isPaintable = !isLoneJamo && width <= columns;
  const marks = isEmoji(cluster) ? [] : characters.slice(1).filter((it) => clusterRules().nonspacing.test(it));
  const text = isPaintable ? first + marks.slice(0, MARKS_MAX).join('') : '\ufffd';
  const glyph: Glyph = { text, columns: isPaintable ? width : 1 };
  return [glyph, ...Array.from({ length: columns - glyph.columns }, () => BLANK)];
}

/** The paintable glyphs of one grapheme cluster, remembered: clusters repeat, and each costs several expressions. */
function glyphsOf(cluster: string): readonly Glyph[] {
  let glyphs = reduced.get(cluster);
  if (glyphs === undefined) {
    if (reduced.size >= REDUCED_MAX) reduced.clear();
    glyphs = reduce(cluster);
    reduced.set(cluster, glyphs);
  }
  return glyphs;
}

/** Calls `visit` with each grapheme cluster of a run and its glyphs, until it returns false. */
export function walkClusters(run: string, visit: (glyphs: readonly Glyph[], cluster: string) => boolean): boolean {
  for (const { segment } of clusterRules().segmenter.segment(run)) {
    if (!visit(glyphsOf(segment), segment)) return false;
  }
  return true;
}

const columnsOf = (glyphs: readonly Glyph[]): number => glyphs.reduce((sum, glyph) => sum + glyph.columns, 0);

/** The columns a cleaned text takes. Control characters count nothing, so clean first. */
export function measure(text: string): number {
  let columns = 0;
  for (let index = 0; index < text.length; ) {
    if (isPlainAt(text, index)) {
      columns += 1;
      index += 1;
      continue;
    }
    const end = clusterRunEnd(text, index);
    walkClusters(text.slice(index, end), (glyphs) => {
      columns += columnsOf(glyphs);
      return true;
    });
    index = end;
  }
  return columns;
}

/** The longest start of a text that fits into `columns`, never half a cluster. */
function startOf(text: string, columns: number): string {
  let used = 0;
  let kept = 0;
  for (let index = 0; index < text.length; ) {
    if (isPlainAt(text, index)) {
      if (used + 1 > columns) return text.slice(0, kept);
      used += 1;
      index += 1;
      kept = index;
      continue;
    }
    const end = clusterRunEnd(text, index);
    const isWhole = walkClusters(text.slice(index, end), (glyphs, cluster) => {
      const width = columnsOf(glyphs);
      if (used + width > columns) return false;
      used += width;
      kept += cluster.length;
      return true;
    });
    if (!isWhole) return text.slice(0, kept);
    index = end;
  }
  return text;
}

/** The text when it fits into `columns`, else its start with the ellipsis, together at most `columns` wide. */
export function truncate(text: string, columns: number, ellipsis = '…'): string {
  if (text.length <= columns && /^[\x20-\x7e]*$/.test(text)) return text;
  if (measure(text) <= columns) return text;
  const room = columns - measure(ellipsis);
  return room < 0 ? startOf(ellipsis, Math.max(0, columns)) : startOf(text, room) + ellipsis;
}

/** The text when it fits into `columns`, else the ellipsis and its end: of a path that tells which file it is. */
export function truncateStart(text: string, columns: number, ellipsis = '…'): string {
  if (measure(text) <= columns) return text;
  const characters = [...text];
  const room = columns - measure(ellipsis);
  let end = '';
  for (let next = characters.pop(); next !== undefined && measure(next + end) <= room; next = characters.pop())
    end = next + end;
  return ellipsis + end;
}
