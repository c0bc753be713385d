/** What the terminal sends, as keys: escape sequences put together, pastes told apart, the rest as it came. */
import { StringDecoder } from 'node:string_decoder';
import type { KeyFlags } from '../keys/keys.ts';
import { BACKGROUND_ANSWER } from './background.ts';

export interface InputListener {
  /**
   * One key, or the text of one chunk as it came: a held key may arrive as `jjj`. `input` is empty for keys that are
   * no character.
   */
  key(input: string, key: KeyFlags): void;
  /** A bracketed paste, whole. */
  paste(text: string): void;
  /** The terminal answers that it is well: it has come to a question of ours. */
  status?(): void;
  /** The colour behind the text, as the terminal writes it: `rgb:ffff/ffff/ffff`. */
  background?(color: string): void;
}

export interface Input {
  push(chunk: string): void;
}

/** What reading needs of stdin. */
interface Readable {
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
}

/** A lone Esc is a key once nothing has followed for so long, ms. */
const ESC_MS = 20;
/** What begins like a sequence is one, over whatever line: its rest may take so long, ms. */
const TORN_MS = 200;
/** More than anybody pastes into a filter; the rest is dropped. */
const PASTE_MAX = 64 * 1024;

const ESC = '\u001b';
const PASTE_FROM = '\u001b[200~';
/** What an answer about a colour begins with. */
const OSC = '\u001b]';
/** What a terminal answers to DSR 5. */
const STATUS = '\u001b[0n';
const PASTE_TO = '\u001b[201~';

/** A whole sequence: CSI (with the older `ESC[[A` and rxvt's `ESC[2$`), SS3, or Esc and one character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with ESC
const SEQUENCE = /\u001b\u001b?(?:\[(?:[235678]\$|\[?[0-?]*[ -/]*[@-Z\\-~])|O[0-9;]*[A-Za-z])|\u001b[^\u001b[O]/uy;
/** The beginning of one, to the end of the text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: sequences begin with ESC
const BEGUN = /\u001b\u001b?(?:\[\[?[0-?]*[ -/]*|O[0-9;]*|\](?:1?|11;[^\u0007\u001b]{0,64}\u001b?))?$/y;
/** Keys that are one byte, wherever they stand in a chunk: those with Ctrl, and backspace; not Tab and Enter. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the bytes of those keys
const SINGLE = /([\0-\u0008\u000b\u000c\u000e-\u001f\u007f])/;

const NAMES: Readonly<Record<string, keyof KeyFlags>> = {
  A: 'upArrow',
  B: 'downArrow',
  C: 'rightArrow',
  D: 'leftArrow',
  F: 'end',
  H: 'home',
  M: 'return',
  Z: 'tab',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '5~': 'pageUp',
  '6~': 'pageDown',
  '7~': 'home',
  '8~': 'end',
};

/** Begins to read; whoever made it says when the stream is to be raw. */
export function createInput(stdin: Readable | null, listener: InputListener): Input {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let timer: NodeJS.Timeout | undefined;

  function push(chunk: string): void {
    clearTimeout(timer);
    pending += chunk;
    takeAnswers();
    while (pending !== '' && take());
    if (pending === '' || pending.startsWith(PASTE_FROM)) return;
    timer = setTimeout(flush, pending === ESC || pending === ESC + ESC ? ESC_MS : TORN_MS);
  }

  /** An answer of the terminal may come at any moment: behind an Esc of the person it would pass for Alt and a key. */
  function takeAnswers(): void {
    const answer = pending.includes(OSC) ? BACKGROUND_ANSWER.exec(pending) : null;
    if (answer) {
      pending = pending.slice(0, answer.index) + pending.slice(answer.index + answer[0].length);
      listener.background?.(answer[1] ?? '');
    }
    if (!pending.includes(STATUS)) return;
    const parts = pending.split(STATUS);
    pending = parts.join('');
    for (let left = parts.length - 1; left > 0; left -= 1) listener.status?.();
  }

  /** Takes one report off what is pending; false when its end is still missing. */
  function take(): boolean {
    const at = pending.indexOf(ESC);
    if (at !== 0) {
      const text = at === -1 ? pending : pending.slice(0, at);
      pending = pending.slice(text.length);
      for (const part of text.split(SINGLE)) if (part !== '') reportText(part, false);
      return true;
    }
    if (pending.startsWith(PASTE_FROM)) return takePaste();
    BEGUN.lastIndex = 0;
    if (BEGUN.test(pending)) return false;
    SEQUENCE.lastIndex = 0;
    const [sequence = ESC] = SEQUENCE.exec(pending) ?? [];
    pending = pending.slice(sequence.length);
    reportSequence(sequence);
    return true;
  }

  function takePaste(): boolean {
    const end = pending.indexOf(PASTE_TO, PASTE_FROM.length);
    if (end === -1) {
      // Its end may be torn: what could belong to it stays.
      if (pending.length > PASTE_MAX) pending = pending.slice(0, PASTE_MAX) + pending.slice(-PASTE_TO.length);
      return false;
    }
    const text = pending.slice(PASTE_FROM.length, end);
    pending = pending.slice(end + PASTE_TO.length);
    listener.paste(text);
    return true;
  }

  /** What was begun has not ended in time: an Esc, and what should have been part of a key. */
  function flush(): void {
    const begun = pending;
    pending = '';
    if (begun === ESC || begun === ESC + ESC) return reportSequence(begun);
    // As an Esc and text, so that whoever names keys drops the rest too when it comes: it must not become a letter.
    listener.key('', { escape: true });
    listener.key(begun.replaceAll(ESC, ''), {});
  }

  function reportSequence(sequence: string): void {
    if (sequence === ESC || sequence === ESC + ESC) {
      return listener.key('', sequence === ESC ? { escape: true } : { escape: true, meta: true });
    }
    const isMeta = sequence.startsWith(ESC + ESC);
    const rest = sequence.slice(isMeta ? 2 : 1);
    if (!/^[[O]./.test(rest)) return reportText(rest, !isMeta);
    const [, number = '', modifiers = '', last = ''] = /^[[O]\[?(?:1;)?(\d*)(?:;(\d+))?([A-Za-z~])$/.exec(rest) ?? [];
    // `ESC[5A` and `ESC[1;5A` are the same arrow with Ctrl; in `ESC[5~` the number is the key.
    const name = NAMES[last === '~' ? `${number}~` : last];
    // Function keys, answers of the terminal, and whatever else no key is named after.
    if (name === undefined || (name === 'return' && !rest.startsWith('O'))) return;
    const bits = Number((last === '~' ? modifiers : number || modifiers) || 1) - 1;
    const held = { shift: (bits & 1) !== 0 || last === 'Z', ctrl: (bits & 4) !== 0, meta: isMeta || (bits & 10) !== 0 };
    listener.key(name === 'return' ? '\r' : '', { [name]: true, ...held });
  }

  /** Text without Esc; `isMeta` when one stood before it. */
  function reportText(text: string, isMeta: boolean): void {
    const meta = isMeta ? { meta: true } : {};
    const code = text.charCodeAt(0);
    if (text.length > 1 || code >= 0x20) {
      if (text === '\u007f') return listener.key('', { backspace: true, ...meta });
      return listener.key(text, /^[A-Z]$/.test(text) ? { shift: true, ...meta } : meta);
    }
    if (text === '\r') return listener.key(text, { return: true, ...meta });
    if (text === '\n') return listener.key(text, meta);
    if (text === '\t') return listener.key('', { tab: true, ...meta });
    if (text === '\b') return listener.key('', { backspace: true, ...meta });
    if (code === 0) return listener.key(' ', { ctrl: true, ...meta });
    listener.key(String.fromCharCode(code + (code <= 26 ? 96 : 64)), { ctrl: true, ...meta });
  }

  stdin?.on('data', (chunk) => push(typeof chunk === 'string' ? chunk : decoder.write(chunk)));
  return { push };
}
