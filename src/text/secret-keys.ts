/** Which names hold secrets, and which of their values are plainly none. Knows words only, no syntax. */

const STRONG_NAME =
  /(?:pass(?:word|wd|phrase|code|wort)|pwd|token|secret|(?:api|access|private|secret|auth|account|encryption|signing|master|shared|server|public_?private)[_.-]?key|authorization|credential|cookie|jwt|requirepass|masterauth)s?(?:[_.-]?(?:hash|base|value|old|new|raw|b64|base64|enc|confirm(?:ation)?))?\d{0,3}$/i;

/** Short words that are secrets only when they are the whole name or its last part: `DB_PASS`, never `bypass`. */
const STRONG_WORD = /(?:^|[_.-])(?:pass|appid)\d{0,3}$/i;
const CAMEL_PASS = /[a-z]Pass$/;

/** Names that hold a secret as often as a plain state: `session: started`. */
const WEAK_NAME = /(?:^|[_.-])auth$|(?:session|sess)(?:[_.-]?(?:id|key))?$|(?:^|[_.-])sid$/i;

const COUNTED_NAME = /(?:s|(?:max|min|total|per|num|prompt|completion|used|remaining|cost)[_.-]?token)$/i;
const AMOUNT = /^[\d.,]{1,15}[kKMG%]?(?:\/[\d.,]{1,15}[kKMG%]?)?$/;

/** Words that follow such names in ordinary sentences and configuration dumps. */
const PLAIN_WORDS = new Set(
  (
    'null undefined none nil nan true false yes no on off ok missing invalid expired required must should is was has ' +
    'not no empty wrong incorrect unset set unknown failed error denied rejected refused accepted valid too or and ' +
    'cannot could unexpected expected malformed unauthorized forbidden revoked changed removed string number boolean ' +
    'object function redacted'
  ).split(' '),
);

/** How surely a name holds a secret. */
export type Secrecy = 'none' | 'weak' | 'strong';

/** Judges a name as it stands before `=` or `:` (`DB_PASSWORD`, `x-api-key`, `botToken`, `--token`). */
export function secrecyOf(name: string): Secrecy {
  if (STRONG_NAME.test(name) || STRONG_WORD.test(name) || CAMEL_PASS.test(name)) return 'strong';
  return WEAK_NAME.test(name) ? 'weak' : 'none';
}

/** Whether the value of such a name is plainly no secret: a word of prose, a count of tokens, a folder in `PWD`. */
export function isPlainValue(name: string, secrecy: Secrecy, value: string): boolean {
  if (value === '' || PLAIN_WORDS.has(value.toLowerCase())) return true;
  if (COUNTED_NAME.test(name) && AMOUNT.test(value)) return true;
  if (/^(?:old)?pwd$/i.test(name) && value.startsWith('/')) return true;
  return secrecy === 'weak' && /^(?:[A-Za-z][a-z]{0,14}|\d{1,9})$/.test(value);
}

/** Names of headers whose whole line is secret: a scheme with its credentials, or a list of cookies. */
export function isHeaderName(name: string): boolean {
  return /(?:authorization|cookie)s?$/i.test(name);
}
