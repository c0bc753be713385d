import { expect, test } from 'vitest';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import { NOON } from '../../helpers/bots.ts';
import { createStillShell, createStillWorld } from '../../helpers/still-shell.ts';

test('m at the top of the errors goes with its row, so that m again takes back what it said', () => {
  const still = createStillWorld();
  const { errors } = still;
  errors.setBaseline({ kind: 'moment', at: NOON - 600_000 });
  const events = new LogEvents();
  const event = { level: 'error', bot: 'bot', stream: 'err', component: '', detail: '', code: null };
  for (const [message, count] of [
    ['disk is gone', 3],
    ['socket is closed', 2],
    ['round failed', 1],
  ] as const) {
    for (let i = 0; i < count; i += 1)
      events.push({ ...event, at: NOON - 60_000, message, retryAfterSeconds: null } as never);
  }
  errors.pull(events, NOON);
  const shell = createStillShell(still, 100, 30);
  const known = () =>
    errors.groups
      .filter(({ fingerprint }) => errors.marks.of(fingerprint)?.isKnown === true)
      .map(({ last }) => last.message);
  shell.report('3', {});
  shell.report('m', {});
  expect(known()).toEqual(['disk is gone']);
  expect(shell.ui().lists.errors.index).toBe(2);
  shell.report('m', {});
  expect(known()).toEqual([]);
});
