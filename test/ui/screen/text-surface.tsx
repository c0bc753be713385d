import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { Cells, type Draw } from '../../../src/ui/screen/cells.ts';

interface TextSurfaceProps {
  readonly width: number;
  readonly height: number;
  readonly draw: Draw;
}

/** What a painter draws, as lines of text that Ink composes. */
export function TextSurface({ width, height, draw }: TextSurfaceProps): ReactNode {
  const cells = new Cells(width, height);
  draw(cells);
  // A colour Ink does not know keeps the background of what is around out of the text.
  return (
    <Box width={width} height={height} flexShrink={0} flexDirection="column" overflow="hidden">
      {cells.lines().map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Text key={row} wrap="truncate" backgroundColor="none">
          {line}
        </Text>
      ))}
    </Box>
  );
}
