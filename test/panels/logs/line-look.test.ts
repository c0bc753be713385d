import { expect, test } from 'vitest';
import { lineLook } from '../../../src/panels/logs/line-look.ts';
import type { LogLine } from '../../../src/sources/logs/pager.ts';
import { NOON } from '../../helpers/bots.ts';

const lookOf = (fields: Readonly<Record<string, unknown>>) =>
  lineLook({ text: JSON.stringify(fields), at: NOON, isPart: false } as LogLine);

test('a line of JSON is its message behind its component, which is not said again among its fields', () => {
  expect(lookOf({ level: 'info', message: 'sent', service: 'mailer', chat: 7 })).toEqual({
    text: 'mailer: sent',
    fields: ' chat=7',
  });
  expect(lookOf({ level: 30, msg: 'sent', component: 'queue', service: 'mailer' })).toEqual({
    text: 'queue: sent',
    fields: ' service=mailer',
  });
});
