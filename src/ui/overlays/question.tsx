/** The question as Ink lays it out. Loaded when the first one is prepared, and only through `loadInColor`. */
import { Box } from 'ink';
import type { OpenPrompt } from '../acting/prompt.ts';
import type { Rect } from '../screen/compose.ts';
import type { Sheet } from '../screen/sheet.ts';
import { createInkSheet } from './ink-sheet.ts';
import { PromptBox, SampleBox } from './prompt.tsx';

export interface Questions {
  /** The box of an open prompt, where it stands. `at` is monotonic ms. */
  sheet(prompt: OpenPrompt, rect: Rect, at: number): Sheet;
  /** Lays one out that nobody sees: the first takes five times as long as those after it. */
  warm(): void;
  close(): void;
}

/** About that of a question, cells. */
const SAMPLE = { x: 0, y: 0, width: 76, height: 14 };

export function createQuestions(): Questions {
  const ink = createInkSheet();
  return {
    sheet(prompt, rect, at) {
      const { x, y, width, height } = rect;
      const { columns, rows } = prompt.fit;
      // The box places itself on a whole screen; Ink composes no more of that than the box.
      const node = (
        <Box width={width} height={height} overflow="hidden">
          <Box position="absolute" left={-x} top={-y} width={columns} height={rows}>
            <PromptBox prompt={prompt} top={y} at={at} />
          </Box>
        </Box>
      );
      return ink.render(node, rect);
    },
    warm() {
      ink.render(<SampleBox width={SAMPLE.width} height={SAMPLE.height} />, SAMPLE);
      ink.close();
    },
    close: () => ink.close(),
  };
}
