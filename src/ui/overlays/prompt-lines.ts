/** The prompt's text, wrapped and shortened to a given room. Pure; the component only paints it. */
import { targetLine } from '../../actions/target.ts';
import { measure, truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { type Prompt, promptMsLeft } from '../prompt.ts';

export type LineRole =
  | 'title'
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
}

interface Section {
  readonly lines: readonly PromptLine[];
  /** How many of them stay when there is no room. */
  readonly least: number;
}

/** The countdown is shown in the last seconds, so that nobody is surprised. */
const COUNTDOWN_MS = 10_000;
const MAX_TARGETS = 8;

/** At most `rows` lines of at most `columns`. `at` is monotonic ms. The question is always there, and always last. */
export function promptLines(prompt: Prompt, columns: number, rows: number, at: number): readonly PromptLine[] {
  const { ask } = prompt;
  const count = ask.targets.length;
  const what = count === 1 ? ask.action.label : `${ask.action.label} ${count} ${ask.targets[0]?.kind ?? 'target'}s`;
  const title = section('title', [`${what} · ${ask.risk}`], columns, 1);
  const command = hardWrap(`$ ${ask.command}`, columns).map((text): PromptLine => ({ text, role: 'command' }));
  const notes = section(
    'note',
    ask.notes.map((note) => `! ${note}`),
    columns,
    Math.min(1, ask.notes.length),
  );
  const consequences = section(
    'consequence',
    ask.consequences.map((text) => `- ${text}`),
    columns,
    1,
  );
  const question = questionLines(prompt, columns, at);
  const fixed = title.lines.length + question.length;
  const blanks = rows >= 20 ? 3 : 1;
  const targetLeast = Math.min(ask.targets.length, 2);
  const commandLeast = Math.min(command.length, 2);
  let spare = rows - fixed - blanks - targetLeast - commandLeast - notes.least - consequences.least;
  // What is left over goes where it matters most: what changed, what will happen, some names, then all of the rest.
  const grant = (have: number, want: number): number => {
    const more = Math.max(0, Math.min(spare, want - have));
    spare -= more;
    return have + more;
  };
  const noteRows = grant(notes.least, notes.lines.length);
  const consequenceRows = grant(consequences.least, consequences.lines.length);
  const someTargets = grant(targetLeast, Math.min(ask.targets.length, 4));
  const commandRows = grant(commandLeast, command.length);
  const targetRows = grant(someTargets, Math.min(ask.targets.length, MAX_TARGETS));
  const blank: readonly PromptLine[] = [{ text: '', role: 'blank' }];
  const gap = blanks > 1 ? blank : [];
  const body = [
    ...title.lines,
    ...shorten(command, commandRows, columns),
    ...gap,
    ...targetLines(prompt, columns, targetRows),
    ...gap,
    ...shorten(notes.lines, noteRows, columns),
    ...shorten(consequences.lines, consequenceRows, columns),
  ];
  const room = Math.max(0, rows - question.length);
  return [...body.slice(0, room), ...(body.length < room ? blank : []), ...question];
}

function section(role: LineRole, texts: readonly string[], columns: number, least: number): Section {
  const lines = texts.flatMap((text) => {
    const indent = /^[-!] /.test(text) ? '  ' : '';
    // A note may be where the evidence is: like a command, that is copied whole or not at all.
    const fit = role === 'note' ? hardWrap : wrap;
    return fit(text, columns - indent.length).map((line, index) => ({
      text: index === 0 ? line : indent + line,
      role,
    }));
  });
  return { lines, least: Math.min(least, lines.length) };
}

/** The first lines; where some are left out the last one says so. */
function shorten(lines: readonly PromptLine[], most: number, columns: number): readonly PromptLine[] {
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  const last = kept.at(-1);
  return last === undefined
    ? kept
    : [...kept.slice(0, -1), { ...last, text: `${truncate(last.text, columns - 2, '')} …` }];
}

function targetLines(prompt: Prompt, columns: number, room: number): readonly PromptLine[] {
  const { targets } = prompt.ask;
  const most = room;
  const asLine = (text: string, role: LineRole): PromptLine => ({ text: truncate(text, columns), role });
  if (targets.length <= most) return targets.map((target) => asLine(targetLine(target), 'target'));
  const page = Math.max(1, most - 1);
  const top = Math.min(prompt.state === 'armed' ? prompt.top : 0, targets.length - page);
  const shown = targets.slice(top, top + page).map((target) => asLine(targetLine(target), 'target'));
  const above = top > 0 ? `↑ ${top} ` : '';
  const below = targets.length - top - page;
  const rest = below > 0 ? `… and ${below} more ↓` : '';
  return [...shown, asLine(above + rest, 'more')];
}

function questionLines(prompt: Prompt, columns: number, at: number): readonly PromptLine[] {
  const { ask } = prompt;
  const lines: PromptLine[] = [];
  const say = (text: string, role: LineRole = 'question') => {
    for (const line of wrap(text, columns)) lines.push({ text: line, role });
  };
  if (ask.answer.kind === 'y') {
    const verb = ask.risk === 'copy' ? 'copy the command' : ask.action.label;
    say(fitTwo(`y ${verb}`, 'Esc cancel (default)', columns));
  } else {
    const [text] = ask.answer.texts;
    const typed = prompt.state === 'armed' ? prompt.typed : '';
    say(`type "${text}" to ${ask.action.label}, then Enter`);
    const isMismatch = prompt.state === 'armed' && prompt.isMismatch;
    // The end of what is typed is what is being typed.
    const visible = tail(typed, Math.max(1, columns - 4));
    lines.push({ text: `> ${visible}▢`, role: 'question' });
    say(isMismatch ? 'that is not it · Esc cancel' : 'Esc cancel', isMismatch ? 'warning' : 'question');
  }
  const left = promptMsLeft(prompt, at);
  if (left !== null && left <= COUNTDOWN_MS) {
    lines.push({ text: truncate(`closes in ${Math.ceil(left / 1000)} s`, columns), role: 'warning' });
  }
  return lines;
}

function fitTwo(left: string, right: string, columns: number): string {
  const room = columns - measure(left) - measure(right);
  return room >= 3 ? `${left}   ${right}` : `${left} ${right}`;
}

function tail(text: string, columns: number): string {
  const glyphs = [...text];
  while (glyphs.length > 0 && measure(glyphs.join('')) > columns) glyphs.shift();
  return glyphs.join('');
}

/** A command is cut nowhere: what is copied from the screen with the mouse must be the whole of it. */
function hardWrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/)) {
    if (measure(line + word.trimEnd()) <= columns) {
      line += word;
      continue;
    }
    // A word that fits no line begins on this one; any other goes to the next.
    const isLong = measure(word.trimEnd()) > columns;
    if (!isLong && line !== '') lines.push(line.trimEnd());
    let rest = isLong ? line + word : word;
    while (measure(rest.trimEnd()) > columns) {
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
