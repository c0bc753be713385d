/** The prompt's box. Props in, cells out: no timer, no key, no state. */
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { isRead, type OpenPrompt } from '../acting/prompt.ts';
import { type LineRole, type PromptLine, promptLines, promptWidth } from './prompt-lines.ts';
import { BORDERS, COLORS, isLive, lineParts } from './prompt-look.ts';
import { placeBox } from './prompt-place.ts';

export interface PromptBoxProps {
  readonly prompt: OpenPrompt;
  /** The row of the screen its upper border is in; in the middle without it. */
  readonly top?: number;
  /** Monotonic ms, for the time that is left. */
  readonly at: number;
}

export function PromptBox({ prompt, top, at }: PromptBoxProps): ReactNode {
  const { columns, rows } = prompt.fit;
  const width = promptWidth(columns);
  const lines = promptLines(prompt, at);
  const height = lines.length + 2;
  const isBright = isLive(prompt);
  const border = BORDERS[prompt.ask.risk];
  return (
    <Box
      position="absolute"
      left={Math.floor((columns - width) / 2)}
      top={top ?? placeBox(height, rows, null)}
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
      borderDimColor={!isBright}
    >
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <Line key={index} line={line} isBright={isBright} isRead={isRead(prompt)} />
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
        <Line key={line.role} line={line} isBright isRead />
      ))}
    </Box>
  );
}

interface LineProps {
  readonly line: PromptLine;
  readonly isBright: boolean;
  readonly isRead: boolean;
}

function Line({ line, isBright, isRead }: LineProps): ReactNode {
  const { text, role } = line;
  if (text === '') return <Text> </Text>;
  const color = COLORS[role];
  const bold = role === 'title' || (role === 'question' && isBright && isRead);
  // Deaf for its first moment, and it looks it.
  const dimColor = role === 'question' && !isBright;
  return (
    <Text wrap="truncate">
      {lineParts(line).map((part, index) => {
        const isSmall = part.look === 'small';
        return (
          <Text
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
            key={index}
            // Of its own, and not of the line: nothing inside a bold text is ever not bold.
            bold={bold && !isSmall}
            color={isSmall ? 'gray' : color}
            dimColor={dimColor}
            inverse={part.look === 'default' && isBright}
          >
            {part.text}
          </Text>
        );
      })}
    </Text>
  );
}
