import { expect, test } from 'vitest';
import { dropOwnSettings } from '../../src/config/own-environment.ts';
import { launchedWith } from '../helpers/launcher-options.ts';

test('what bin/botop sets for the C library is not handed on to what is started', () => {
  const env: NodeJS.ProcessEnv = { ...launchedWith('v24.21.0').env };
  expect(Object.keys(env)).toEqual(['MALLOC_MMAP_THRESHOLD_']);
  dropOwnSettings(env);
  expect(env).toEqual({});
});

test('what somebody else set there is handed on', () => {
  const env = { MALLOC_MMAP_THRESHOLD_: '65536', PATH: '/usr/bin' };
  dropOwnSettings(env);
  expect(env).toEqual({ MALLOC_MMAP_THRESHOLD_: '65536', PATH: '/usr/bin' });
});
