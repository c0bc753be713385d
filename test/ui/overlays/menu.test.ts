import { expect, test } from 'vitest';
import { menuSheet } from '../../../src/ui/overlays/menu.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';

const items = [
  { id: 'left', label: 'time until its memory reaches the next limit', mark: '·', note: 'LEFT · by width' },
  { id: 'id', label: 'pm_id', mark: '●', note: 'ID · always' },
];

function lines(columns: number): string[] {
  const { rect, draw } = menuSheet({ overlay: { kind: 'menu', menu: 'columns', index: 0 }, items, columns, rows: 24 });
  const cells = new Cells(rect.width, rect.height);
  draw(cells);
  return cells.plain();
}

test('the menu is as wide as its longest line with its note', () => {
  expect(lines(120)[1]).toBe('│ · time until its memory reaches the next limit  LEFT · by width │');
});

test('on a narrow screen the label stays and the note goes', () => {
  expect(lines(60)[1]).toContain('time until its memory reaches the next limit');
  expect(lines(40).every((line) => line.length <= 40)).toBe(true);
});
