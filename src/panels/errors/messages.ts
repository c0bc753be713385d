/** What the rows of the errors say in the room there is: each what tells it from those beside it. Pure. */
import type { ErrorGroup } from '../../state/errors.ts';
import { truncate } from '../../text/width.ts';

/** The share of the room that the beginning keeps where only what comes later differs. */
const HEAD_SHARE = 0.4;
const HEAD_LEAST = 6;
/** So far back the beginning of a word is looked for, units. */
const WORD_MOST = 16;

/** The messages of groups that stand one below the other, for `width` columns each; what the code says is not said twice. */
export function rowMessages(groups: readonly ErrorGroup[], width: number, hasCode: boolean): readonly string[] {
  const texts = groups.map(({ code, last }) =>
    hasCode && code !== null ? withoutCode(last.message, code) : last.message,
  );
  const rivals = new Map<string, number[]>();
  texts.forEach((text, i) => {
    const cut = truncate(text, width);
    const alike = rivals.get(cut);
    if (alike) alike.push(i);
    else rivals.set(cut, [i]);
  });
  const shown = [...texts];
  for (const alike of rivals.values()) {
    if (alike.length < 2) continue;
    // In this order the one that a text shares most with is beside it.
    const order = alike.map((i) => ({ i, text: texts[i] as string })).sort((a, b) => (a.text < b.text ? -1 : 1));
    order.forEach(({ i, text }, at) => {
      const shared = [at - 1, at + 1].map((beside) => sharedLength(text, order[beside]?.text ?? ''));
      shown[i] = skipped(text, Math.max(...shared), width);
    });
  }
  return shown;
}

/** `Error [ERR_X]: it failed` is `it failed` where ERR_X stands beside it. */
function withoutCode(message: string, code: string): string {
  const at = message.indexOf(code);
  if (at < 0 || !/^(?:[\w.]*(?:Error|Exception)?:? ?)?\[?$/.test(message.slice(0, at))) return message;
  const rest = message.slice(at + code.length).replace(/^\]?(?:[:,]| -)? */, '');
  return rest === '' ? message : rest;
}

/** How far two texts are the same, units. */
function sharedLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}

/** Its beginning, and then what comes from the word on in which it differs. */
function skipped(text: string, from: number, width: number): string {
  const head = truncate(text, Math.max(HEAD_LEAST, Math.floor(width * HEAD_SHARE)), '').trimEnd();
  const word = text.lastIndexOf(' ', from) + 1;
  const start = from - word > WORD_MOST ? from : word;
  return start <= head.length + 1 ? text : `${head}…${text.slice(start).toWellFormed()}`;
}
