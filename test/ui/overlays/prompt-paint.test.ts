import { expect, test } from 'vitest';
import type { Risk } from '../../../src/actions/action.ts';
import { restart } from '../../../src/actions/restart.ts';
import { botTarget } from '../../../src/actions/target.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';
import {
  type OpenPrompt,
  openPrompt,
  promptRefused,
  promptShown,
  promptTick,
  readingPrompt,
} from '../../../src/ui/acting/prompt.ts';
import { loadInColor } from '../../../src/ui/overlays/load-ink.ts';
import { fitPrompt, promptLines, promptWidth } from '../../../src/ui/overlays/prompt-lines.ts';
import { paintPrompt } from '../../../src/ui/overlays/prompt-paint.ts';
import { placeBox } from '../../../src/ui/overlays/prompt-place.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot, makeCrashes } from '../../helpers/bots.ts';

const { createQuestions } = await loadInColor(() => import('../../../src/ui/overlays/question.tsx'));

const SIZES = [
  [38, 10],
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** On the terminal, and armed. */
function armed(bots: readonly Bot[], risk: Risk, notes: readonly string[], columns: number, rows: number): OpenPrompt {
  const ask = makeAsk({ ...restart, risk: () => risk, phrase: () => 'flush weather-bot' }, bots.map(botTarget), {
    notes,
  });
  const open = openPrompt(ask, fitPrompt(ask, columns, rows), 0);
  return promptTick(promptShown(open, open, 0), 300) as OpenPrompt;
}

/** The box of a prompt, in cells. */
function cellsOf(prompt: OpenPrompt, how: 'painted' | 'laid out' | 'laid out after a sample') {
  const { columns, rows } = prompt.fit;
  const width = promptWidth(columns);
  const height = promptLines(prompt, 300).length + 2;
  const rect = { x: Math.floor((columns - width) / 2), y: placeBox(height, rows, null), width, height };
  const cells = new Cells(width, height);
  if (how === 'painted') paintPrompt(cells, prompt, 300);
  else {
    const questions = createQuestions();
    if (how !== 'laid out') questions.warm();
    questions.sheet(prompt, rect, 300).draw(cells);
    questions.close();
  }
  return { lines: cells.lines(), glyphs: [...cells.glyphs] };
}

test('what was laid out in a pause leaves nothing in the first question', () => {
  const api = armed([makeBot({ name: 'api' })], 'R1', [], 80, 24);
  expect(cellsOf(api, 'laid out after a sample')).toEqual(cellsOf(api, 'laid out'));
});

const STATES: Readonly<Record<string, (prompt: OpenPrompt) => OpenPrompt>> = {
  armed: (prompt) => prompt,
  deaf: (prompt) => ({ ...prompt, state: 'opening' }),
  rushed: (prompt) => ({ ...prompt, state: 'opening', isRushed: true }),
  'wrongly answered': (prompt) => ({ ...prompt, typed: 'weather', isMismatch: 'wrong' }),
  'not read to its end': (prompt) => ({ ...prompt, seen: 0, isHasty: true }),
  'being read again': ({ ask, fit }) => readingPrompt(ask, fit, 0, false),
  refused: ({ ask, fit }) => {
    const why = 'weather-bot (id 3) is gone, its id is now 4';
    return promptRefused(readingPrompt(ask, fit, 0, false), why, fitPrompt(ask, fit.columns, fit.rows, why), 0);
  },
};

for (const [state, stateOf] of Object.entries(STATES)) {
  test(`a question that is ${state} is painted at once as it is laid out later, to the cell, in every size`, () => {
    for (const [columns, rows] of SIZES) {
      const crashing = makeBot({ id: 3, exits: makeCrashes(5, 2000) });
      for (const prompt of [
        armed([crashing], 'R1', ['restarted meanwhile, 4100 → 4211'], columns, rows),
        armed(
          Array.from({ length: 42 }, (_, id) => makeBot({ id, name: `bot-${id}` })),
          'R2',
          [],
          columns,
          rows,
        ),
        armed([makeBot({ name: '機器人-👩‍💻' })], 'R2', [], columns, rows),
        armed([makeBot()], 'R3', ['evidence: /home/anna/.local/state/botop/evidence/a1'], columns, rows),
      ]) {
        const shown = stateOf(prompt);
        expect(cellsOf(shown, 'painted')).toEqual(cellsOf(shown, 'laid out'));
      }
    }
  });
}
