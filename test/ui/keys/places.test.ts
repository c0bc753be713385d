import { expect, test } from 'vitest';
import { elsewhere } from '../../../src/ui/keys/places.ts';
import { initialUi } from '../../../src/ui/state.ts';
import { makeBot, makePm2Snapshot } from '../../helpers/bots.ts';
import { hostSnapshot } from '../../helpers/host.ts';
import { createStillShell, createStillWorld, keymap } from '../../helpers/still-shell.ts';

const NAMED: Readonly<Record<string, object>> = { tab: { tab: true }, enter: { return: true }, esc: { escape: true } };

/** What is said after the last of these keys, pressed at home on a world with two bots; null for nothing. */
function said(...keys: readonly string[]): string | null {
  const pm2 = makePm2Snapshot([makeBot({ id: 0, name: 'api' }), makeBot({ id: 1, name: 'web' })]);
  const shell = createStillShell(createStillWorld({ pm2, host: hostSnapshot() }), 120, 40);
  for (const key of keys) shell.report(NAMED[key] ? '' : key, NAMED[key] ?? {});
  return shell.ui().notice?.text ?? null;
}

test.each([
  [['m'], 'm known: only in errors (3).'],
  [['v'], 'v vacuum: only in database (5).'],
  [['['], '[ shorter: in a detail (Enter).'],
  [['3', '['], '[ shorter: only in details of bots (2), resources (4), database (5).'],
  [['4', 'r'], 'r restart: only in bots (2).'],
  [['4', '/'], '/ search: only in bots (2), errors (3), database (5).'],
  [['4', 'tab'], 'Tab panel: only at home (1).'],
  [['enter', 'o'], 'o sort: in the list (Esc).'],
  [['n'], 'n next: after a search (/).'],
  [['T'], 'T fold: of groups (t).'],
  [['4', 'K'], 'K kill an orphan: only in bots (2); terminate: only in database (5).'],
  [['e'], 'e: no key here. ? shows those there are.'],
])('%j, which cannot be done, says where it can: %s', (keys, text) => {
  expect(said(...keys)).toBe(text);
});

test('n after a search that finds nothing says so again, and where there is one it goes there', () => {
  expect(said('/', 'q', 'enter', 'n')).toBe('/q is found nowhere.');
  expect(said('/', 'w', 'enter', 'n')).toBeNull();
});

test('in a log a key of a list says that this is a log', () => {
  expect(elsewhere(keymap, 'o', { ...initialUi('logs'), isViewing: true })).toBe('o sort: not in a log (Esc).');
});

test('no key that can be typed is ever without an answer', () => {
  const printable = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index));
  const nowhere = printable.filter((key) => !keymap.some(({ keys }) => keys.includes(key)));
  expect(nowhere.length).toBeGreaterThan(20);
  for (const key of nowhere) expect(said(key), key).toContain('no key here');
});

test('a key of the terminal that means nothing, as Home in a torn sequence, is passed over', () => {
  expect(elsewhere(keymap, 'f5', initialUi('home'))).toBeNull();
  expect(elsewhere(keymap, 'esc', initialUi('home'))).toBeNull();
});
