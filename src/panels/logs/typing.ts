/** What is typed in the log view: a search, a filter, a time. Pure. */
import { BadFilter, parseFilter } from '../../sources/logs/line-filter.ts';
import { typedBy } from '../../ui/keys/keys.ts';
import { TIME_SYNTAX } from './time.ts';

export type Sign = '/' | '&' | ':';

export interface Typing {
  readonly sign: Sign;
  readonly text: string;
  /** What is wrong with it; empty when nothing is. */
  readonly problem: string;
}

const HINTS: Readonly<Record<Sign, string>> = {
  '/': 'text, or /pattern/',
  '&': 'level>=warn bot=api "text" !text /pattern/',
  ':': `${TIME_SYNTAX}; : again for all commands`,
};

/** How it is written, or what is wrong with it. */
export function hintOf({ sign, problem }: Typing): string {
  return problem || HINTS[sign];
}

/** After a key other than Enter and Esc. */
export function typeKey(typing: Typing, key: string): Typing {
  const { text } = typing;
  if (key === 'ctrl+u') return withText(typing, '');
  return withText(typing, key === 'backspace' ? [...text].slice(0, -1).join('') : text + typedBy(key));
}

export function withText(typing: Typing, text: string): Typing {
  return text === typing.text ? typing : { ...typing, text, problem: problemOf(typing.sign, text) };
}

/** A filter says at once what is wrong with it; one that is not finished is not wrong yet. */
function problemOf(sign: Sign, text: string): string {
  if (sign !== '&' || /(?:^|[ !])\/[^/]*$/.test(text)) return '';
  try {
    parseFilter(text);
    return '';
  } catch (error) {
    if (error instanceof BadFilter) return error.message;
    throw error;
  }
}
