import { expect, test } from 'vitest';
import { drawErrorDetail } from '../../../src/panels/errors/detail.ts';
import type { LogEvent } from '../../../src/sources/logs/snapshot.ts';
import type { ErrorGroup } from '../../../src/state/errors.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { createTheme } from '../../../src/ui/theme.ts';

/** The last is JSON. */
const textAt = (place: number) => (place === 90 ? '{"level":30,"msg":"line 90.","chat":7}' : `line ${place}.`);

test('a line among those around two samples stands on the page once, and every sample is marked', () => {
  const samples = [10, 50, 80].map((offset) => ({ fileId: '1:1', offset, at: offset, bot: 'api', component: '' }));
  const group = {
    level: 'error',
    code: null,
    fingerprint: 'f',
    samples,
    last: { ...samples[2], message: 'no', path: '/a.log', retryAfterSeconds: null },
    rate: { sum: () => 3, at: () => 0 },
    bots: new Map([['api', 3]]),
    firstAt: 0,
    lastAt: 0,
    totalCount: 3,
    explanation: null,
  } as unknown as ErrorGroup;
  const around = ({ offset }: LogEvent) => {
    const places = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90].filter((place) => Math.abs(place - offset) <= 30);
    const lines = places.map((place) => ({ place, text: textAt(place), level: null, at: 0, isStamped: true }));
    return { state: 'read', path: '/a.log', lines, index: places.indexOf(offset) } as never;
  };
  const errors = { isNew: () => false, marks: { of: () => null }, baseline: { kind: 'start' } };
  const cells = new Cells(80, 40);
  drawErrorDetail(cells, { theme: createTheme('none'), world: { now: 100, errors, entries: [] } as never }, group, {
    top: 0,
    around,
  });
  const page = cells.plain();
  expect(page.flatMap((line) => /(▸ )?line \d+\./.exec(line)?.[0] ?? [])).toEqual([
    '▸ line 50.',
    'line 60.',
    'line 70.',
    '▸ line 80.',
    'line 90.',
    'line 0.',
    '▸ line 10.',
    'line 20.',
    'line 30.',
    'line 40.',
  ]);
  expect(page.join('\n')).toMatch(/\d\d:\d\d:\d\d line 90\. chat=7 /);
});
