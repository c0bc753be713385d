import { expect, test } from 'vitest';
import { selectGroups } from '../../../src/panels/errors/view.ts';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';
import { LIST } from '../../../src/ui/state.ts';

const START = 1_795_300_000_000;
const FREQUENT = 'TelegramError: 401: Unauthorized';
const RARE = 'round failed';

type Add = (message: string, at: number, level?: 'warn' | 'error') => void;

function orderOf(now: number, fill: (add: Add) => void): readonly string[] {
  const history = createErrorHistory({ startedAt: START });
  const events = new LogEvents();
  fill((message, at, level = 'error') =>
    events.push({
      at,
      level,
      bot: 'bot',
      stream: 'err',
      component: '',
      message,
      detail: '',
      code: null,
      retryAfterSeconds: null,
    } as never),
  );
  history.pull(events, now);
  return selectGroups(history, LIST, now).rows.map(({ group }) => group.last.message);
}

const order = (now: number) =>
  orderOf(now, (add) => {
    for (let i = 0; i < 9; i += 1) add(FREQUENT, START - 60_000 + i);
    add(RARE, START + 1_000);
    if (now < START + 60_000) add(FREQUENT, START + 2_000);
  });

test('what is NEW stands first, but in the first two minutes behind what comes more often', () => {
  expect(order(START + 30_000)).toEqual([FREQUENT, RARE]);
  expect(order(START + 150_000)).toEqual([RARE, FREQUENT]);
});

test('of what is as new, what goes on stands before an outage that is over, however often that was seen', () => {
  const now = START + 600_000;
  const shown = (agoMs: number) =>
    orderOf(now, (add) => {
      for (let i = 0; i < 300; i += 1) add(FREQUENT, now - agoMs);
      add(RARE, now - 5_000);
    });
  expect(shown(31_000)).toEqual([RARE, FREQUENT]);
  expect(shown(20_000)).toEqual([FREQUENT, RARE]);
});

test('a flood of warnings stands before errors that were over when we came, and behind those that go on', () => {
  const now = START + 60_000;
  const shown = (agoMs: number) =>
    orderOf(now, (add) => {
      for (let i = 0; i < 300; i += 1) add(FREQUENT, now - agoMs);
      add('429: retry after 17', now - 2_000, 'warn');
    });
  expect(shown(2_400_000)[0]).toBe('429: retry after 17');
  expect(shown(20_000)[0]).toBe(FREQUENT);
});
