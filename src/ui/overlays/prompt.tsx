/** The prompt's box. Props in, cells out: no timer, no key, no state. */
import { Box, Text } from 'ink';
import type { Risk } from '../../actions/action.ts';
import type { Prompt } from '../prompt.ts';
import { type LineRole, type PromptLine, promptLines } from './prompt-lines.ts';

export interface PromptBoxProps {
  readonly prompt: Prompt;
  /** The whole screen's size. */
  readonly columns: number;
  readonly rows: number;
  /** Monotonic ms, for the countdown. */
  readonly at: number;
}

const MAX_WIDTH = 76;
/** Below this a margin would cost more than it shows. */
const NARROW = 48;
/** On a low screen the prompt may have every row. */
const TALL = 30;
const BORDERS: Record<Risk, string> = { R1: 'yellow', R2: 'magenta', R3: 'red', copy: 'cyan' };
const COLORS: Record<LineRole, string> = {
  title: 'whiteBright',
  command: 'cyan',
  target: 'white',
  more: 'gray',
  note: 'yellow',
  consequence: 'white',
  question: 'whiteBright',
  blank: 'white',
  warning: 'yellow',
};

/** Where the box is on a screen of that size. */
export function promptWidth(columns: number): number {
  return columns < NARROW ? columns : Math.min(columns - 4, MAX_WIDTH);
}

export function PromptBox({ prompt, columns, rows, at }: PromptBoxProps) {
  const width = promptWidth(columns);
  const lines = promptLines(prompt, width - 4, Math.max(3, rows < TALL ? rows - 2 : rows - 6), at);
  const isArmed = prompt.state === 'armed';
  const border = BORDERS[prompt.ask.risk];
  return (
    <Box position="absolute" width={columns} height={rows} justifyContent="center" alignItems="center">
      <Box
        width={width}
        height={lines.length + 2}
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
          <Line key={index} line={line} isArmed={isArmed} />
        ))}
      </Box>
    </Box>
  );
}

function Line({ line, isArmed }: { readonly line: PromptLine; readonly isArmed: boolean }) {
  const { text, role } = line;
  return (
    <Text
      wrap="truncate"
      color={COLORS[role]}
      bold={role === 'title' || (role === 'question' && isArmed)}
      // Deaf for its first moment, and it looks it.
      dimColor={role === 'question' && !isArmed}
    >
      {text === '' ? ' ' : text}
    </Text>
  );
}
