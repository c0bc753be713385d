import { expect, test } from 'vitest';
import { borderTexts } from '../../../src/ui/lists/looked-for.ts';

test('title, filter and order stand whole where there is room', () => {
  expect(borderTexts(60, 'Database · chatai', '&se', 'by size ↑')).toEqual({
    title: 'Database · chatai',
    right: '&se · by size ↑',
  });
});

test('the order goes before a word of the title or of the filter is cut', () => {
  expect(borderTexts(41, 'Database · chatai · 2 blocked', '', 'by size')).toEqual({
    title: 'Database · chatai · 2 blocked',
    right: '',
  });
  expect(borderTexts(40, 'Errors · 451 in 1h', '&is:hidden', 'by count ↑').right).toBe('&is:hidden');
});

test('what is looked for is never out of sight: the title is cut, to the last column and with a mark', () => {
  const { title, right } = borderTexts(40, 'Errors · 451 in 1h · 88 warn', '&is:hidden', 'by count');
  expect(right).toBe('&is:hidden');
  expect(title).toHaveLength(40 - 9 - right.length);
  expect(title).toMatch(/…$/);
});
