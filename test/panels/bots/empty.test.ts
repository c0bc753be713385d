import { expect, test } from 'vitest';
import { emptyLines } from '../../../src/panels/bots/empty.ts';
import { botsWorld } from './worlds.ts';

function said(reason: string): readonly string[] {
  const reading = { state: 'off', reason } as const;
  const pm2 = [{ kind: 'pm2' as const, id: 'pm2', cadenceMs: 1_000, reading }];
  return emptyLines({ ...botsWorld([]), pm2 }, '', 0).map(([, text]) => text);
}

test('without any PM2 on the machine it says what to do', () => {
  expect(said('no PM2 here')).toEqual([
    'No PM2 here',
    '--pm2-home DIR names one elsewhere; botop demo shows a private one.',
  ]);
});

test('where others run, each is a line with the option that watches it', () => {
  expect(said("no PM2 here; PM2 of anna: --pm2-home '/home/anna b/.pm2'")).toEqual([
    'No PM2 here',
    "PM2 of anna: --pm2-home '/home/anna b/.pm2'",
  ]);
});
