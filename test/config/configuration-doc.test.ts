import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { documents, exampleFile } from '../../scripts/configuration-doc.ts';
import { readConfig } from '../../src/config/load-config.ts';
import { defaults } from '../../src/config/schema.ts';

const isAllowed = new Ajv({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(documents()['docs/botop.schema.json'] as string) as object,
);

test('the page and the schema for editors are what the table says; node scripts/configuration-doc.ts writes them', () => {
  for (const [path, text] of Object.entries(documents())) {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), path).toBe(text);
  }
});

test('the example on the page is a configuration, with the defaults in every key that has one', () => {
  const { pm2, expected, logs, journal, codes, postgres, redis, ...rest } = readConfig(exampleFile(), {
    file: '/etc/botop/config.yaml',
    env: { HOME: '/home/ann' },
  });
  const { pm2: _p, expected: _e, logs: _l, journal: _j, codes: _c, postgres: _d, redis: _r, ...usual } = defaults;
  expect(rest).toEqual(usual);
  expect({ homes: pm2.homes, expected, logs }).toEqual({
    homes: ['/home/ann/.pm2', '/srv/shop/.pm2'],
    expected: ['support_bot', 'sales_bot'],
    logs: ['/var/log/chatai/*.log', { glob: '/etc/botop/logs/api.log', name: 'api', zone: 'UTC' }],
  });
  expect(journal).toEqual(['nginx.service', 'chatai-backend']);
  expect(codes?.map(({ code, pattern }) => [code, pattern])).toEqual([['SHOP7', 'shop .* is closed']]);
  expect([postgres.url?.reveal(), redis.url?.reveal()]).toEqual([
    'postgresql://botop@localhost/chatai',
    'redis://localhost:6379/0',
  ]);
});

test.each([
  ['the example', exampleFile(), true],
  ['an empty group', 'postgres:', true],
  ['a variable for a number', 'interval: ${MS}', true],
  ['a number of bots', 'expected: 5', true],
  ['a misspelt key', 'intervall: 1s', false],
  ['a view that is none', 'view: botz', false],
  ['a size of no unit there is', 'thresholds: { bots: { memory: { warn: 5 stones } } }', false],
  ['an address of another scheme', 'redis: { url: http://x }', false],
])('an editor that knows the schema judges %s as botop does', (_, text, isGood) => {
  expect(isAllowed(parse(text))).toBe(isGood);
  const read = () => readConfig(text, { file: '/x', env: { HOME: '/h', MS: '500' } });
  if (isGood) expect(read()).toBeTruthy();
  else expect(read).toThrow(/fault/);
});
