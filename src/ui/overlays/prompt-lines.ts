/** The prompt's text, wrapped to a given room and scrolled in it. Pure; the component only paints it. */
import type { Ask } from '../../actions/ask.ts';
import { targetLine, targetName } from '../../actions/target.ts';
import { measure, truncate, truncateStart } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { type Fit, isRead, type OpenPrompt, type Prompt, promptMsLeft } from '../acting/prompt.ts';

export type LineRole =
  | 'title'
  | 'risk'
  | 'command'
  | 'target'
  | 'more'
  | 'note'
  | 'consequence'
  | 'question'
  | 'blank'
  | 'warning';

export interface PromptLine {
  readonly text: string;
  readonly role: LineRole;
  /** A part of the text that stands out: the key that does it, what happens by default, what is said in passing. */
  readonly marks?: readonly { readonly text: string; readonly look: 'key' | 'default' | 'small' }[];
}

/** The question laid out for a room: the text that scrolls between the title and the lines that ask. */
interface Sheet {
  readonly isRiskInTitle: boolean;
  readonly body: readonly PromptLine[];
  /** How many lines of the body are shown at once; all of them when they fit. */
  readonly page: number;
}

const MAX_WIDTH = 76;
/** Below this a margin would cost more than it shows. */
const NARROW = 48;
/** On a low screen the prompt may have every row. */
const TALL = 30;
/** So many targets are read before what happens to them; more would push it out of sight. */
const FEW_TARGETS = 4;
const RISK_WORDS: Readonly<Record<Ask['risk'], string>> = {
  R1: 'R1',
  R2: 'R2',
  R3: 'R3 · destroys',
  copy: 'copy only',
};

/** How wide the box is on a screen of that width. */
export function promptWidth(columns: number): number {
  return columns < NARROW ? columns : Math.min(columns - 4, MAX_WIDTH);
}

/** The most columns and rows inside the box's border. */
function roomIn(columns: number, rows: number): { readonly columns: number; readonly rows: number } {
  return { columns: promptWidth(columns) - 4, rows: rows < TALL ? rows - 2 : rows - 6 };
}

/** How the question fits the whole screen's size; `page` below 1: not at all, and then it must not be asked. */
export function fitPrompt(ask: Ask, columns: number, rows: number, refusal: string | null = null): Fit {
  const room = roomIn(columns, rows);
  const { body, page } = sheetOf(ask, refusal, room.columns, room.rows);
  return { columns, rows, total: body.length, page };
}

/** The lines inside the border, for the size the prompt is fitted to. `at` is monotonic ms. The question is always last. */
export function promptLines(prompt: OpenPrompt, at: number): readonly PromptLine[] {
  const { ask, fit, refusal } = prompt;
  const room = roomIn(fit.columns, fit.rows);
  const { columns } = room;
  const { body, page, isRiskInTitle } = sheetOf(ask, refusal, columns, room.rows);
  const title = titleLine(prompt, isRiskInTitle, columns, at);
  const shown = body.slice(prompt.top, prompt.top + page);
  const hidden = page < body.length ? [moreLine(prompt, body.length, page, columns)] : [];
  const blank: readonly PromptLine[] = page < body.length ? [] : [{ text: '', role: 'blank' }];
  return [title, ...shown, ...hidden, ...blank, ...questionLines(prompt, columns)];
}

/** As last laid out: a question of a thousand targets is painted many times, and stays as it is. */
const laidOut = new WeakMap<Ask, { readonly of: string; readonly sheet: Sheet }>();

function sheetOf(ask: Ask, refusal: string | null, columns: number, rows: number): Sheet {
  const of = `${columns}x${rows} ${refusal ?? ''}`;
  const known = laidOut.get(ask);
  if (known?.of === of) return known.sheet;
  const sheet = layOut(ask, refusal, columns, rows);
  laidOut.set(ask, { of, sheet });
  return sheet;
}

function layOut(ask: Ask, refusal: string | null, columns: number, rows: number): Sheet {
  const isRiskInTitle = measure(question(ask)) + measure(riskOf(ask)) + CORNER + 3 <= columns;
  const asking = refusal === null ? askingLines(ask, columns).length : 1;
  const head: readonly PromptLine[] = isRiskInTitle ? [] : [{ text: truncate(riskOf(ask), columns), role: 'risk' }];
  const parts = refusal === null ? partsOf(ask, columns) : [refusalLines(refusal, columns)];
  const airy = [...head, ...parts.flatMap((part) => (part.length === 0 ? [] : [BLANK, ...part]))];
  // The title, and the blank line before the question.
  if (airy.length + asking + 2 <= rows) return { isRiskInTitle, body: airy, page: airy.length };
  const tight = [...head, ...parts.flat()];
  if (tight.length + asking + 2 <= rows) return { isRiskInTitle, body: tight, page: tight.length };
  // The title, and the line that says how much more there is.
  return { isRiskInTitle, body: tight, page: rows - asking - 2 };
}

const BLANK: PromptLine = { text: '', role: 'blank' };
/** `120 s`. */
const CORNER = 5;

/** Why nothing is asked; a line of it each for what else went wrong. */
function refusalLines(refusal: string, columns: number): readonly PromptLine[] {
  const said = refusal.split('\n').map((text) => `! ${text}`);
  return [
    ...said.flatMap((text) => indented('note', text, columns, wrap)),
    ...indented('consequence', '- nothing was done', columns, wrap),
  ];
}

/** One entry of a list, its further lines under its first word. */
function indented(
  role: LineRole,
  text: string,
  columns: number,
  fit: (text: string, columns: number) => string[],
): PromptLine[] {
  const indent = /^[-!$] /.test(text) ? '  ' : '';
  return fit(text, columns - indent.length).map((line, index) => ({ text: index === 0 ? line : indent + line, role }));
}

/** The gravest first, so that a screen that shows little shows that: whom, what happens, how it is done. */
function partsOf(ask: Ask, columns: number): readonly (readonly PromptLine[])[] {
  const lines = (role: LineRole, texts: readonly string[], fit: (text: string, columns: number) => string[]) =>
    texts.flatMap((text) => indented(role, text, columns, fit));
  const targets = lines('target', ask.targets.map(targetLine), hardWrap);
  const isEvidence = (note: string): boolean => note.startsWith('evidence: ');
  const told = (texts: readonly string[], mark: string): readonly string[] => texts.map((text) => `${mark} ${text}`);
  const notes = ask.notes.filter((note) => !isEvidence(note));
  const effects = [
    ...lines('note', told(notes, '!'), hardWrap),
    ...lines('consequence', told(ask.consequences, '-'), wrap),
    // That it was saved is good to know, and asks nothing. Like a command, it is copied whole or not at all.
    ...lines('consequence', told(ask.notes.filter(isEvidence), '-'), hardWrap),
  ];
  const command = hardWrap(`$ ${ask.command}`, columns).map((text): PromptLine => ({ text, role: 'command' }));
  return ask.targets.length <= FEW_TARGETS ? [targets, effects, command] : [effects, command, targets];
}

/** `Restart weather-bot?` */
function question(ask: Ask): string {
  const [only] = ask.targets;
  const whom = ask.targets.length === 1 && only ? targetName(only) : countOf(ask);
  if (ask.action.question) return `${ask.action.question(whom)}?`;
  const verb = ask.action.label.charAt(0).toUpperCase() + ask.action.label.slice(1);
  return `${verb} ${verb.includes(' ') ? 'of ' : ''}${whom}?`;
}

/** `42 bots`. */
function countOf({ targets }: Ask): string {
  return `${targets.length} ${targets[0]?.kind ?? 'target'}s`;
}

/** `R1 · one bot`. */
function riskOf(ask: Ask): string {
  return `${RISK_WORDS[ask.risk]} · ${ask.targets.length === 1 ? `one ${ask.targets[0]?.kind}` : countOf(ask)}`;
}

function titleLine(prompt: Prompt, hasRisk: boolean, columns: number, at: number): PromptLine {
  const { ask } = prompt;
  const left = promptMsLeft(prompt, at);
  const time = (left === null ? '' : `${Math.ceil(left / 1000)} s`).padStart(CORNER);
  const corner = hasRisk ? `${riskOf(ask)} ${time}` : time;
  const text = truncate(question(ask), Math.max(1, columns - measure(corner) - 1));
  const gap = ' '.repeat(Math.max(1, columns - measure(text) - measure(corner)));
  return { text: text + gap + corner, role: 'title', marks: [{ text: corner, look: 'small' }] };
}

function moreLine(prompt: OpenPrompt, total: number, page: number, columns: number): PromptLine {
  const below = total - prompt.top - page;
  const above = prompt.top > 0 ? `↑ ${prompt.top}` : '';
  const rest = below > 0 ? `${below} more ${below === 1 ? 'line' : 'lines'}: ↓` : '';
  const text = [above, rest].filter((part) => part !== '').join(' · ');
  return { text: truncate(text, columns), role: below > 0 && !isRead(prompt) ? 'warning' : 'more' };
}

/** The lines that ask, as they stand before anything is typed: their number never changes. */
function askingLines(ask: Ask, columns: number): readonly string[] {
  if (ask.answer.kind === 'y') return [''];
  return [
    ...hardWrap(
      `type "${ask.answer.texts[0]}" to ${ask.action.question ? 'confirm' : ask.action.label}, then Enter`,
      columns,
    ),
    '',
    '',
  ];
}

function questionLines(prompt: OpenPrompt, columns: number): readonly PromptLine[] {
  const { ask, state, isHasty, isMismatch, isRushed, typed } = prompt;
  const isUnread = !isRead(prompt);
  const isTyped = ask.answer.kind === 'type';
  const rushed = isRushed && state === 'opening' ? `pause, then ${isTyped ? 'type' : 'y'}` : '';
  const wrong = isMismatch === 'pasted' ? 'came at once: key by key' : isMismatch ? 'that is not it' : rushed;
  const warning = isUnread && isHasty ? 'read on first: ↓' : wrong;
  const cancel = (before: string, role: LineRole, look: 'key' | 'small' = 'key', out = 'Esc cancel'): PromptLine => {
    const whole = before === '' ? out : `${before}   ${out}`;
    const marks = before === '' ? [] : [{ text: before, look }];
    return { text: truncate(whole, columns), role, marks: [...marks, { text: out, look: 'default' }] };
  };
  if (state === 'refused') return [cancel('', 'question', 'key', 'Esc close')];
  if (state === 'reading') return readingLines(ask, columns, cancel);
  if (!isTyped) {
    if (warning !== '') return [cancel(warning, 'warning')];
    // What does not count yet does not look as if it did.
    const verb = ask.risk === 'copy' ? 'copy the command' : ask.action.label;
    return [cancel(`y ${verb}`, 'question', isUnread ? 'small' : 'key')];
  }
  const how = askingLines(ask, columns).slice(0, -2);
  return [
    ...how.map((text): PromptLine => ({ text, role: 'question' })),
    // The end of what is typed is what is being typed.
    { text: `> ${truncateStart(typed, Math.max(1, columns - 4), '')}▢`, role: 'question' },
    cancel(warning, warning === '' ? 'question' : 'warning'),
  ];
}

/** In the place of the lines that will ask, and as many of them. */
function readingLines(
  ask: Ask,
  columns: number,
  cancel: (before: string, role: LineRole, look: 'small') => PromptLine,
): readonly PromptLine[] {
  const mark = `reading ${ask.targets.length === 1 ? 'it' : 'them'} again…`;
  const [, ...others] = askingLines(ask, columns);
  if (others.length === 0) return [cancel(mark, 'question', 'small')];
  return [
    { text: truncate(mark, columns), role: 'question', marks: [{ text: mark, look: 'small' }] },
    ...others.slice(1).map(() => BLANK),
    cancel('', 'question', 'small'),
  ];
}

const PLAIN = /^[\x20-\x7e]*$/;

/** A command is cut nowhere: what is copied from the screen with the mouse must be the whole of it. */
function hardWrap(text: string, columns: number): string[] {
  // Of a thousand targets nearly every line is plain, and fits.
  const widthOf = PLAIN.test(text) ? (part: string): number => part.length : measure;
  if (widthOf(text) <= columns) return [text.trimEnd()];
  const lines: string[] = [];
  let line = '';
  // The mark before a command or a note stays with its first word.
  for (const word of text.split(/(?<=[^$!] )/)) {
    if (widthOf(line + word.trimEnd()) <= columns) {
      line += word;
      continue;
    }
    // A word that fits no line begins on this one; any other goes to the next.
    const isLong = widthOf(word.trimEnd()) > columns;
    if (!isLong && line !== '') lines.push(line.trimEnd());
    let rest = isLong ? line + word : word;
    while (widthOf(rest.trimEnd()) > columns) {
      const head = truncate(rest, columns, '');
      if (head === '') break;
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  lines.push(line.trimEnd());
  return lines;
}
