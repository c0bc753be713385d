/** Messages that differ only in what varies from case to case are one error. */

/** What varies, each with what stands for it. One pass, the alternatives in this order; linear in the text. */
const VARYING =
  /(?<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)|(?<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)|(?<url>\bhttps?:\/\/[^\s"'<>)\]]+)|(?<address>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|\[?\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b\]?(?::\d{1,5})?)|(?<mail>\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b)|(?<text>"(?:[^"\\]|\\.){0,400}"|(?<![\w])'(?:[^'\\]|\\.){0,400}'(?!\w)|`[^`]{0,400}`)|(?<path>(?<![\w.])(?:[A-Za-z]:)?(?:\/[\w@.+~-]+){2,}\/?(?::\d+){0,2})|(?<hex>\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b)|(?<duration>[-+]?\b\d+(?:[.,]\d+)*\s?(?:ms|µs|us|ns|sec(?:ond)?s?|min(?:ute)?s?|hours?|[smhd]|[kMG]i?B|bytes?|%)(?![\w]))|(?<number>[-+]?\d+(?:[.,]\d+)*)/gi;

const STANDS_FOR: Readonly<Record<string, string>> = {
  uuid: '<id>',
  time: '<time>',
  url: '<url>',
  address: '<addr>',
  mail: '<mail>',
  text: '<text>',
  path: '<path>',
  hex: '<hex>',
  duration: '<n>',
  number: '<n>',
};
const NAMES = Object.keys(STANDS_FOR);
/** What comes later in a message is rarely what tells errors apart. */
const MAX_CHARACTERS = 240;

/** The message with what varies replaced by what it is, at most 240 characters. Telling names (`DB003`) stay. */
export function normaliseMessage(message: string): string {
  const head = message.length > MAX_CHARACTERS ? message.slice(0, MAX_CHARACTERS) : message;
  return head.replace(VARYING, (...match) => {
    const groups = match.at(-1) as Record<string, string | undefined>;
    const text = match[0] as string;
    if (groups['number'] !== undefined && isName(match.at(-2) as string, match.at(-3) as number)) return text;
    const name = NAMES.find((each) => groups[each] !== undefined);
    return name === undefined ? text : (STANDS_FOR[name] as string);
  });
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
