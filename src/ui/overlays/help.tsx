/** The help's box: in two columns where there is room, so that all of it fits a classic screen. */
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Binding } from '../binding.ts';
import type { UiState } from '../state.ts';
import type { Viewer } from '../viewer.ts';
import { type HelpLine, heightOf, helpColumn, helpColumns, helpSections, keyWidth } from './help-lines.ts';

export interface HelpProps {
  readonly keymap: readonly Binding[];
  readonly ui: UiState;
  /** The keys of what has the body; null when nothing has. */
  readonly viewer: Viewer['keymap'] | null;
  readonly columns: number;
  readonly rows: number;
  /** The first line shown. */
  readonly top: number;
}

/** From this width on there are two columns. */
const TWO_COLUMNS = 80;
const ONE_WIDTH = 72;
const TWO_WIDTH = 100;
const GAP = 2;
/** Borders and the last line. */
const FRAME_ROWS = 3;

export function Help({ keymap, ui, viewer, columns, rows, top }: HelpProps): ReactNode {
  const isWide = columns >= TWO_COLUMNS;
  const width = Math.min(columns, isWide ? TWO_WIDTH : ONE_WIDTH);
  const sections = helpSections(keymap, ui, viewer);
  // Borders and padding.
  const inner = width - 4;
  const columnWidth = isWide ? Math.floor((inner - GAP) / 2) : inner;
  const parts: readonly [HelpLine[], HelpLine[]] = isWide
    ? helpColumns(sections, columnWidth)
    : [helpColumn(sections, columnWidth), []];
  const height = heightOf(parts);
  const room = Math.max(1, Math.min(height, rows - FRAME_ROWS));
  const from = Math.max(0, Math.min(top, height - room));
  const more = height - room - from;
  return (
    <Box
      position="absolute"
      left={Math.max(0, Math.floor((columns - width) / 2))}
      top={Math.max(0, Math.floor((rows - room - FRAME_ROWS) / 2))}
      width={width}
      height={room + FRAME_ROWS}
      flexDirection="column"
      borderStyle="round"
      borderColor="cyan"
      borderBackgroundColor="black"
      backgroundColor="black"
      paddingX={1}
      overflow="hidden"
    >
      <Box height={room} columnGap={GAP} flexShrink={0}>
        {parts.map((lines, index) => (
          <Column
            // biome-ignore lint/suspicious/noArrayIndexKey: the left and the right one
            key={index}
            lines={lines.slice(from, from + room)}
            keys={keyWidth(sections)}
            width={index === 1 && !isWide ? 0 : columnWidth}
          />
        ))}
      </Box>
      <Text color="gray" wrap="truncate-end">
        {more > 0 ? `${more} more below: j ↓  ·  Esc closes` : 'Esc closes'}
      </Text>
    </Box>
  );
}

interface ColumnProps {
  readonly lines: readonly HelpLine[];
  /** How wide the keys are. */
  readonly keys: number;
  readonly width: number;
}

function Column({ lines, keys, width }: ColumnProps): ReactNode {
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <Text key={index} wrap="truncate-end" color="white">
          {line.kind === 'title' ? (
            <Text bold>{line.shown}</Text>
          ) : (
            <>
              <Text color="cyanBright">{line.shown.padEnd(keys)}</Text>
              {line.help}
            </>
          )}
        </Text>
      ))}
    </Box>
  );
}
