import { expect, test } from 'vitest';
import { HOME_TAG_WIDTH, homeTag, homeTags } from '../../src/state/home-tag.ts';
import { truncate } from '../../src/text/width.ts';
import fc from '../helpers/fast-check.ts';

const tagsOf = (...homes: string[]) => homes.map((home) => homeTags(homes).get(home));

test('a home is named by its user or its folder', () => {
  expect(tagsOf('/home/anna/.pm2', '/srv/bots', '/.pm2', '/')).toEqual(['anna', 'bots', '.pm2', '/']);
  expect(tagsOf('/home/a-very-long-name/.pm2', '/srv/bots')).toEqual(['a-very-long-name', 'bots']);
});

test('of those that would look alike it is what tells them apart', () => {
  expect(tagsOf('/srv/bots-alpha/.pm2', '/srv/bots-beta/.pm2')).toEqual(['alpha', 'beta']);
  expect(tagsOf('/srv/telegram-eu-bots', '/srv/telegram-us-bots', '/srv/web')).toEqual(['eu', 'us', 'web']);
  expect(tagsOf('/home/anna/bots/.pm2', '/home/ops/bots/.pm2')).toEqual(['anna', 'ops']);
  expect(tagsOf('/srv/customer1/.pm2', '/srv/customer12/.pm2')).toEqual(['cus…mer1', 'cus…er12']);
  // No short part of them differs.
  expect(tagsOf('/srv/northern1middle', '/srv/northern2middle')).toEqual(['north…#1', 'north…#2']);
  // Nothing is left of one of them.
  expect(tagsOf('/srv/production', '/srv/production-2')).toEqual(['pro…tion', 'pro…on-2']);
});

test('no two look alike, however they are called, and none changes with their order', () => {
  const part = fc.oneof(
    fc.constantFrom('bots', 'bots-alpha', 'bots-beta', 'customer1', 'customer12', 'anna', '.pm2', 'bots#1', 'b…s'),
    fc.stringMatching(/^[a-b-]{1,12}$/),
  );
  const home = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.uniqueArray(home, { minLength: 2, maxLength: 12 }), (homes) => {
      const tags = homeTags(homes);
      const shown = [...tags.values()].map((tag) => truncate(tag, HOME_TAG_WIDTH));
      expect(new Set(shown).size).toBe(homes.length);
      expect(shown.every((tag) => tag.length > 0)).toBe(true);
      expect(homeTags(homes.toReversed())).toEqual(tags);
    }),
  );
});

test('it follows the homes that are watched, and names one that is not', () => {
  const watched = (...homes: string[]) => homes.map((home) => ({ id: `pm2:${home}` }));
  const two = watched('/srv/bots-alpha', '/srv/bots-beta');
  expect(homeTag('/srv/bots-alpha', two)).toBe('alpha');
  expect(homeTag('/srv/bots-alpha', watched('/srv/bots-alpha', '/srv/web'))).toBe('bots-alpha');
  expect(homeTag('/srv/bots-beta', two)).toBe('beta');
  expect(homeTag('/home/anna/.pm2', two)).toBe('anna');
  expect(homeTag('/home/anna/.pm2', [{ id: 'pm2' }])).toBe('anna');
});
