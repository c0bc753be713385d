import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdFirstPicture } from '../../src/commands/first-picture.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function held() {
  const calls: string[] = [];
  const show = holdFirstPicture({ hold: () => calls.push('hold'), release: () => calls.push('release') });
  return { calls, show };
}

test('the first picture is held until the bots are there, and shown once', () => {
  const { calls, show } = held();
  expect(calls).toEqual(['hold']);
  show();
  show();
  vi.runAllTimers();
  expect(calls).toEqual(['hold', 'release']);
});

test('it is shown without bots where they do not come, and is not held again when they do', () => {
  const { calls, show } = held();
  vi.runAllTimers();
  expect(calls).toEqual(['hold', 'release']);
  show();
  expect(calls).toEqual(['hold', 'release']);
});
