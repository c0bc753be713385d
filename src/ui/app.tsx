/** What React composes: zones for the painted surfaces, and the overlays above them. */
import { Box, useInput, usePaste } from 'ink';
import { type ReactNode, useCallback, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { Binding } from './binding.ts';
import { Help } from './overlays/help.tsx';
import { PromptBox } from './overlays/prompt.tsx';
import type { Prompt } from './prompt.ts';
import type { Cells } from './screen/cells.ts';
import { Surface } from './screen/surface.tsx';
import type { Shell } from './shell.ts';
import type { Frame } from './shell-frame.ts';

export interface AppProps {
  readonly shell: Shell;
  readonly keymap: readonly Binding[];
  readonly clock: { monotonic(): number };
  /** Settles once all that Ink has drawn until now is on the terminal; without a screen of ours Ink writes at once. */
  readonly whenShown?: () => Promise<void>;
}

const atOnce = (): Promise<void> => Promise.resolve();

export function App({ shell, keymap, clock, whenShown = atOnce }: AppProps): ReactNode {
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
      {layout.isTooSmall ? null : (
        <OverlayOf frame={frame} shell={shell} keymap={keymap} clock={clock} whenShown={whenShown} />
      )}
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

function OverlayOf({
  frame,
  shell,
  keymap,
  clock,
  whenShown,
}: Required<AppProps> & { readonly frame: Frame }): ReactNode {
  const { overlay, columns, rows } = frame;
  switch (overlay?.kind) {
    case undefined:
      return null;
    case 'help':
      return (
        <Help
          keymap={keymap}
          ui={shell.ui()}
          viewer={shell.viewerKeys()}
          columns={columns}
          rows={rows}
          top={overlay.top}
        />
      );
    case 'prompt':
      return (
        <ShownPrompt
          key={`${overlay.prompt.ask.id} ${columns}x${rows}`}
          prompt={overlay.prompt}
          shell={shell}
          clock={clock}
          whenShown={whenShown}
        />
      );
    default:
      return overlay satisfies never;
  }
}

interface ShownPromptProps extends Pick<Required<AppProps>, 'shell' | 'clock' | 'whenShown'> {
  readonly prompt: Prompt;
}

/** Ink has drawn its frame when this effect runs; only when that frame is on the terminal can anybody have read it. */
function ShownPrompt({ prompt, shell, clock, whenShown }: ShownPromptProps): ReactNode {
  useLayoutEffect(() => {
    void whenShown().then(() => shell.painted(prompt));
  }, [prompt, shell, whenShown]);
  // Where it was asked: the list may be sorted anew behind the question, which stays where it is.
  const [cursorRow] = useState(() => shell.cursorRow());
  return <PromptBox prompt={prompt} cursorRow={cursorRow} at={clock.monotonic()} />;
}
