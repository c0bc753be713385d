import { Box, type DOMElement, measureElement, Text } from 'ink';
import { createContext, type ReactNode, use, useLayoutEffect, useRef } from 'react';
import { Cells, type Draw } from './cells.ts';
import type { ColorDepth } from './color.ts';
import { sentinelColor } from './frame.ts';
import type { Screen } from './screen.ts';

/** The screen that paints the surfaces below. Without one they become lines of text: tests, pipes, screen readers. */
export const ScreenContext = createContext<Screen | null>(null);

/** The colours of surfaces that become text. */
export const TextDepthContext = createContext<ColorDepth>('true');

export interface SurfaceProps {
  /** Unique on the screen; what `screen.invalidate` names. One name stands for one place, not for one bot. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Called with cells of that size, blank, whenever the surface is invalidated or gets another draw. */
  readonly draw: Draw;
}

/** A panel, border included, that is painted without React once it is mounted. */
export function Surface(props: SurfaceProps): ReactNode {
  const screen = use(ScreenContext);
  return screen === null ? <TextSurface {...props} /> : <PaintedHole {...props} screen={screen} />;
}

function PaintedHole({ id, width, height, draw, screen }: SurfaceProps & { readonly screen: Screen }): ReactNode {
  const box = useRef<DOMElement>(null);
  const latest = useRef(draw);
  useLayoutEffect(
    () =>
      screen.attach(id, {
        draw: (cells) => latest.current(cells),
        // Coordinates exist only after the layout, so they are asked for at each flush.
        rect: () => (box.current === null ? { x: 0, y: 0, width: 0, height: 0 } : measureElement(box.current)),
      }),
    [screen, id],
  );
  useLayoutEffect(() => {
    latest.current = draw;
    screen.invalidate(id);
  }, [screen, id, draw]);
  return (
    <Box
      ref={box}
      width={width}
      height={height}
      flexShrink={0}
      backgroundColor={sentinelColor(screen.surfaceNumber(id))}
    />
  );
}

function TextSurface({ width, height, draw }: SurfaceProps): ReactNode {
  const depth = use(TextDepthContext);
  const cells = new Cells(width, height);
  draw(cells);
  // A painted surface does not inherit an overlay's background; a colour Ink does not know keeps it out of text too.
  return (
    <Box width={width} height={height} flexShrink={0} flexDirection="column" overflow="hidden">
      {cells.lines(depth).map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Text key={row} wrap="truncate" backgroundColor="none">
          {line}
        </Text>
      ))}
    </Box>
  );
}
