/**
 * What a cell shows, as one number: a code point, or beyond Unicode the index of an interned cluster (a base with its
 * marks). 0 is the right half of the wide glyph before it.
 */
export type GlyphId = number;

export const TAIL: GlyphId = 0;
export const BLANK: GlyphId = 0x20;
export const REPLACEMENT: GlyphId = 0xfffd;

const CLUSTERS_FROM = 0x110000;
/** Text from outside can make up clusters for ever; past this many a new one keeps only its base. */
const CLUSTERS_MAX = 16384;

const clusters: string[] = [];
const ids = new Map<string, GlyphId>();

/** The id of a glyph's text: one code point, or a base with nonspacing marks. */
export function glyphOf(text: string): GlyphId {
  const base = text.codePointAt(0) ?? BLANK;
  if (text.length === (base > 0xffff ? 2 : 1)) return base;
  const known = ids.get(text);
  if (known !== undefined) return known;
  if (clusters.length >= CLUSTERS_MAX) return base;
  const id = CLUSTERS_FROM + clusters.length;
  clusters.push(text);
  ids.set(text, id);
  return id;
}

export const isCluster = (glyph: GlyphId): boolean => glyph >= CLUSTERS_FROM;

/** The text a terminal is sent for a glyph; empty for the right half of a wide one. */
export function glyphText(glyph: GlyphId): string {
  if (glyph >= CLUSTERS_FROM) return clusters[glyph - CLUSTERS_FROM] ?? ' ';
  return glyph === TAIL ? '' : String.fromCodePoint(glyph);
}
