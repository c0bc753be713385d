/** The palette's box. Props in, cells out. */
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { measure, truncate } from '../../text/width.ts';
import { type Choice, found, foundOptions, type Palette } from '../palette.ts';

export interface PaletteBoxProps {
  readonly palette: Palette;
  readonly columns: number;
  readonly rows: number;
}

const MAX_WIDTH = 92;
const MAX_ROWS = 16;
/** Below this a margin, and a column of keys, cost more than they show. */
const NARROW = 60;
const LABEL_WIDTH = 24;
const TAG_WIDTH = 4;
const KEY_WIDTH = 5;

export function PaletteBox({ palette, columns, rows }: PaletteBoxProps): ReactNode {
  const width = columns < NARROW ? columns : Math.min(columns - 4, MAX_WIDTH);
  const inner = width - 4;
  const isWide = columns >= NARROW;
  const { wanted, text, index } = palette;
  const lines = wanted === null ? found(palette) : foundOptions(palette);
  const room = Math.max(1, Math.min(MAX_ROWS, rows - 6, Math.max(lines.length, 1)));
  const top = Math.max(0, Math.min(index - Math.floor(room / 2), lines.length - room));
  const shown = lines.slice(top, top + room);
  const isEmpty = lines.length === 0 && wanted === null;
  const height = (wanted !== null && lines.length === 0 ? 0 : room) + (wanted === null ? 4 : 5);
  const more = lines.length - top - shown.length;
  return (
    <Box
      position="absolute"
      left={Math.max(0, Math.floor((columns - width) / 2))}
      top={Math.max(0, Math.min(2, rows - height))}
      width={width}
      height={height}
      paddingX={1}
      flexDirection="column"
      flexShrink={0}
      backgroundColor="black"
      borderStyle="round"
      borderColor="cyan"
      borderBackgroundColor="black"
      overflow="hidden"
    >
      {wanted === null ? null : (
        <Text wrap="truncate" bold color="whiteBright">
          {truncate(wanted.title, inner)}
        </Text>
      )}
      <Text wrap="truncate" color="whiteBright">
        <Text color="cyan">{wanted === null ? ': ' : '> '}</Text>
        {tail(text, inner - 3)}
        <Text color="cyan">▏</Text>
      </Text>
      {isEmpty ? <Text color="gray">nothing is called that</Text> : null}
      {shown.map((line, at) =>
        typeof line === 'string' ? (
          <Text key={line} wrap="truncate" inverse={top + at === index} color="white">
            {pad(line, inner)}
          </Text>
        ) : (
          <Row key={line.id} choice={line} isAt={top + at === index} width={inner} isWide={isWide} />
        ),
      )}
      <Foot palette={palette} more={more} width={inner} isWide={isWide} choice={lines[index]} />
    </Box>
  );
}

interface RowProps {
  readonly choice: Choice;
  readonly isAt: boolean;
  readonly width: number;
  readonly isWide: boolean;
}

/** `r    restart   R1   weather-bot`; what can do nothing here is dim, and says why in its last column. */
function Row({ choice, isAt, width, isWide }: RowProps): ReactNode {
  const { key, label, tag, about, barred } = choice;
  const rest = barred ?? about;
  const isOff = barred !== null;
  const labelWidth = isWide ? LABEL_WIDTH : Math.min(LABEL_WIDTH, width - KEY_WIDTH - TAG_WIDTH - 8);
  const room = width - KEY_WIDTH - labelWidth - TAG_WIDTH;
  return (
    <Text wrap="truncate" inverse={isAt} dimColor={isOff} color="white">
      <Text color={isOff ? 'white' : 'cyanBright'}>{pad(key, KEY_WIDTH)}</Text>
      {pad(label, labelWidth)}
      <Text color={isOff ? 'white' : TAG_COLORS[tag] ?? 'gray'}>{pad(tag, TAG_WIDTH)}</Text>
      {room > 0 ? pad(rest, room) : ''}
    </Text>
  );
}

const TAG_COLORS: Readonly<Record<string, string>> = { R1: 'yellow', R2: 'magenta', R3: 'red' };

interface FootProps {
  readonly palette: Palette;
  readonly more: number;
  readonly width: number;
  readonly isWide: boolean;
  readonly choice: Choice | string | undefined;
}

function Foot({ palette, more, width, isWide, choice }: FootProps): ReactNode {
  const { wanted } = palette;
  if (wanted !== null && wanted.problem !== '') {
    return (
      <Text wrap="truncate" color="yellow">
        {truncate(wanted.problem, width)}
      </Text>
    );
  }
  // On a phone the reason has no column: it is said of the row under the cursor.
  const barred = typeof choice === 'object' ? choice.barred : null;
  if (!isWide && barred !== null) {
    return (
      <Text wrap="truncate" color="yellow">
        {truncate(barred, width)}
      </Text>
    );
  }
  const counted = more > 0 ? `${more} more: ↓ · ` : '';
  return (
    <Text wrap="truncate" color="gray">
      {truncate(`${counted}${wanted === null ? 'Enter picks' : 'Enter goes on'} · Esc closes`, width)}
    </Text>
  );
}

function pad(text: string, width: number): string {
  const cut = truncate(text, Math.max(1, width - 1));
  return cut + ' '.repeat(Math.max(0, width - measure(cut)));
}

function tail(text: string, columns: number): string {
  const glyphs = [...text];
  while (glyphs.length > 0 && measure(glyphs.join('')) > columns) glyphs.shift();
  return glyphs.join('');
}
