/**
 * Secrets are dropped where text enters, before any ring, screen, file or clipboard.
 *
 * Every pattern here takes time linear in the text: it either starts at a literal, is bounded, or consumes what it
 * scanned. Text comes from outside; a line built to make one of them backtrack would freeze the screen.
 */
import { isHeaderName, isPlainValue, secrecyOf } from './secret-keys.ts';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** Without one of these nothing below can match; most lines of a log have none. Also read as a `LinearPattern`. */
export const TRIGGER =
  /:\/\/|pass|pwd|token|secret|key|auth|credential|appid|sess|sid|cookie|jwt|bearer|basic|identified|sk[-_]|AKIA|ASIA|eyJ|-----BEGIN|xox|gh[a-z]_|github_pat_|glpat-|npm_|\d{6}(?::|%3A)|^[A-Za-z0-9+/]{60}/im;

const PEM = /-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g;
/** A line of a PEM's body on its own, as a log read line by line sees it. A hex digest has no mixed case. */
const PEM_LINE = /^(?=[^a-z\n]{0,75}[a-z])(?=[^A-Z\n]{0,75}[A-Z])(?=[^0-9\n]{0,75}[0-9])[A-Za-z0-9+/]{60,76}={0,2}$/gm;
/** Without a lookbehind: in `/bot123456:…/` the token follows a letter. */
const TELEGRAM = /\d{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}/gi;
const PREFIXED =
  /(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{8,}|sk_(?:live|test)_[A-Za-z0-9]{8,}|gh[a-z]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|xox[a-z]-[A-Za-z0-9-]{10,}|AIza[\w-]{30,}|(?:AKIA|ASIA)[0-9A-Z]{16})/g;
const JWT = /(?<![A-Za-z0-9_-])eyJ[\w-]{6,}\.[\w-]{4,}(?:\.[\w-]*)*/g;
const BEARER =
  /\b(bearer(?:[ \t]{1,8}|%20))(?!(?:realm|error|scope|tokens?|auth|authentication|authorization|header|scheme|format|type|is|was|not)(?![\w.~+/=-]))[\w.~+/=:-]{4,}/gi;
const BASIC = /\b(Basic[ \t]{1,8})(?=[a-z+/]{0,200}[A-Z0-9=])[A-Za-z0-9+/]{8,}={0,2}/g;
/** An unterminated literal is one that was cut: all that is left of it goes. */
const SQL_PASSWORD = /\b((?:password|identified[ \t]{1,4}by)\s{1,8}(?:[eE]|U&)?)'(?:[^']|'')*(?:'|$)/gi;
const SQL_DOLLAR_PASSWORD = /\b(password\s{1,8})\$(\w{0,32})\$[\s\S]*?(?:\$\2\$|$)/gi;
const URL_KEY = /([?&]key=)[^&#\s"'<>]+/gi;

/** `user:password@` after `://`; the authority ends at `/`, `?` or `#`. */
const USERINFO = /:\/\/([^\s/?#@:"'<>]{0,256}):([^\s/?#"'<>]*)@/g;
/** The same with a password nobody percent-encoded. `host:8080/…@` is a port and a path, not a password. */
const LOOSE_USERINFO = /:\/\/([^\s/?#@:"'<>]{0,256}):(?!\d{1,5}[/?#])([^\s"'<>]{1,128})@(?=[\w.[-])/g;
/** A long user name alone is a token: `https://ghp_…@host`. */
const USER_TOKEN = /:\/\/[^\s/?#@:"'<>[\]]{20,}@/g;

/** A name and what separates it from its value. Names are taken whole, so that each is tried once. */
const NAMED = /(?<![\w.-])([\w.-]+)(\]?(?:\\{0,3}["'`])?\]?[ \t]{0,4}(?:=>|:=|[:=]|%3D)[ \t]{0,4})/gi;
/** An option with its value as the next word or element: `--token abc`, `"--token","abc"`, `requirepass abc`. */
const OPTION = /(?<![\w.-])(--?[a-z][\w-]*|requirepass|masterauth)([ \t]{1,4}|["'],[ \t]{0,4}(?=["']))(?=[^\s-])/gi;

const OPENING_QUOTE = /(\\{0,3})(["'`])/y;
/** Up to white space, a quote, or a separator with the next pair behind it. */
const BARE_VALUE = /(?:(?![,;&](?:\\{0,3}["'`]|[{[])?[\w.-]{1,64}(?:\\{0,3}["'`])?[=:])[^\s"'`<>])+/y;
const HEADER_VALUE = /[^\r\n"'`]+/y;
const SCHEME = /(?:bearer|basic|digest|token|apikey|negotiate)[ \t]{1,4}/iy;
const TRAILING = /[,;)\]}.]+$/;

/**
 * The text with every secret replaced by `[redacted]`, its name and the host of a URL kept.
 * Idempotent. Judges one text at a time: give it whole entries where there are some.
 */
export function redact(text: string): string {
  if (!TRIGGER.test(text)) return text;
  let out = text;
  if (out.includes('-----BEGIN ')) out = out.replace(PEM, REDACTED);
  out = out.replace(PEM_LINE, REDACTED);
  if (out.includes('://')) {
    out = out.replace(LOOSE_USERINFO, `://$1:${REDACTED}@`);
    out = out.replace(USERINFO, `://$1:${REDACTED}@`);
    out = out.replace(USER_TOKEN, `://${REDACTED}@`);
  }
  out = out.replace(URL_KEY, `$1${REDACTED}`);
  out = out.replace(TELEGRAM, REDACTED);
  out = out.replace(PREFIXED, REDACTED);
  out = out.replace(JWT, REDACTED);
  out = out.replace(SQL_PASSWORD, `$1'${REDACTED}'`);
  out = out.replace(SQL_DOLLAR_PASSWORD, `$1'${REDACTED}'`);
  out = redactNamed(out, NAMED);
  out = redactNamed(out, OPTION);
  out = out.replace(BEARER, `$1${REDACTED}`);
  return out.replace(BASIC, `$1${REDACTED}`);
}

/** Replaces the values of secret names; `pattern` finds a name and its separator. */
function redactNamed(text: string, pattern: RegExp): string {
  let out = '';
  let done = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const name = match[1] as string;
    const secrecy = secrecyOf(name);
    if (secrecy === 'none') continue;
    const [from, to] = valueAt(text, pattern.lastIndex, name, match[2] as string);
    if (to <= from || isPlainValue(name, secrecy, text.slice(from, to))) continue;
    out += text.slice(done, from) + REDACTED;
    done = to;
    pattern.lastIndex = to;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** Where the value that begins at `start` lies, its quotes left out. */
function valueAt(text: string, start: number, name: string, separator: string): [from: number, to: number] {
  OPENING_QUOTE.lastIndex = start;
  const quote = OPENING_QUOTE.exec(text);
  if (quote !== null) return [OPENING_QUOTE.lastIndex, closingQuote(text, OPENING_QUOTE.lastIndex, quote)];
  const first = text[start];
  if (first === '[' || first === '{') {
    const end = text.indexOf(first === '[' ? ']' : '}', start);
    return [start, end < 0 ? text.length : end + 1];
  }
  if (isHeaderName(name)) {
    if (separator.includes(':')) return [start, matchEnd(HEADER_VALUE, text, start)];
    const scheme = matchEnd(SCHEME, text, start);
    if (scheme > start) return [start, bareEnd(text, scheme)];
  }
  return [start, bareEnd(text, start)];
}

/** Where the value ends that was opened by `quote`: the same quote, escaped alike; else the end of the text. */
function closingQuote(text: string, start: number, quote: RegExpExecArray): number {
  const [whole, escapes, mark] = quote as unknown as [string, string, string];
  for (let at = text.indexOf(mark, start); at >= 0; at = text.indexOf(mark, at + 1)) {
    let slashes = 0;
    while (at - slashes > start && text[at - slashes - 1] === '\\') slashes++;
    // A quote that is escaped deeper than the opening one belongs to the value.
    if (slashes <= escapes.length) return at - Math.min(slashes, whole.length - 1);
  }
  return text.length;
}

function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

/** The end of an unquoted value. Closing brackets and punctuation at its end belong to the sentence around it. */
function bareEnd(text: string, start: number): number {
  const end = matchEnd(BARE_VALUE, text, start);
  const value = text.slice(start, end);
  const trailing = TRAILING.exec(value);
  return trailing === null ? end : start + trailing.index;
}
