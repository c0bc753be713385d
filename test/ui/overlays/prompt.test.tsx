import { Box, Text } from 'ink';
import { render } from 'ink-testing-library';
import { expect, test } from 'vitest';
import type { Risk } from '../../../src/actions/action.ts';
import { restart } from '../../../src/actions/restart.ts';
import { botTarget } from '../../../src/actions/target.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';
import { measure } from '../../../src/text/width.ts';
import {
  type OpenPrompt,
  openPrompt,
  type Prompt,
  promptKey,
  promptRefitted,
  promptShown,
  promptTick,
} from '../../../src/ui/acting/prompt.ts';
import { PromptBox } from '../../../src/ui/overlays/prompt.tsx';
import { fitPrompt, promptLines, promptWidth } from '../../../src/ui/overlays/prompt-lines.ts';
import { placeAgain, placeBox } from '../../../src/ui/overlays/prompt-place.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot, makeCrashes } from '../../helpers/bots.ts';

function promptOf(bots: readonly Bot[], over: { risk?: Risk; notes?: string[] } = {}): Prompt {
  const { risk } = over;
  const ask = makeAsk(
    risk === undefined ? restart : { ...restart, risk: () => risk, phrase: () => 'flush weather-bot' },
    bots.map(botTarget),
    { notes: over.notes ?? [] },
  );
  return fitted(openPrompt(ask, fitPrompt(ask, 80, 24), 0), 80, 24);
}

/** On the terminal in that size, and armed. */
function fitted(prompt: Prompt, columns: number, rows: number): Prompt {
  const refitted = promptRefitted(prompt, fitPrompt(prompt.ask, columns, rows));
  return promptTick(promptShown(refitted, refitted, 0), 300);
}

const linesAt = (prompt: Prompt, columns: number, rows: number) =>
  promptLines(fitted(prompt, columns, rows) as OpenPrompt, 300);

/** The frame's rows, without colours, over a screen full of dots. */
function frame(unfitted: Prompt, columns: number, rows: number, at = 300): string[] {
  const { fit } = unfitted as OpenPrompt;
  const prompt = fit.columns === columns && fit.rows === rows ? unfitted : fitted(unfitted, columns, rows);
  const { lastFrame, unmount } = render(
    <Box width={columns} height={rows}>
      <Box flexDirection="column">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed backdrop
          <Text key={row}>{'.'.repeat(columns)}</Text>
        ))}
      </Box>
      <PromptBox prompt={prompt as OpenPrompt} at={at} />
    </Box>,
  );
  const text = lastFrame() ?? '';
  unmount();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences
  return text.replace(/\u001b\[[\d;]*m/g, '').split('\n');
}

const one = promptOf([makeBot({ id: 3, exits: makeCrashes(5, 2000) })], {
  notes: ['restarted meanwhile, 4100 → 4211'],
});
const many = promptOf(Array.from({ length: 42 }, (_, id) => makeBot({ id, name: `chat-bot-${id}` })));

const SIZES = [
  [40, 20],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

for (const [columns, rows] of SIZES) {
  test(`at ${columns}x${rows} one restart shows the action, the command, the target, what happens and what to press`, () => {
    const lines = frame(one, columns, rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(columns);
    const text = lines.join('\n');
    for (const part of [
      'Restart weather-bot?',
      'R1 · one bot',
      '30 s',
      '$ pm2 restart 3',
      'weather-bot',
      '4211',
      '4100',
      'crash',
      'y restart',
      'Esc cancel',
    ]) {
      expect(text).toContain(part);
    }
  });

  test(`at ${columns}x${rows} forty-two targets leave room for the question, and say how much is not shown`, () => {
    const lines = frame(many, columns, rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    const text = lines.join('\n');
    expect(text).toContain('Restart 42 bots?');
    expect(text).toContain('pm2 restart 0 1 2');
    if (rows < 60) expect(text).toMatch(/\d+ more lines: ↓/);
    else expect(text).toContain('chat-bot-41 ');
    expect(text).toContain('type "42" to restart');
    expect(text).toContain('Esc cancel');
  });
}

test('the box is as wide as a phone, and no wider than can be read', () => {
  expect([40, 80, 120, 200].map(promptWidth)).toEqual([40, 76, 76, 76]);
});

test('nothing of the screen below shows through the box', () => {
  const lines = frame(one, 80, 24);
  const inside = lines
    .filter((line) => line.includes('│'))
    .map((line) => line.slice(line.indexOf('│'), line.lastIndexOf('│')));
  expect(inside.length).toBeGreaterThan(5);
  expect(inside.join('')).not.toMatch(/\.\.\./);
});

test('the whole command is on the screen, broken over lines where it must be', () => {
  const far = promptOf([makeBot({ id: 3, home: `/home/ops/${'deep/'.repeat(12)}.pm2` })]);
  const command = linesAt(far, 40, 40).filter((line) => line.role === 'command');
  expect(command.map((line) => line.text.replace(/^ {2}/, '')).join('')).toBe(
    `$ PM2_HOME=/home/ops/${'deep/'.repeat(12)}.pm2 pm2 restart 3`,
  );
  // The first word stands beside the mark, however long it is.
  expect(command[0]?.text).toMatch(/^\$ PM2_HOME/);
});

test('the path of the evidence is on the screen whole, where the screen is not the smallest', () => {
  const path = '/home/anna/.local/state/botop/evidence/20260115T120000123Z-flush-weather-bot-a1b2c3d4';
  const flush = promptOf([makeBot()], { risk: 'R3', notes: [`evidence: ${path} (the last 2.1k lines, redacted)`] });
  for (const [columns, rows] of [
    [40, 24],
    [80, 24],
    [120, 40],
  ] as const) {
    const lines = linesAt(flush, columns, rows).filter(({ role }) => role === 'consequence');
    expect(lines.map(({ text }) => text.replace(/^[- ] /, '').replace(/^evidence: /, '')).join('')).toContain(path);
  }
});

test('at any size that is not too small every line fits, the question is last, and all of the text can be read', () => {
  const long = promptOf([makeBot({ name: '機器人'.repeat(60) })], { risk: 'R2' });
  const flush = promptOf([makeBot({ name: 'a-bot-with-a-name-of-sixty-characters-that-nobody-shortened-yet' })], {
    risk: 'R3',
  });
  for (const prompt of [one, many, long, flush]) {
    for (let columns = 38; columns <= 84; columns += 6) {
      for (let rows = 10; rows <= 46; rows += 4) {
        let now = fitted(prompt, columns, rows);
        const { fit } = now as OpenPrompt;
        expect(fit.page).toBeGreaterThanOrEqual(1);
        const seen = new Set<string>();
        for (let press = 0; press <= fit.total; press++) {
          const lines = promptLines(now as OpenPrompt, 300);
          expect(lines.length).toBeLessThanOrEqual(rows - 2);
          expect(lines.filter((line) => measure(line.text) > promptWidth(columns) - 4)).toEqual([]);
          expect(lines.at(-1)?.role).toBe('question');
          for (const line of lines) seen.add(line.text);
          now = promptKey(now, '', { downArrow: true }, 400);
          now = promptShown(now, now, 400);
        }
        expect((now as OpenPrompt).seen).toBe(fit.total);
        for (const { id } of prompt.ask.targets.map((target) => target as { id: number })) {
          if (prompt === many) expect([...seen].some((text) => text.startsWith(`chat-bot-${id} `))).toBe(true);
        }
      }
    }
  }
}, 60_000);

test('a small screen shows whom and the gravest consequence first, and says that y does not count yet', () => {
  const small = fitted(one, 38, 10);
  const text = frame(small, 38, 10).join('\n');
  expect(text).toContain('Restart weather-bot?');
  expect(text).toContain('weather-bot  id 3  pid 4211');
  expect(text).toContain('restarted meanwhile');
  expect(text).toMatch(/\d+ more lines: ↓/);
  const hasty = promptKey(small, 'y', {}, 400);
  expect(hasty.state).toBe('armed');
  expect(frame(hasty, 38, 10).join('\n')).toContain('read on first: ↓');
});

test('the arrows scroll the frozen list to its end', () => {
  let prompt = fitted(many, 80, 24);
  for (let press = 0; press < 60; press++) {
    prompt = promptKey(prompt, '', { downArrow: true }, 400);
    prompt = promptShown(prompt, prompt, 400);
  }
  const text = frame(prompt, 80, 24).join('\n');
  expect(text).toContain('chat-bot-41 ');
  expect(text).not.toMatch(/more lines/);
  expect(text).toMatch(/↑ \d+/);
});

test('the box stands beside the row it is about where there is room, else in the middle', () => {
  expect(placeBox(10, 40, null)).toBe(15);
  expect(placeBox(10, 40, 3)).toBe(15);
  expect(placeBox(10, 40, 18)).toBe(19);
  expect(placeBox(12, 30, 20)).toBe(8);
  expect(placeBox(14, 24, 12)).toBe(5);
});

test('what is typed is shown, and a wrong text is said to be wrong', () => {
  const few = promptOf([0, 1, 2].map((id) => makeBot({ id, name: `bot-${id}` })));
  const typed = [...'41'].reduce((now, char) => promptKey(now, char, {}, 400), fitted(few, 40, 20));
  expect(frame(typed, 40, 20).join('\n')).toContain('> 41▢');
  const wrong = promptKey(typed, '\r', { return: true }, 400);
  expect(frame(wrong, 40, 20).join('\n')).toContain('that is not it');
});

test('the time that is left stands in the corner', () => {
  const now = fitted(one, 80, 24);
  expect(frame(now, 80, 24, 15_000).join('\n')).toMatch(/Restart weather-bot\? .* 15 s/);
  expect(frame(now, 80, 24, 23_500).join('\n')).toMatch(/ 7 s/);
});

test('a box that grows moves the edge that is away from its row, and never leaves the screen', () => {
  expect(placeAgain({ y: 15, height: 10 }, 13, 40, 12)).toBe(15);
  expect(placeAgain({ y: 15, height: 10 }, 13, 40, null)).toBe(15);
  expect(placeAgain({ y: 8, height: 12 }, 14, 30, 20)).toBe(6);
  expect(placeAgain({ y: 8, height: 12 }, 25, 30, 20)).toBe(0);
  expect(placeAgain({ y: 9, height: 8 }, 14, 20, 4)).toBe(5);
  expect(placeAgain({ y: 9, height: 8 }, 20, 20, 4)).toBe(0);
  expect(placeAgain({ y: 15, height: 10 }, 6, 40, 12)).toBe(15);
});
