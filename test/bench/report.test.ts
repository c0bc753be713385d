import { expect, test } from 'vitest';
import { formatSections, formatVerdict } from '../../bench/report.ts';
import { median, quantile, type Row, ratioTo, verdictOf } from '../../bench/row.ts';

const cpu: Row = {
  title: 'CPU, s/min',
  digits: 2,
  ours: [0.2, 0.4, 0.3],
  peers: [{ name: 'pm2 monit', values: [3] }],
  reach: [{ of: 'pm2 monit', atMost: 0.1 }],
  aim: [{ of: 'pm2 monit', atMost: 0.06 }],
};

test('a quantile is a value that was measured, by nearest rank', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([4, 3, 2, 1], 0.5)).toBe(2);
  expect(
    quantile(
      Array.from({ length: 100 }, (_, index) => index + 1),
      0.95,
    ),
  ).toBe(95);
  expect(quantile([7], 0)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a median is the middle one, and between two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([1, 4, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('a row shows medians with their spread, ours as a share of the peer’s, and whether each goal is met', () => {
  const [, table = ''] = formatSections([{ title: '10 bots', lines: [cpu] }]).split('\n\n');
  expect(table.split('\n')[0]).toBe('|  | botop | beside | ratio | reach | then aim at |');
  expect(table).toContain('| CPU, s/min | 0.30 (0.20–0.40) | P 3.00 | 0.100 P | ≤ 0.1 P: met | ≤ 0.06 P: missed |');
});

test('a goal in the row’s own unit is held against the share of the samples that the row names', () => {
  const row: Row = {
    title: 'key p95, ms',
    digits: 1,
    share: 0.95,
    ours: [1, 1, 1, 9],
    reach: [{ of: null, atMost: 5 }],
  };
  expect(formatSections([{ title: 'keys', lines: [row] }])).toContain('| 9.0 (1.0–9.0) | – | – | ≤ 5: missed | – |');
  expect(verdictOf({ ...row, share: 0.5 }, { of: null, atMost: 5 })).toBe('met');
});

test('a goal against a peer that is not here is neither met nor missed', () => {
  const alone: Row = { ...cpu, peers: [] };
  expect(ratioTo(alone, 'pm2 monit')).toBeNaN();
  expect(verdictOf(alone, { of: 'pm2 monit', atMost: 1 })).toBeNull();
  expect(formatSections([{ title: '10 bots', lines: [alone] }])).toContain('≤ 0.1 P: not known');
});

test('a peer at nothing gives no ratio', () => {
  expect(ratioTo({ ...cpu, peers: [{ name: 'pm2 monit', values: [0] }] }, 'pm2 monit')).toBeNaN();
});

test('what could not be read is no number', () => {
  expect(
    formatSections([{ title: '10 bots', lines: [{ title: 'PSS, MB', digits: 1, ours: [Number.NaN] }] }]),
  ).toContain('| PSS, MB | – | – | – | – | – |');
});

test('notes and rows left out stand below the table with their reasons', () => {
  const text = formatSections([
    {
      title: '10 bots',
      lines: [
        { ...cpu, note: 'a note' },
        { title: 'htop', why: 'htop is not installed' },
        { title: 'keys', remark: '2 of 40 had no answer' },
        { ...cpu, title: 'RSS', note: 'a note' },
      ],
    },
    { title: 'nothing', lines: [] },
  ]);
  expect(text).toContain(
    '\n- CPU, s/min; RSS: a note.\n- htop: not measured, htop is not installed.\n- keys: 2 of 40 had no answer.\n',
  );
  expect(text).not.toContain('nothing');
});

test('the verdict counts what is met and names what is missed', () => {
  const slow: Row = { ...cpu, title: 'slow', reach: [{ of: null, atMost: 0.1 }], aim: [] };
  expect(formatVerdict([{ title: '', lines: [cpu, slow] }])).toBe('Reach met: 1 of 2; missed: slow. Aims met: 0 of 1.');
  expect(formatVerdict([{ title: '', lines: [{ ...cpu, peers: [] }, slow] }])).toBe(
    'Reach met: 0 of 2 (1 not known); missed: slow. Aims met: 0 of 1 (1 not known).',
  );
});
