import { expect, test } from 'vitest';
import { launchedWith } from '../helpers/launcher-options.ts';

test('young garbage is collected while old is marked, where Node can be told to', () => {
  for (const version of ['v22.12.0', 'v24.21.0'])
    expect(launchedWith(version).options).toContain('--no-separate-gc-phases');
});

test('a Node that does not know an option, and would end at it, is not given it', () => {
  const { options, args } = launchedWith('v26.9.0', ['snapshot']);
  expect(options).not.toContain('--no-separate-gc-phases');
  expect(options).toContain('--single-threaded');
  expect(args).toEqual(['snapshot']);
});
