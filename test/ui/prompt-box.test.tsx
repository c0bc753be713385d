import { render } from 'ink-testing-library';
import { Box, Text } from 'ink';
import { expect, test } from 'vitest';
import { buildAsk } from '../../src/actions/ask.ts';
import type { Risk } from '../../src/actions/action.ts';
import { restart } from '../../src/actions/restart.ts';
import { botTarget } from '../../src/actions/target.ts';
import type { Bot } from '../../src/sources/pm2/snapshot.ts';
import { measure } from '../../src/text/width.ts';
import { promptLines } from '../../src/ui/overlays/prompt-lines.ts';
import { PromptBox, promptWidth } from '../../src/ui/overlays/prompt.tsx';
import { openPrompt, type Prompt, promptKey, promptShown, promptTick } from '../../src/ui/prompt.ts';
import { makeBot, makeCrashes, NOON } from '../helpers/bots.ts';

function promptOf(bots: readonly Bot[], over: { risk?: Risk; notes?: string[] } = {}): Prompt {
  const { risk } = over;
  const ask = buildAsk({
    id: 'x',
    action: risk === undefined ? restart : { ...restart, risk: () => risk, phrase: () => 'flush weather-bot' },
    targets: bots.map(botTarget),
    notes: over.notes ?? [],
    preparation: null,
    shell: { pm2Home: '/home/ops/.pm2', user: 'ops' },
    at: NOON,
  });
  return promptTick(promptShown(openPrompt(ask, 0), 0), 300);
}

/** The frame's rows, without colours, over a screen full of dots. */
function frame(prompt: Prompt, columns: number, rows: number, at = 300): string[] {
  const { lastFrame, unmount } = render(
    <Box width={columns} height={rows}>
      <Box flexDirection="column">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed backdrop
          <Text key={row}>{'.'.repeat(columns)}</Text>
        ))}
      </Box>
      <PromptBox prompt={prompt} columns={columns} rows={rows} at={at} />
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
      'restart',
      'R1',
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

  test(`at ${columns}x${rows} forty-two targets leave room for the question, and say how many are not shown`, () => {
    const lines = frame(many, columns, rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    const text = lines.join('\n');
    expect(text).toContain('restart 42 bots');
    expect(text).toContain('chat-bot-0 ');
    expect(text).toMatch(/… and \d+ more/);
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
  const shown = promptLines(far, 36, 16, 300);
  const command = shown.filter((line) => line.role === 'command').map((line) => line.text);
  expect(command.join('')).toBe(`$ PM2_HOME=/home/ops/${'deep/'.repeat(12)}.pm2 pm2 restart 3`);
});

test('the path of the evidence is on the screen whole, where the screen is not the smallest', () => {
  const path = '/home/anna/.local/state/botop/evidence/20260115T120000123Z-flush-weather-bot-a1b2c3d4';
  const flush = promptOf([makeBot()], { risk: 'R3', notes: [`evidence: ${path} (the last 2.1k lines, redacted)`] });
  for (const [columns, rows] of [
    [36, 18],
    [76, 18],
    [116, 34],
  ] as const) {
    const notes = promptLines(flush, columns, rows, 300).filter(({ role }) => role === 'note');
    expect(notes.map(({ text }) => text.replace(/^[! ] /, '').replace(/^evidence: /, '')).join('')).toContain(path);
  }
});

test('no line is ever wider than its room, and the question is always last', () => {
  for (const prompt of [one, many, promptOf([makeBot({ name: '機器人'.repeat(60) })], { risk: 'R2' })]) {
    for (let columns = 20; columns <= 72; columns += 4) {
      for (let rows = 6; rows <= 40; rows += 2) {
        const lines = promptLines(prompt, columns, rows, 300);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(measure(line.text)).toBeLessThanOrEqual(columns);
        expect(lines.at(-1)?.role).toBe('question');
      }
    }
  }
});

test('the arrows scroll the frozen list to its end', () => {
  let prompt = many;
  for (let press = 0; press < 60; press++) prompt = promptKey(prompt, '', { downArrow: true }, 400);
  const text = frame(prompt, 80, 24).join('\n');
  expect(text).toContain('chat-bot-41 ');
  expect(text).not.toMatch(/and \d+ more/);
  expect(text).toMatch(/↑ \d+/);
});

test('what is typed is shown, and a wrong text is said to be wrong', () => {
  const typed = [...'41'].reduce((now, char) => promptKey(now, char, {}, 400), many);
  expect(frame(typed, 40, 20).join('\n')).toContain('> 41▢');
  const wrong = promptKey(typed, '\r', { return: true }, 400);
  expect(frame(wrong, 40, 20).join('\n')).toContain('that is not it');
});

test('the last ten seconds are counted down, and only those', () => {
  expect(frame(one, 80, 24, 15_000).join('\n')).not.toContain('closes in');
  expect(frame(one, 80, 24, 23_500).join('\n')).toContain('closes in 7 s');
});
