import { expect, test } from 'vitest';
import { parseBotFilter } from '../../../src/panels/bots/filter.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { botsScope } from './worlds.ts';

const bots = [
  makeBot({ id: 0, name: 'weather-bot', namespace: 'tg', restarts: 5 }),
  makeBot({ id: 1, name: 'news-bot', namespace: 'tg-eu', startedAt: NOON - 5 * 60_000 }),
  makeBot({ id: 2, name: 'crash-bot', exits: makeCrashes(9, 5_000), startedAt: NOON - 1_000 }),
  makeBot({ id: 3, name: 'old-bot', status: 'stopped', pid: null, startedAt: null }),
  makeBot({ id: 4, name: 'pm2-logrotate', isModule: true }),
];
const snapshot = makePm2Snapshot(bots, {
  memoryBytes: Float64Array.of(250e6, 90e6, 210e6, Number.NaN, 40e6),
  cpuPercent: Float64Array.of(3, 60, 10, Number.NaN, 1),
});

function found(filter: string): string[] {
  const { panel, scope } = botsScope([snapshot], { filter, sort: 1 });
  return panel.keys(scope).map((key) => key.split('\n')[1] ?? '');
}

test.each([
  ['mem>200', ['2', '0']],
  ['mem>0.2G', ['2', '0']],
  ['mem<100M', ['1', '4']],
  ['cpu>=60%', ['1']],
  ['restarts>3', ['0']],
  ['exits>3', ['2']],
  ['state=flapping', ['2']],
  ['state=flapping,stopped', ['2', '3']],
  ['ns=tg', ['0']],
  ['ns=tg*', ['1', '0']],
  ['ns!=tg', ['2', '1', '3', '4']],
  ['name~new', ['1']],
  ['age<10m', ['2', '1']],
  ['up>30m', ['4', '0']],
  ['mode=module', ['4']],
  ['tg mem>200', ['0']],
  ['!tg mem>200', ['2']],
  ['bot !state=ok', ['2', '3']],
  ['pm2=stopped', ['3']],
])('%s finds %j', (filter, ids) => {
  expect(found(filter)).toEqual(ids);
});

test('what is not known is neither more nor less', () => {
  expect(found('mem>0')).not.toContain('3');
  expect(found('mem<999999')).not.toContain('3');
});

test.each([
  ['memm>3', 'no field memm: mem?'],
  ['zzz>3', /^no field zzz; there are state name cpu/],
  ['mem>lots', 'mem>lots: megabytes, or a size with its unit, as mem>200'],
  ['mem>', /^mem>: megabytes/],
  ['age<10', 'age<10: a time with its unit, as age<10m'],
  ['state=flaping', 'no state flaping: flapping?'],
  ['state>3', 'state is a word: state=… or state~…'],
  ['ns=', 'ns= wants a word after it'],
  ['cpu~5', 'cpu is a number: cpu>50'],
  ['tg mem>x', /^mem>x/],
])('%s is explained', (filter, error) => {
  const said = parseBotFilter(filter).error ?? '';
  if (typeof error === 'string') expect(said).toBe(error);
  else expect(said).toMatch(error);
});

test('what is understood acts while the rest is typed', () => {
  expect(found('ns=tg mem>')).toEqual(['0']);
});
