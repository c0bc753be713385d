import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaults, type Thresholds } from '../../src/config/schema.ts';
import { type ErrorsScope, errorsPanel } from '../../src/panels/errors.ts';
import type { LogTarget } from '../../src/sources/logs/snapshot.ts';
import { logsSource } from '../../src/sources/logs/source.ts';
import { type Source, systemClock } from '../../src/sources/source.ts';
import { createErrorHistory, type ErrorHistory } from '../../src/state/errors.ts';
import { createStore, type Store } from '../../src/state/store.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { initialUi, LIST, type ListState } from '../../src/ui/state.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { readBack } from '../helpers/read-back.ts';

const theme = createTheme('none');

let folder: string;
let source: Source<'logs'>;
let store: Store;
let history: ErrorHistory;
let targets: LogTarget[] | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-errors-'));
  targets = null;
  source = logsSource({ clock: systemClock, targets: () => targets, globs: [] });
  store = createStore();
  store.declare(source, Date.now());
  history = createErrorHistory({ startedAt: Date.now() });
});

afterEach(async () => {
  await source.close();
  rmSync(folder, { recursive: true });
});

function follow(...names: string[]): void {
  targets = names.map((name) => ({
    path: join(folder, `${name}.log`),
    bots: [name.replace(/-(out|err)$/, '')],
    stream: name.endsWith('err') ? 'err' : 'out',
  }));
}

/** A log whose last line was written a while ago: what belongs to its last event would be there by now. */
function write(name: string, text: string): void {
  const path = join(folder, `${name}.log`);
  writeFileSync(path, text);
  const written = Date.now() / 1000 - 5;
  utimesSync(path, written, written);
}

async function read(): Promise<void> {
  const value = await readBack(source);
  store.succeed('logs', value, Date.now(), 1);
  history.pull(value.events, Date.now());
}

function scope(
  over: Partial<ListState> = {},
  thresholds: Pick<Thresholds, 'errors'> = defaults.thresholds,
): ErrorsScope {
  const world = { now: Date.now(), entries: [], logs: store.of('logs')[0] ?? null, errors: history, thresholds };
  return { world, ui: initialUi('home'), list: { ...LIST, ...over }, theme, isFocused: true };
}

function frame(width: number, height: number, over: Partial<ListState> = {}): string[] {
  const cells = new Cells(width, height);
  errorsPanel().draw(cells, scope(over));
  return cells.plain();
}

const stamp = (agoMs = 0) => new Date(Date.now() - agoMs).toISOString();

function writeFleet(): void {
  write('weather-out', `${stamp(60_000)} INFO  no error here\n${stamp(50_000)} WARN  cache is cold\n`);
  write(
    'broadcast-err',
    [3, 5, 7]
      .map(
        (s) =>
          `${stamp(s * 1000)} ERROR sendMessage failed: {"ok":false,"error_code":429,"description":"Too Many Requests: retry after ${s}"}\n`,
      )
      .join(''),
  );
  write(
    'support-out',
    `${JSON.stringify({ level: 'error', message: 'cannot reach the help desk', code: 'ECONNREFUSED', stack: 'Error: connect ECONNREFUSED 127.0.0.1:8443\n    at work', timestamp: stamp(9_000) })}\n`,
  );
  follow('weather-out', 'broadcast-err', 'support-out');
}

test('before the first reading it says that it reads; while PM2 is silent it waits for it', async () => {
  expect(frame(58, 6).join('\n')).toContain('Reading the logs…');
  await read();
  expect(frame(58, 6).join('\n')).toContain('Waiting for PM2 to name its log files…');
});

test('an hour without errors says of how many files', async () => {
  write('a-out', 'all is well\n');
  follow('a-out');
  await read();
  expect(frame(58, 6).join('\n')).toContain('No WARN or ERROR in the last hour of 1 file.');
});

test('a file that cannot be read is unknown, with its reason, never without errors', async () => {
  write('a-out', 'all is well\n');
  follow('a-out', 'gone-out');
  await read();
  const text = frame(78, 8).join('\n');
  expect(text).toContain('1 of 2 files unread');
  expect(text).toContain('1 of 2 files cannot be read: their errors are unknown.');
  expect(text).toContain('no such file');
  follow('gone-out');
  await read();
  const alone = frame(78, 8).join('\n');
  expect(alone).toContain('None of 1 file can be read.');
  expect(alone).not.toContain('No WARN');
});

test('groups stand with count, code, message and bots, the gravest and most frequent first', async () => {
  writeFleet();
  await read();
  const lines = frame(78, 8);
  expect(lines[0]).toContain('Errors · 4 in 1h · 1 warn');
  expect(lines[1]).toMatch(/▸E +3 .*TG429 +sendMessage failed/);
  expect(lines[2]).toMatch(/ E +1 .*ECONNREFUSED +cannot reach the help/);
  expect(lines[3]).toMatch(/ W +1 .*cache is cold/);
});

test('where rows are left the newest events of all files stand below them, newest first', async () => {
  writeFleet();
  await read();
  const lines = frame(98, 12);
  expect(lines[4]).toMatch(/─ newest first ─/);
  expect(lines[5]).toContain('broadcast');
  expect(lines[8]).toContain('support');
  expect(lines[9]).toContain('weather');
  expect(frame(98, 7).join('\n')).not.toContain('newest first');
});

test('in half of a terminal at home there are the groups alone, in the view of the errors the events too', async () => {
  writeFleet();
  await read();
  expect(frame(76, 20).join('\n')).not.toContain('newest first');
  const cells = new Cells(76, 20);
  errorsPanel().draw(cells, { ...scope(), ui: initialUi('errors') });
  expect(cells.plain().join('\n')).toContain('newest first');
  expect(errorsPanel().page({ width: 76, height: 32 }, scope())).toBe(30);
});

test('many groups leave a third of a tall panel to the events, and the cursor is never behind those', async () => {
  const word = (i: number): string => String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26));
  const lines = Array.from({ length: 40 }, (_, i) => `${stamp(9_000)} ERROR the ${word(i)} part is lost\n`);
  write('weather-out', lines.join(''));
  follow('weather-out');
  await read();
  const keys = errorsPanel().keys(scope());
  expect(keys).toHaveLength(40);
  const page = errorsPanel().page({ width: 98, height: 32 }, scope());
  expect(page).toBe(20);
  const shown = frame(98, 32, { key: keys[39] ?? null, index: 39, top: 40 - page });
  expect(shown[page]).toContain('▸');
  expect(shown[page + 1]).toContain('newest first');
  expect(shown[page + 2]).toMatch(/weather +E the/);
});

test('a phone has level, count, message and age of each group', async () => {
  writeFleet();
  await read();
  const lines = frame(38, 8);
  expect(lines[1]).toMatch(/^│▸E +3 sendMessage failed.* \d+s *│$/);
});

test('on a phone the border says that the logs are not read any more, and how many never were, before what is mild', async () => {
  writeFleet();
  follow('weather-out', 'broadcast-err', 'gone-out');
  await read();
  expect(frame(40, 10)[0]).toContain('Errors · 3 in 1h · 1 of 3 files u');
  store.fail('logs', new Error('the folder is gone'), Date.now(), 1);
  expect(frame(40, 10)[0]).toMatch(/^╭─ Errors · STALE \d+s · 3 in 1h · /);
});

test('text, level and bot filter both groups and events', async () => {
  writeFleet();
  await read();
  expect(frame(98, 10, { filter: 'level:error' }).join('\n')).not.toContain('cache is cold');
  expect(frame(98, 10, { filter: 'bot:weather' }).join('\n')).not.toContain('help desk');
  expect(frame(98, 10, { filter: '-429' }).join('\n')).not.toContain('sendMessage');
  expect(frame(78, 8, { filter: 'nothing' }).join('\n')).toContain('No error matches “nothing”: 3 others.');
});

test('the detail shows the bots, what to wait for and the events as they were written', async () => {
  writeFleet();
  await read();
  const [key = null] = errorsPanel().keys(scope());
  const cells = new Cells(78, 40);
  errorsPanel().drawDetail(cells, scope(), key);
  const text = cells.plain().join('\n');
  expect(text).toContain('ERROR TG429');
  expect(text).toContain('broadcast ×3');
  expect(text).toContain('Telegram asked for');
  expect(text).toMatch(/Too Many +│\n│ +Requests: retry after 7/);
});

test('what is appended after the first reading is shown', async () => {
  writeFleet();
  await read();
  appendFileSync(join(folder, 'weather-out.log'), `${stamp()} FATAL the sky fell\n`);
  await expect
    .poll(async () => {
      await read();
      return frame(78, 8)[1];
    })
    .toMatch(/▸F NEW +1 .*the sky fell/);
});

test('secrets and control sequences of a log are not on the screen', async () => {
  const token = `123456789:${'A'.repeat(35)}`;
  write('a-err', `${stamp()} ERROR GET https://api.telegram.org/bot${token}/getMe \x1b]0;owned\x07\x1b[2J failed\n`);
  follow('a-err');
  await read();
  const text = frame(198, 10).join('\n');
  expect(text).toContain('failed');
  expect(text).not.toContain(token);
  expect(text).not.toContain('owned');
});

test('the title turns to a warning, then to bad, from the configured errors an hour on', async () => {
  writeFleet();
  await read();
  const coloured = createTheme(16);
  const titleStyle = (warn: number, bad: number): number | undefined => {
    const cells = new Cells(78, 8);
    const limits = { errors: { perHour: { warn, bad } } };
    errorsPanel().draw(cells, { ...scope({}, limits), theme: coloured, isFocused: false });
    return cells.styles[cells.plain()[0]?.indexOf('Errors') ?? -1];
  };
  expect(titleStyle(5, 9)).toBe(coloured.title);
  expect(titleStyle(4, 9)).toBe(coloured.warn);
  expect(titleStyle(1, 4)).toBe(coloured.bad);
});

test('without a reading the title says nothing of how bad it is', () => {
  const coloured = createTheme(16);
  const cells = new Cells(78, 8);
  const limits = { errors: { perHour: { warn: 0, bad: 0 } } };
  errorsPanel().draw(cells, { ...scope({}, limits), theme: coloured, isFocused: false });
  expect(cells.styles[cells.plain()[0]?.indexOf('Errors') ?? -1]).toBe(coloured.title);
});

test('what is known is never NEW again, what is hidden is shown by is:hidden only, and both are taken back', async () => {
  writeFleet();
  await read();
  history.setBaseline({ kind: 'moment', at: 0 });
  const panel = errorsPanel();
  const text = (filter = '') => frame(110, 10, { filter }).join('\n');
  const [first = ''] = panel.keys(scope());
  expect(text()).toContain('3 NEW');
  expect(panel.tell(scope(), first, 'known')).toContain('never NEW again');
  expect(text()).toContain('2 NEW');
  expect(text('is:known').match(/ ok /g)).toHaveLength(1);
  panel.tell(scope(), first, 'hidden');
  expect(panel.keys(scope())).not.toContain(first);
  expect(text()).toContain('1 hidden');
  expect(panel.keys(scope({ filter: 'is:hidden' }))).toEqual([first]);
  for (const key of panel.keys(scope())) panel.tell(scope(), key, 'hidden');
  expect(text()).toContain('3 kinds of errors, all hidden');
  panel.tell(scope({ filter: 'is:hidden' }), first, 'hidden');
  expect(panel.keys(scope())).toEqual([first]);
  expect(panel.tell(scope(), 'gone', 'known')).toContain('no error under the cursor');
});

test('from when on an error is new is turned: the hour read back, a restart, now', async () => {
  writeFleet();
  await read();
  const panel = errorsPanel({ setBaseline: (baseline) => history.setBaseline(baseline) });
  expect(frame(110, 10).join('\n')).not.toContain('NEW');
  appendFileSync(join(folder, 'weather-out.log'), `${stamp()} FATAL a new one\n`);
  const text = async (): Promise<string> => (await read(), frame(110, 10).join('\n'));
  await expect.poll(text).toContain('1 NEW');
  expect(panel.tell(scope(), null, 'baseline')).toContain('last start of a bot');
  expect(panel.tell(scope(), null, 'baseline')).toContain('when b was pressed');
  expect(frame(110, 10).join('\n')).not.toContain('NEW');
  expect(panel.tell(scope(), null, 'baseline')).toContain('read back');
  expect(frame(110, 10).join('\n')).toContain('1 NEW');
});

test('a detail shows each sample among the ten lines before and behind it, as they stand in its file', async () => {
  const info = (name: string, i: number) => `${stamp(60_000)} INFO ${name} ${i}\n`;
  const many = (name: string) => Array.from({ length: 15 }, (_, i) => info(name, i)).join('');
  write('api-out', `${many('before')}${stamp(50_000)} ERROR no answer\n${many('after')}`);
  follow('api-out');
  await read();
  let changes = 0;
  const panel = errorsPanel({ onChange: () => void (changes += 1) });
  const [key = ''] = panel.keys(scope());
  const detail = (): string => {
    const cells = new Cells(100, 60);
    panel.drawDetail(cells, scope(), key);
    return cells.plain().join('\n');
  };
  expect(detail()).toContain('no answer');
  await expect.poll(() => changes).toBeGreaterThan(0);
  expect(detail()).toMatch(/INFO before 5\n?[^▸]*▸ \S+ ERROR no answer[^]*INFO after 9/);
  expect(detail()).not.toContain('before 4');
  expect(detail()).not.toContain('after 10');
  rmSync(join(folder, 'api-out.log'));
  const later = errorsPanel({ onChange: () => void (changes += 1) });
  const cells = new Cells(100, 40);
  changes = 0;
  later.drawDetail(cells, scope(), key);
  await expect.poll(() => changes).toBeGreaterThan(0);
  later.drawDetail(cells, scope(), key);
  expect(cells.plain().join('\n')).toContain('its lines cannot be read: its file is gone');
});

test('the log of an error is opened in the zone that its writer has', async () => {
  targets = [{ path: join(folder, 'api.log'), bots: [], stream: 'glob', zone: '+05:30' }];
  write('api', `${new Date(Date.now() + 330 * 60_000 - 60_000).toISOString().slice(0, 19)} ERROR no\n`);
  await read();
  const [group] = history.groups;
  expect(errorsPanel().subject?.(scope(), group?.fingerprint ?? '')?.files).toEqual([
    { bot: 'api.log', path: join(folder, 'api.log'), stream: 'glob', zone: '+05:30' },
  ]);
});
