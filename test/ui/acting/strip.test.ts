import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/actions/action.ts';
import type { Outcome, TargetResult } from '../../../src/actions/outcome.ts';
import { restart } from '../../../src/actions/restart.ts';
import { botTarget } from '../../../src/actions/target.ts';
import { measure } from '../../../src/text/width.ts';
import { fitStrip, type Strip, stripOfOutcome, stripOfProgress, stripOfRefusal } from '../../../src/ui/acting/strip.ts';
import { makeAsk } from '../../helpers/asks.ts';
import { makeBot } from '../../helpers/bots.ts';

const askOf = (...names: string[]) =>
  makeAsk(
    restart,
    names.map((name, id) => botTarget(makeBot({ name, id }))),
  );

const GOOD: Verdict = {
  state: 'good',
  checks: [
    { text: 'pid 4211 → 4260', state: 'good' },
    { text: 'up 10 s', state: 'good' },
  ],
};
const BAD: Verdict = { state: 'bad', checks: [{ text: 'restarted again: exit 1', state: 'bad' }] };

function outcomeOf(verdicts: readonly (Verdict | null)[], over: Partial<Outcome> = {}): Outcome {
  const ask = askOf(...verdicts.map((_, id) => (verdicts.length === 1 ? 'weather-bot' : `bot-${id}`)));
  const results = verdicts.map(
    (verdict, id) => ({ target: ask.targets[id], state: 'done', message: '', verdict }) as TargetResult,
  );
  return { ask, state: 'done', message: '', why: '', results, durationMs: 1, auditError: null, ...over };
}

const text = (strip: Strip, columns = 200) =>
  fitStrip(strip, columns)
    .map((part) => part.text)
    .join('');

test('a good restart reads as its checks and OK', () => {
  const strip = stripOfOutcome(outcomeOf([GOOD]));
  expect(text(strip)).toBe('✓ restart weather-bot  pid 4211 → 4260 · up 10 s · OK');
  expect(strip).toMatchObject({ severity: 'good', isOver: true });
});

test('a bot that restarted again is never OK', () => {
  const strip = stripOfOutcome(outcomeOf([BAD]));
  expect(text(strip)).toBe('✗ restart weather-bot  restarted again: exit 1 · not well');
  expect(strip.severity).toBe('bad');
});

test('what could not be watched is not OK either', () => {
  const unknown: Verdict = { state: 'unknown', checks: [{ text: 'not known: PM2 is gone', state: 'unknown' }] };
  expect(text(stripOfOutcome(outcomeOf([unknown])))).toContain('done, not known how it is');
  expect(stripOfOutcome(outcomeOf([null])).severity).toBe('warn');
});

test('while it runs the strip says where it is', () => {
  const ask = askOf('a', 'b', 'c');
  const target = ask.targets[1] as (typeof ask.targets)[number];
  const results = outcomeOf([GOOD]).results;
  expect(text(stripOfProgress({ ask, results, current: target, verdict: null }))).toBe('… restart 1/3  b · running');
});

test('of several, one bad one makes the whole bad', () => {
  const strip = stripOfOutcome(outcomeOf([BAD, GOOD], { message: '2 of 2 done' }));
  expect(strip.severity).toBe('bad');
  expect(text(strip)).toContain('2 of 2 done');
});

test('one that was cut short says how far it came, why, and what was not begun', () => {
  const well = outcomeOf([GOOD, GOOD, BAD, null, null]);
  const results = well.results.map((result, at): TargetResult => (at > 2 ? { ...result, state: 'skipped' } : result));
  const why = 'bot-2: restarted again: exit 1';
  const strip = stripOfOutcome({ ...well, results, state: 'failed', why, message: `${why}; and so on` });
  expect(strip.severity).toBe('bad');
  expect(text(strip, 80)).toBe('✗ restart 2/5  bot-2: restarted again: exit 1 · not begun: bot-3, bot-4');
  expect(text(strip, 60)).toMatch(/^✗ 2\/5 {2}bot-2: .* · not begun: bot-3.*$/);
  const ended = stripOfOutcome({ ...well, results, state: 'stopped', why: 'ended with x' });
  expect(ended.severity).toBe('warn');
  expect(text(ended, 80)).toBe('! restart 2/5  ended with x · not begun: bot-3, bot-4');
});

test('a refusal says why and that nothing was done', () => {
  const refusal = {
    state: 'refused',
    id: 'x',
    action: restart,
    targets: askOf('weather-bot').targets,
    reason: 'locked: W unlocks',
    auditError: null,
  } as const;
  expect(text(stripOfRefusal(refusal))).toBe('! locked: W unlocks · restart weather-bot not done');
  expect(text(stripOfRefusal(refusal), 40)).toBe('! locked: W unlocks · not done');
  const long = { ...refusal, reason: 'the reading is 9 s old: the daemon does not answer on its socket, try again' };
  expect(text(stripOfRefusal(long), 100)).toBe(`! ${long.reason} · not done`);
  expect(text(stripOfRefusal(long), 60)).toMatch(/^! the reading is 9 s old: the daemon does .*… · not done$/);
  expect(text(stripOfRefusal(long), 40)).toBe('! the reading is 9 s old: the daemon do…');
  expect(text(stripOfOutcome(outcomeOf([], { state: 'refused', message: 'gone' })))).toContain('not done');
});

test('an audit that was not written is always said', () => {
  const strip = stripOfOutcome(outcomeOf([GOOD], { auditError: 'the disk is full' }));
  expect(strip.severity).toBe('warn');
  expect(text(strip)).toContain('audit not written: the disk is full');
});

test('it fits any width, and what is good goes before what is bad', () => {
  const long = stripOfOutcome(outcomeOf([{ state: 'bad', checks: [...GOOD.checks, ...BAD.checks] }]));
  for (let columns = 10; columns < 100; columns++) {
    expect(measure(text(long, columns))).toBeLessThanOrEqual(columns);
  }
  expect(text(long, 60)).toContain('restarted again: exit 1');
  expect(text(long, 50)).not.toContain('4260');
  expect(text(stripOfOutcome(outcomeOf([GOOD])), 40)).toMatch(/^✓ restart weather-bot .*OK$/);
  expect(text(long, 40)).toBe('✗ weather-bot  restarted again: exit 1');
});
