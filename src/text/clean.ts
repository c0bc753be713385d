/** Tab, line ends and the two Unicode separators: they move the cursor or break a line, so they become one space. */
const isBreak = (unit: number): boolean =>
  unit === 0x09 || (unit >= 0x0a && unit <= 0x0d) || unit === 0x85 || unit === 0x2028 || unit === 0x2029;

const isControl = (unit: number): boolean => unit < 0x20 || (unit >= 0x7f && unit <= 0x9f);

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const ANY_CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/**
 * What changes how a text reads without showing itself: bidi marks, overrides and isolates, soft hyphen, fillers,
 * zero-width spaces and joiners, tags, annotation marks, noncharacters. A joiner or an emoji selector stays only
 * inside an emoji, where it is part of the picture.
 */
const INVISIBLE = new RegExp(
  [
    '[\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B\\u200C\\u200E\\u200F\\u202A-\\u202E]',
    '[\\u2060-\\u206F\\u3164\\uFE00-\\uFE0D\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}]',
    '[\\u{E0000}-\\u{E0FFF}]',
    '\\p{Noncharacter_Code_Point}',
    '(?<![\\p{Emoji}\\p{Extended_Pictographic}])[\\uFE0E\\uFE0F]',
    '(?<!\\p{Extended_Pictographic}[\\uFE0F\\u{1F3FB}-\\u{1F3FF}]?)\\u200D',
    '\\u200D(?!\\p{Extended_Pictographic})',
  ].join('|'),
  'gu',
);

/** A mark without a letter to sit on would sit on whatever is painted before it. */
const LEADING_MARKS = /^\p{M}+/u;

/** The end of a CSI sequence whose parameters begin at `from`; a broken one ends before the first foreign unit. */
function skipControlSequence(text: string, from: number): number {
  let end = from;
  while (end < text.length && text.charCodeAt(end) >= 0x20 && text.charCodeAt(end) <= 0x3f) end += 1;
  const final = text.charCodeAt(end);
  return final >= 0x40 && final <= 0x7e ? end + 1 : end;
}

/**
 * The end of an OSC, DCS, SOS, PM or APC string whose payload begins at `from`. One that is cut off (a line ends, a
 * new sequence starts) loses its introducer only: swallowing the rest of a line would let a bot hide it from us.
 */
function skipControlString(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x07 || unit === 0x9c) return at + 1;
    if (unit === 0x1b && text.charCodeAt(at + 1) === 0x5c) return at + 2;
    if (isControl(unit)) return from;
  }
  return from;
}

function skipEscape(text: string, escape: number): number {
  const next = text.charCodeAt(escape + 1);
  if (next === 0x5b) return skipControlSequence(text, escape + 2);
  if (next === 0x5d || next === 0x50 || next === 0x58 || next === 0x5e || next === 0x5f) {
    return skipControlString(text, escape + 2);
  }
  let end = escape + 1;
  while (end < text.length && text.charCodeAt(end) >= 0x20 && text.charCodeAt(end) <= 0x2f) end += 1;
  const final = text.charCodeAt(end);
  return final >= 0x30 && final <= 0x7e ? end + 1 : escape + 1;
}

/** Linear: every unit is looked at twice at most, since a control string ends at the next control character. */
function dropControls(text: string): string {
  let kept = '';
  let from = 0;
  let at = 0;
  let isAfterBreak = false;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (!isControl(unit) && !isBreak(unit)) {
      isAfterBreak = false;
      at += 1;
      continue;
    }
    kept += text.slice(from, at);
    if (isBreak(unit)) {
      if (!isAfterBreak) kept += ' ';
      isAfterBreak = true;
      at += 1;
    } else if (unit === 0x1b) at = skipEscape(text, at);
    else if (unit === 0x9b) at = skipControlSequence(text, at + 1);
    else if (unit === 0x9d || unit === 0x90 || unit === 0x98 || unit === 0x9e || unit === 0x9f) {
      at = skipControlString(text, at + 1);
    } else at += 1;
    from = at;
  }
  return kept + text.slice(from);
}

/**
 * Text from outside, made safe to show on one line: control characters and whole escape sequences (CSI, OSC with
 * hyperlinks, DCS, their C1 forms) are dropped, a run of tabs and line ends becomes one space, bidi controls and
 * invisible characters are dropped, lone surrogates become U+FFFD. Printable ASCII returns the very same string.
 * Cleaning twice changes nothing more.
 */
export function clean(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const wellFormed = text.toWellFormed();
  const visible = ANY_CONTROL.test(wellFormed) ? dropControls(wellFormed) : wellFormed;
  if (PRINTABLE_ASCII.test(visible)) return visible;
  return visible.replace(INVISIBLE, '').replace(LEADING_MARKS, '');
}
