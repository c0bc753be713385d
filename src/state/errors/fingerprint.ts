/** Messages that differ only in what varies from case to case are one error. */

/** What varies, each with what stands for it. One pass, the alternatives in this order; linear in the text. */
const VARYING =
  /(\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)|(\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)|(\bhttps?:\/\/[^\s"'<>)\]]+)|(\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|\[?\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b\]?(?::\d{1,5})?)|(\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b)|("(?:[^"\\]|\\.){0,400}"|(?<![\w])'(?:[^'\\]|\\.){0,400}'(?!\w)|`[^`]{0,400}`)|((?<![\w.])(?:[A-Za-z]:)?(?:\/[\w@.+~-]+){2,}\/?(?::\d+){0,2})|(\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b)|([-+]?\b\d+(?:[.,]\d+)*\s?(?:ms|µs|us|ns|sec(?:ond)?s?|min(?:ute)?s?|hours?|[smhd]|[kMG]i?B|bytes?|%)(?![\w]))|([-+]?\d+(?:[.,]\d+)*)/gi;

/** What stands for each alternative, in their order. Named groups would cost three times as much. */
const STANDS_FOR = ['<id>', '<time>', '<url>', '<addr>', '<mail>', '<text>', '<path>', '<hex>', '<n>', '<n>'] as const;
const NUMBER = STANDS_FOR.length - 1;
/** What comes later in a message is rarely what tells errors apart. */
const MAX_CHARACTERS = 240;

/** The message with what varies replaced by what it is, at most 240 characters. Telling names (`DB003`) stay. */
export function normaliseMessage(message: string): string {
  const head = message.length > MAX_CHARACTERS ? message.slice(0, MAX_CHARACTERS) : message;
  let out = '';
  let done = 0;
  VARYING.lastIndex = 0;
  for (let match = VARYING.exec(head); match !== null; match = VARYING.exec(head)) {
    let kind = 0;
    while (kind < NUMBER && match[kind + 1] === undefined) kind += 1;
    if (kind === NUMBER && isName(head, match.index)) continue;
    out += head.slice(done, match.index) + STANDS_FOR[kind];
    done = VARYING.lastIndex;
  }
  return done === 0 ? head : out + head.slice(done);
}

/** Whether the number at a place is the end of a name in capitals: `DB003`, `HTTP2`, `E11000`. */
function isName(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before >= 0x41 && before <= 0x5a;
}

/** A short name of a group, 14 characters of hex, from what makes it: equal input, equal name, on any machine. */
export function fingerprintOf(key: string): string {
  // Two 32-bit multiplicative hashes over the units (after cyrb53): quick, and 53 bits are enough for 500 groups.
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < key.length; i += 1) {
    const unit = key.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (4294967296 * (0x1fffff & b) + (a >>> 0)).toString(16).padStart(14, '0');
}
