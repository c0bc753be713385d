/**
 * What stands between the bytes of a log and the text on the screen: bytes that are dropped on the way, so that a word
 * comes together that the file does not hold (`er`, a colour, `ror`), and letters that another case makes ASCII (the
 * Kelvin sign, the long s, the dotted I). A line without any shows every run of printable ASCII as it stands in the
 * file, but for what was redacted. White space only becomes a blank and is no tear.
 */

/** Whether a tear may begin with this byte. */
export function mayBeginTear(byte: number): boolean {
  if (byte < 0x80) return isDropped(byte);
  return LEADS.has(byte);
}

const LEADS = new Set([
  ...[0xc2, 0xc4, 0xc5, 0xcd, 0xd8, 0xe1, 0xe2, 0xe3, 0xef],
  // Noncharacters are in every plane.
  ...[0xf0, 0xf1, 0xf2, 0xf3, 0xf4],
]);

const isDropped = (byte: number): boolean => byte < 0x09 || (byte > 0x0d && byte < 0x20) || byte === 0x7f;

/** Whether a tear begins at a place before `to`. Bytes that are no UTF-8 are none: each is shown as a character. */
export function isTear(bytes: Buffer, at: number, to: number): boolean {
  const first = bytes[at] as number;
  if (first < 0x80) return isDropped(first);
  if (first < 0xc2 || at + 1 >= to) return false;
  const second = bytes[at + 1] as number;
  const third = at + 2 < to ? (bytes[at + 2] as number) : 0;
  switch (first) {
    case 0xc2: // C1 controls, the soft hyphen
      return second < 0xa0 || second === 0xad;
    case 0xc4:
      return second === 0xb0;
    case 0xc5:
      return second === 0xbf;
    case 0xcd:
      return second === 0x8f;
    case 0xd8:
      return second === 0x9c;
    case 0xe1: // fillers and selectors of Hangul, Khmer and Mongolian
      return second === 0x85 || second === 0x9e || second === 0xa0;
    case 0xe2: // zero width and bidi, separators of lines, the Kelvin sign
      if (second === 0x80) return (third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae);
      return second === 0x81 ? third >= 0xa0 : second === 0x84 && third === 0xaa;
    case 0xe3:
      return second === 0x85 && third === 0xa4;
    case 0xef: // noncharacters, selectors, the byte order mark, annotations
      if (second === 0xb7) return third >= 0x90 && third <= 0xaf;
      if (second === 0xbf) return third >= 0xb0 && third !== 0xbd;
      return second === 0xb8 || (second === 0xbb && third === 0xbf) || (second === 0xbe && third === 0xa0);
    default: // beyond the first plane
      if (first > 0xf4 || first < 0xf0) return false;
      if (first === 0xf3 && second === 0xa0) return true;
      if (first === 0xf0 && (second === 0x9b || second === 0x9d)) return true;
      return third === 0xbf && at + 3 < to && (bytes[at + 3] as number) >= 0xbe;
  }
}

type Range = readonly [from: number, to: number];
const only = (byte: number): Range => [byte, byte];

/** The same as sequences of ranges of bytes, for what looks at one byte after the other. */
export const TEARS: readonly (readonly Range[])[] = [
  [[0x00, 0x08]],
  [[0x0e, 0x1f]],
  [only(0x7f)],
  [only(0xc2), [0x80, 0x9f]],
  [only(0xc2), only(0xad)],
  [only(0xc4), only(0xb0)],
  [only(0xc5), only(0xbf)],
  [only(0xcd), only(0x8f)],
  [only(0xd8), only(0x9c)],
  [only(0xe1), only(0x85)],
  [only(0xe1), only(0x9e)],
  [only(0xe1), only(0xa0)],
  [only(0xe2), only(0x80), [0x8b, 0x8f]],
  [only(0xe2), only(0x80), [0xa8, 0xae]],
  [only(0xe2), only(0x81), [0xa0, 0xbf]],
  [only(0xe2), only(0x84), only(0xaa)],
  [only(0xe3), only(0x85), only(0xa4)],
  [only(0xef), only(0xb7), [0x90, 0xaf]],
  [only(0xef), only(0xb8)],
  [only(0xef), only(0xbb), only(0xbf)],
  [only(0xef), only(0xbe), only(0xa0)],
  [only(0xef), only(0xbf), [0xb0, 0xbc]],
  [only(0xef), only(0xbf), [0xbe, 0xbf]],
  [only(0xf0), only(0x9b)],
  [only(0xf0), only(0x9d)],
  [only(0xf3), only(0xa0)],
  [[0xf0, 0xf4], [0x80, 0xbf], only(0xbf), [0xbe, 0xbf]],
];
