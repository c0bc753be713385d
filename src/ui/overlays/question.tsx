/** The question as Ink lays it out. Loaded when the first one is prepared, and only through `loadInColor`. */
import { Box } from 'ink';
import type { Prompt } from '../prompt.ts';
import type { Sheet } from '../screen/sheet.ts';
import { createInkSheet } from './ink-sheet.ts';
import { PromptBox, placeBox, SampleBox } from './prompt.tsx';
import { promptLines, promptWidth } from './prompt-lines.ts';

export interface Questions {
  /** The box of an open prompt; null for one that is over. `at` is monotonic ms. */
  sheet(prompt: Prompt, cursorRow: number | null, at: number): Sheet | null;
  /** Lays one out that nobody sees: the first takes five times as long as those after it. */
  warm(): void;
  close(): void;
}

/** About that of a question, cells. */
const SAMPLE = { x: 0, y: 0, width: 76, height: 14 };

export function createQuestions(): Questions {
  const ink = createInkSheet();
  return {
    sheet(prompt, cursorRow, at) {
      if (prompt.state !== 'opening' && prompt.state !== 'armed') return null;
      const { columns, rows } = prompt.fit;
      const width = promptWidth(columns);
      const height = promptLines(prompt, at).length + 2;
      const x = Math.floor((columns - width) / 2);
      const y = placeBox(height, rows, cursorRow);
      // The box places itself on a whole screen; Ink composes no more of that than the box.
      const node = (
        <Box width={width} height={height} overflow="hidden">
          <Box position="absolute" left={-x} top={-y} width={columns} height={rows}>
            <PromptBox prompt={prompt} cursorRow={cursorRow} at={at} />
          </Box>
        </Box>
      );
      return ink.render(node, { x, y, width, height });
    },
    warm() {
      ink.render(<SampleBox width={SAMPLE.width} height={SAMPLE.height} />, SAMPLE);
      ink.close();
    },
    close: () => ink.close(),
  };
}
