/** The help, made from the bindings that mean something where the person stands. */
import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { type Binding, GROUPS, type Group } from '../keymap.ts';
import type { UiState } from '../state.ts';

const TITLES: Readonly<Record<Group, string>> = {
  move: 'Move',
  look: 'Look',
  find: 'Find',
  act: 'Act',
  program: 'Program',
};

interface Line {
  readonly kind: 'title' | 'key' | 'blank';
  readonly shown: string;
  readonly help: string;
}

/** The lines of the help for a state, without an overlay in it. Pure; the tests and the docs read it too. */
export function helpLines(keymap: readonly Binding[], ui: UiState): readonly Line[] {
  const here = { ...ui, overlay: null };
  const lines: Line[] = [];
  for (const group of GROUPS) {
    const bindings = keymap.filter((binding) => binding.group === group && (binding.where?.(here) ?? true));
    if (bindings.length === 0) continue;
    if (lines.length > 0) lines.push({ kind: 'blank', shown: '', help: '' });
    lines.push({ kind: 'title', shown: TITLES[group], help: '' });
    for (const { shown, help } of bindings) lines.push({ kind: 'key', shown, help });
  }
  return lines;
}

export interface HelpProps {
  readonly keymap: readonly Binding[];
  readonly ui: UiState;
  readonly columns: number;
  readonly rows: number;
  /** The first line shown. */
  readonly top: number;
}

export function Help({ keymap, ui, columns, rows, top }: HelpProps): ReactNode {
  const width = Math.min(columns, 72);
  const all = helpLines(keymap, ui);
  const room = Math.max(1, Math.min(all.length, rows - 4));
  const from = Math.max(0, Math.min(top, all.length - room));
  const more = all.length - room - from;
  return (
    <Box
      position="absolute"
      left={Math.max(0, Math.floor((columns - width) / 2))}
      top={Math.max(0, Math.floor((rows - room - 3) / 2))}
      width={width}
      height={room + 3}
      flexDirection="column"
      borderStyle="round"
      borderColor="cyan"
      borderBackgroundColor="black"
      backgroundColor="black"
      paddingX={1}
      overflow="hidden"
    >
      {all.slice(from, from + room).map((line, i) => (
        <Text key={from + i} wrap="truncate-end" color="white">
          {line.kind === 'title' ? (
            <Text bold>{line.shown}</Text>
          ) : (
            <>
              <Text color="cyanBright">{line.shown.padEnd(11)}</Text>
              {line.help}
            </>
          )}
        </Text>
      ))}
      <Text color="gray" wrap="truncate-end">
        {more > 0 ? `${more} more below: j  ·  Esc closes` : 'Esc closes'}
      </Text>
    </Box>
  );
}
