/** The prompt's box. Props in, cells out: no timer, no key, no state. */
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Risk } from '../../actions/action.ts';
import { isRead, type Prompt } from '../prompt.ts';
import { type LineRole, type PromptLine, promptLines, promptWidth } from './prompt-lines.ts';

export interface PromptBoxProps {
  readonly prompt: Prompt;
  /** The row of the screen it should leave free, where there is room; null for none. */
  readonly cursorRow?: number | null;
  /** Monotonic ms, for the time that is left. */
  readonly at: number;
}

const BORDERS: Record<Risk, string> = { R1: 'yellow', R2: 'magenta', R3: 'red', copy: 'cyan' };
const COLORS: Record<LineRole, string> = {
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

export function PromptBox({ prompt, cursorRow = null, at }: PromptBoxProps): ReactNode {
  if (prompt.state !== 'armed' && prompt.state !== 'opening') return null;
  const { columns, rows } = prompt.fit;
  const width = promptWidth(columns);
  const lines = promptLines(prompt, at);
  const height = lines.length + 2;
  const isArmed = prompt.state === 'armed';
  const border = BORDERS[prompt.ask.risk];
  return (
    <Box
      position="absolute"
      left={Math.floor((columns - width) / 2)}
      top={placeBox(height, rows, cursorRow)}
      width={width}
      height={height}
      paddingX={1}
      flexDirection="column"
      flexShrink={0}
      // Without it the panel below shows through at every blank.
      backgroundColor="black"
      borderStyle={prompt.ask.risk === 'R3' ? 'double' : 'round'}
      borderColor={border}
      borderBackgroundColor="black"
      borderDimColor={!isArmed}
    >
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <Line key={index} line={line} isArmed={isArmed} isRead={isRead(prompt)} />
      ))}
    </Box>
  );
}

/** Every kind of line in a box of its own: laid out once in a pause, it takes the time that the first question would. */
export function SampleBox({ width, height }: { readonly width: number; readonly height: number }): ReactNode {
  const lines = Object.keys(COLORS).map(
    (role): PromptLine => ({
      text: 'y does it, n does not',
      role: role as LineRole,
      marks: [
        { text: 'y', look: 'key' },
        { text: 'not', look: 'default' },
        { text: 'does', look: 'small' },
      ],
    }),
  );
  return (
    <Box width={width} height={height} overflow="hidden" flexDirection="column" paddingX={1} borderStyle="round">
      {lines.map((line) => (
        <Line key={line.role} line={line} isArmed isRead />
      ))}
    </Box>
  );
}

/** The first row of a box: in the middle, unless that covers the row that is asked about and there is room beside it. */
export function placeBox(height: number, rows: number, cursorRow: number | null): number {
  const middle = Math.max(0, Math.floor((rows - height) / 2));
  if (cursorRow === null || cursorRow < middle || cursorRow >= middle + height) return middle;
  if (cursorRow + 1 + height <= rows) return cursorRow + 1;
  return cursorRow - height >= 0 ? cursorRow - height : middle;
}

interface LineProps {
  readonly line: PromptLine;
  readonly isArmed: boolean;
  readonly isRead: boolean;
}

function Line({ line, isArmed, isRead }: LineProps): ReactNode {
  const { text, role } = line;
  return (
    <Text
      wrap="truncate"
      color={COLORS[role]}
      bold={role === 'title' || (role === 'question' && isArmed && isRead)}
      // Deaf for its first moment, and it looks it.
      dimColor={role === 'question' && !isArmed}
    >
      {text === '' ? ' ' : spans(line, isArmed)}
    </Text>
  );
}

function spans({ text, marks = [] }: PromptLine, isArmed: boolean): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const { text: part, look } of marks) {
    // From the end: a name in the title may look like what stands in its corner.
    const at = look === 'key' ? text.indexOf(part, from) : text.lastIndexOf(part);
    if (at < from || part === '') continue;
    parts.push(text.slice(from, at));
    from = at + part.length;
    if (look === 'key') parts.push(part);
    else if (look === 'small') {
      parts.push(
        <Text key={at} bold={false} color="gray">
          {part}
        </Text>,
      );
    } else {
      parts.push(
        <Text key={at} inverse={isArmed}>
          {part}
        </Text>,
      );
    }
  }
  return [...parts, text.slice(from)];
}
