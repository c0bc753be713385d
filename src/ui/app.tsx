/** What React composes: zones for the painted surfaces, and the overlays above them. */
import { Box, useInput, usePaste } from 'ink';
import { type ReactNode, useCallback, useSyncExternalStore } from 'react';
import type { Binding } from './keymap.ts';
import { Help } from './overlays/help.tsx';
import { PromptBox } from './overlays/prompt.tsx';
import type { Cells } from './screen/cells.ts';
import { Surface } from './screen/surface.tsx';
import type { Frame, Shell } from './shell.ts';

export interface AppProps {
  readonly shell: Shell;
  readonly keymap: readonly Binding[];
  readonly clock: { monotonic(): number };
}

export function App({ shell, keymap, clock }: AppProps): ReactNode {
  const frame = useSyncExternalStore(shell.onFrame, shell.frame);
  useInput((input, key) => shell.report(input, key));
  // Mounted so that a pasted text is not taken for keys.
  usePaste((text) => shell.paste(text));
  const { columns, rows, layout } = frame;
  return (
    <Box width={columns} height={rows} flexDirection="column" overflow="hidden">
      {layout.rows.map((row) => (
        <Box key={row.zones.map(({ id }) => id).join()} height={row.height} width={columns} flexShrink={0}>
          {row.zones.map((zone) => (
            <Zone key={zone.id} shell={shell} id={zone.id} width={zone.width} height={zone.height} />
          ))}
        </Box>
      ))}
      {layout.isTooSmall ? null : <OverlayOf frame={frame} shell={shell} keymap={keymap} clock={clock} />}
    </Box>
  );
}

interface ZoneProps {
  readonly shell: Shell;
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

function Zone({ shell, id, width, height }: ZoneProps): ReactNode {
  const draw = useCallback((cells: Cells) => shell.draw(id, cells), [shell, id]);
  return <Surface id={id} width={width} height={height} draw={draw} />;
}

function OverlayOf({ frame, shell, keymap, clock }: AppProps & { readonly frame: Frame }): ReactNode {
  const { overlay, columns, rows } = frame;
  switch (overlay?.kind) {
    case undefined:
      return null;
    case 'help':
      return <Help keymap={keymap} ui={shell.ui()} columns={columns} rows={rows} top={overlay.top} />;
    case 'prompt':
      return <PromptBox prompt={overlay.prompt} columns={columns} rows={rows} at={clock.monotonic()} />;
    default:
      return overlay satisfies never;
  }
}
