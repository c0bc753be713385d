import { expect, test } from 'vitest';
import { selectGroups } from '../../../src/panels/errors/view.ts';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';
import { LIST } from '../../../src/ui/state.ts';

const START = 1_795_300_000_000;
const FREQUENT = 'TelegramError: 401: Unauthorized';
const RARE = 'round failed';

function order(now: number): readonly string[] {
  const history = createErrorHistory({ startedAt: START });
  const events = new LogEvents();
  const add = (message: string, at: number) =>
    events.push({
      at,
      level: 'error',
      bot: 'bot',
      stream: 'err',
      component: '',
      message,
      detail: '',
      code: null,
      retryAfterSeconds: null,
    } as never);
  for (let i = 0; i < 9; i += 1) add(FREQUENT, START - 60_000 + i);
  add(RARE, START + 1_000);
  history.pull(events, now);
  return selectGroups(history, LIST, now).rows.map(({ group }) => group.last.message);
}

test('what is NEW stands first, but in the first two minutes behind what comes more often', () => {
  expect(order(START + 30_000)).toEqual([FREQUENT, RARE]);
  expect(order(START + 150_000)).toEqual([RARE, FREQUENT]);
});
