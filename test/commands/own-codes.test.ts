import { expect, test } from 'vitest';
import { ownCodes } from '../../src/commands/own-codes.ts';

const said = { means: 'It is closed.', act: 'Wait.' };

test('a pattern of the configuration is compiled, and a code alone needs none', async () => {
  const [closed, bare] = await ownCodes({
    codes: [
      { code: 'SHOP7', pattern: 'shop \\w+ is closed$', ...said },
      { code: 'TG409', pattern: null, ...said },
    ],
  });
  expect(closed?.test?.('sorry, shop nine is closed')).toBe(true);
  expect(closed?.test?.('shop nine is closed today')).toBe(false);
  expect(bare?.test).toBeNull();
});

test('a pattern that is none is refused by the name of its code', async () => {
  await expect(ownCodes({ codes: [{ code: 'SHOP7', pattern: '(', ...said }] })).rejects.toThrow('the code SHOP7');
});
