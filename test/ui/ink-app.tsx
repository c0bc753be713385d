import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Shell } from '../../src/ui/shell-contract.ts';
import { TextSurface } from './screen/text-surface.tsx';

/** The zones of a shell, composed by Ink instead of our own picture. */
export function InkApp({ shell }: { readonly shell: Shell }): ReactNode {
  const { columns, rows, layout } = shell.frame();
  return (
    <Box width={columns} height={rows} flexDirection="column" overflow="hidden">
      {layout.rows.map((row) => (
        <Box key={row.zones.map(({ id }) => id).join()} height={row.height} width={columns} flexShrink={0}>
          {row.zones.map(({ id, width, height }) => (
            <TextSurface key={id} width={width} height={height} draw={(cells) => shell.draw(id, cells)} />
          ))}
        </Box>
      ))}
    </Box>
  );
}
