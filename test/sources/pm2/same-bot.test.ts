import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseList } from '../../../src/sources/pm2/list.ts';
import { isSameBot, shareWith } from '../../../src/sources/pm2/same-bot.ts';
import type { Bot } from '../../../src/sources/pm2/snapshot.ts';

const text = readFileSync(new URL('../../fixtures/pm2/list-7.0.4.json', import.meta.url), 'utf8');
const bots = (): Bot[] => parseList(JSON.parse(text), '/home').map(({ bot }) => bot);

test('two lists that say the same of a bot are told from two that do not, by every field that a list tells', () => {
  const [one] = bots() as [Bot];
  const [other] = bots() as [Bot];
  expect(isSameBot(one, other)).toBe(true);
  expect(isSameBot(one, { ...other, exits: [], quiet: { since: 1, usualGapMs: 1 }, code: null })).toBe(true);
  for (const key of Object.keys(one).filter(
    (name) => !['exits', 'quiet', 'code', 'lastingState', 'stoppingSince'].includes(name),
  )) {
    expect(isSameBot(one, { ...other, [key]: 'changed' } as unknown as Bot), key).toBe(false);
  }
  expect(isSameBot(one, { ...other, envNames: [...other.envNames, 'MORE'] })).toBe(false);
  expect(isSameBot({ ...one, envNames: [...one.envNames, 'MORE'] }, other)).toBe(false);
});

test('what a bot has equal to another is that of the other, and the rest its own', () => {
  const [like] = bots() as [Bot];
  const [read] = bots() as [Bot];
  const bot = { ...read, name: 'another', cwd: '/elsewhere', envNames: [...read.envNames] };
  const before = structuredClone(bot);
  shareWith(bot, like);
  expect(bot).toEqual(before);
  expect(bot.envNames).toBe(like.envNames);
  expect(bot.cwd).toBe('/elsewhere');
});
