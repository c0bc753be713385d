/** How a question looks, told apart from what paints it: its colours, and the parts of its lines. */
import type { Risk } from '../../actions/action.ts';
import type { OpenPrompt } from '../acting/prompt.ts';
import type { LineRole, PromptLine } from './prompt-lines.ts';

/** The terminal's own sixteen colours by the names that Ink has for them. */
export const ANSI = { red: 1, yellow: 3, magenta: 5, cyan: 6, white: 7, gray: 8, whiteBright: 15 } as const;

export const BORDERS: Readonly<Record<Risk, keyof typeof ANSI>> = {
  R1: 'yellow',
  R2: 'magenta',
  R3: 'red',
  copy: 'cyan',
};

export const COLORS: Readonly<Record<LineRole, keyof typeof ANSI>> = {
  title: 'whiteBright',
  risk: 'gray',
  command: 'cyan',
  target: 'white',
  more: 'gray',
  note: 'yellow',
  consequence: 'white',
  question: 'whiteBright',
  blank: 'white',
  warning: 'yellow',
};

/** Whether the key that it offers does something now: one that is deaf is dim. */
export function isLive(prompt: OpenPrompt): boolean {
  return prompt.state === 'armed' || prompt.state === 'refused';
}

/** A piece of a line: in the line's own look, said in passing, or what happens by default. */
export interface LinePart {
  readonly text: string;
  readonly look: 'plain' | 'small' | 'default';
}

export function lineParts({ text, marks = [] }: PromptLine): readonly LinePart[] {
  const parts: LinePart[] = [];
  let from = 0;
  for (const { text: part, look } of marks) {
    // From the end: a name in the title may look like what stands in its corner.
    const at = look === 'key' ? text.indexOf(part, from) : text.lastIndexOf(part);
    if (at < from || part === '') continue;
    if (at > from) parts.push({ text: text.slice(from, at), look: 'plain' });
    from = at + part.length;
    parts.push({ text: part, look: look === 'key' ? 'plain' : look });
  }
  if (from < text.length) parts.push({ text: text.slice(from), look: 'plain' });
  return parts;
}
