import { expect, test } from 'vitest';
import { LogEvents } from '../../../src/sources/logs/events.ts';
import type { Bot, BotExit } from '../../../src/sources/pm2/snapshot.ts';
import { createErrorHistory } from '../../../src/state/errors.ts';
import { keyOf } from '../../../src/state/fleet.ts';
import { drawHeader } from '../../../src/ui/chrome.ts';
import { Cells } from '../../../src/ui/screen/cells.ts';
import { makeBot, makeCrashes, makePm2Snapshot, NOON } from '../../helpers/bots.ts';
import { botsScope, drawn } from './worlds.ts';

interface Said {
  readonly message: string;
  readonly agoMs: number;
  readonly code?: string;
  readonly level?: 'warn' | 'error';
}

function scopeWith(bot: Bot, said: readonly Said[], isStamped = true) {
  const { panel, scope } = botsScope([makePm2Snapshot([bot])]);
  const events = new LogEvents();
  for (const { message, agoMs, code = null, level = 'error' } of said) {
    const more = { stream: 'err', component: '', detail: '', retryAfterSeconds: null, path: '/a.log', fileId: '1:1' };
    events.push({
      ...more,
      at: NOON - agoMs,
      isStamped,
      offset: 0,
      bot: bot.name,
      level,
      message,
      code,
    } as never);
  }
  const errors = createErrorHistory({ startedAt: NOON - 5_000 });
  errors.pull(events, NOON);
  return { panel, scope: { ...scope, world: { ...scope.world, errors } } };
}

const shown = (bot: Bot, said: readonly Said[], columns = 140) => {
  const { panel, scope } = scopeWith(bot, said);
  return drawn(panel, scope, columns, 8).join('\n');
};

const detailOf = (bot: Bot, said: readonly Said[], columns: number) => {
  const { panel, scope } = scopeWith(bot, said);
  const cells = new Cells(columns, 16);
  const detail = { panel: 'bots' as const, key: keyOf(bot), top: 0 };
  panel.drawDetail(cells, { ...scope, ui: { ...scope.ui, detail } }, detail.key);
  return cells.plain().join('\n');
};

const flapping = makeBot({ name: 'pay-bot', startedAt: NOON - 1_000, exits: makeCrashes(9, 2_000) });
const syntax: Said = { message: "SyntaxError: Unexpected token ';'", agoMs: 1_500 };

test('a bot that crashes says with which error, in its row and, on a phone, in the border', () => {
  expect(shown(flapping, [syntax])).toContain("9×/5m: SyntaxError: Unexpected token ';'");
  expect(shown(flapping, [syntax], 40)).toContain('9×/5m: SyntaxError: Unexpected');
});

test('exit 1, with which every uncaught error ends, leaves its room to the error; any other end is told beside it', () => {
  const exits = makeCrashes(9, 2_000);
  const ended = (exit: Partial<BotExit>, over: Partial<Bot> = {}) =>
    shown({ ...flapping, exits: exits.map((one) => ({ ...one, ...exit })), ...over }, [syntax]);
  expect(ended({}, { status: 'errored', pid: null })).toContain('gave up: SyntaxError: Unexpected');
  expect(ended({}, { status: 'stopped', autorestart: false, pid: null })).toContain('not restarted: SyntaxError');
  expect(ended({ code: 137 })).toContain('9×/5m exit 137: SyntaxError');
  expect(ended({ code: 0, signal: 'SIGSEGV' })).toContain('9×/5m SIGSEGV: SyntaxError');
  const waits = { status: 'waiting restart', pid: null, exits: makeCrashes(1, 2_000) } as const;
  expect(shown({ ...flapping, ...waits }, [syntax])).toMatch(/waiting .* 1 SyntaxError/);
});

test('an error of long before the crash, or a warning, is not told as its cause', () => {
  expect(shown(flapping, [{ ...syntax, agoMs: 600_000 }])).toMatch(/9×\/5m exit 1 +│/);
  expect(shown(flapping, [{ ...syntax, level: 'warn' }])).toMatch(/9×\/5m exit 1 +│/);
});

test('a bot that runs and fails at what it does says so, until it has not for half a minute', () => {
  const bot = makeBot({ name: 'pay-bot' });
  const refused = (agoMs: number): Said => ({ message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', agoMs });
  expect(shown(bot, [3_000, 2_000, 1_000].map(refused))).toContain('3 err/2m: ECONNREFUSED connect');
  expect(shown(bot, [2_000, 1_000].map(refused))).not.toContain('err/2m');
  expect(shown(bot, [33_000, 32_000, 31_000].map(refused))).not.toContain('err/2m');
});

test('what was read back without a time of its own, and only its file was written to lately, is no failure of now', () => {
  const said = [5_001, 5_001, 5_001].map((agoMs) => ({ message: 'SyntaxError: x', agoMs }));
  const { panel, scope } = scopeWith(makeBot({ name: 'pay-bot' }), said, false);
  expect(drawn(panel, scope, 140, 8).join('\n')).not.toContain('err/2m');
});

test('a bot that runs and fails stands above those that do well, and the header counts it', () => {
  const names = ['a-bot', 'b-bot', 'c-bot'];
  const bots = names.map((name, id) => makeBot({ name, id, startedAt: NOON - 60_000 }));
  const { panel, scope } = botsScope([makePm2Snapshot(bots)]);
  const { scope: other } = scopeWith(
    makeBot({ name: 'c-bot' }),
    [3_000, 2_000, 1_000].map((agoMs) => ({ message: 'no', agoMs })),
  );
  const world = { ...scope.world, errors: other.world.errors };
  const rows = drawn(panel, { ...scope, world }, 100, 8).flatMap((line) => /[abc]-bot/.exec(line)?.[0] ?? []);
  expect(rows).toEqual(['c-bot', 'a-bot', 'b-bot']);
  const header = (cells: Cells): string => {
    const chrome = { world, ui: scope.ui, theme: scope.theme, hostname: 'bots1', isReadOnly: false };
    drawHeader(cells, { ...chrome, clockNow: NOON, offsetMinutes: 0 });
    return cells.plain().join('\n');
  };
  expect(header(new Cells(100, 1))).toContain('3 of 3 running · 1 with errors');
  expect(header(new Cells(40, 2))).toContain('3/3 running · 1 failing');
});

test('a bot that takes a whole core and is silent against its habit says so at once, above those that do well', () => {
  const quiet = { since: NOON - 70_000, usualGapMs: 1_500 };
  const running = { name: 'running', since: NOON - 70_000 } as const;
  const rowsOf = (silent: Bot['quiet'], cpuPercent: number, lastingState: Bot['lastingState'] = running) => {
    const bots = [makeBot({ name: 'a-bot' }), makeBot({ name: 'b-bot', id: 1, quiet: silent, lastingState })];
    const cpu = Float64Array.from([3, cpuPercent]);
    const { panel, scope } = botsScope([makePm2Snapshot(bots, { cpuPercent: cpu })]);
    return drawn(panel, scope, 140, 8).filter((line) => /[ab]-bot/.test(line));
  };
  expect(rowsOf(quiet, 99)[0]).toMatch(/b-bot +ok .* busy, silent 1m, usually under 2s/);
  // On a machine that is in trouble it gets little of its core.
  expect(rowsOf(quiet, 6)[0]).toContain('b-bot');
  // It waits for something in between; without a habit nothing is to be told; it is seen running by chance.
  for (const rows of [rowsOf(quiet, 99, null), rowsOf(null, 99), rowsOf(quiet, 4)]) {
    expect(rows[0]).toContain('a-bot');
    expect(rows.join()).not.toContain('busy');
  }
});

test('who begins to fail, or fails no more, takes another place not more often than every ten seconds', () => {
  const bots = ['a-bot', 'b-bot', 'c-bot'].map((name, id) => makeBot({ name, id, startedAt: NOON - 60_000 }));
  const { panel, scope } = botsScope([makePm2Snapshot(bots)]);
  const said = [3_000, 2_000, 1_000].map((agoMs) => ({ message: 'no', agoMs }));
  const { errors } = scopeWith(makeBot({ name: 'c-bot' }), said).scope.world;
  const { errors: none } = scope.world;
  const orderAt = (afterMs: number, now: typeof none) =>
    drawn(panel, { ...scope, world: { ...scope.world, errors: now, now: NOON + afterMs } }, 100, 8)
      .flatMap((line) => /([abc])-bot/.exec(line)?.[1] ?? [])
      .join('');
  expect(orderAt(0, none)).toBe('abc');
  expect(orderAt(4_000, errors)).toBe('abc');
  expect(orderAt(10_000, errors)).toBe('cab');
  expect(orderAt(14_000, none)).toBe('cab');
  expect(orderAt(21_000, none)).toBe('abc');
});

test('errors in a log that bots of two names write are nobody’s: their number is unknown, and is not none', () => {
  const paths = (name: string, errLogPath: string) => ({ name, outLogPath: '/dev/null', errLogPath });
  const bots = [
    makeBot(paths('a-bot', '/logs/all.log')),
    makeBot({ id: 1, ...paths('b-bot', '/logs/all.log') }),
    makeBot({ id: 2, ...paths('c-bot', '/logs/c.log') }),
    makeBot({ id: 3, ...paths('c-bot', '/logs/c.log') }),
  ];
  const { panel, scope } = botsScope([makePm2Snapshot(bots)]);
  const detailOfBot = (at: number) => {
    const cells = new Cells(100, 16);
    panel.drawDetail(cells, scope, keyOf(bots[at] as Bot));
    return cells.plain().join('\n');
  };
  expect(detailOfBot(0)).toMatch(/errors +log shared with b-bot/);
  expect(detailOfBot(1)).toMatch(/errors +log shared with a-bot/);
  expect(detailOfBot(3)).toMatch(/errors +0 in an hour/);
});

test('a log is nobody’s as long as another writes into it: not when that one’s home is gone, or it writes elsewhere', () => {
  const one = makeBot({ name: 'a-bot', outLogPath: '/dev/null', errLogPath: '/logs/all.log' });
  const other = makeBot({ ...one, name: 'b-bot', home: '/home/beta/.pm2' });
  const second = (bot: Bot) => ({ ...makePm2Snapshot([bot]), home: '/home/beta/.pm2' });
  const { panel, scope } = botsScope([makePm2Snapshot([one]), second(other)]);
  const elsewhere = botsScope([makePm2Snapshot([one]), second({ ...other, errLogPath: '/logs/b.log' })]);
  const pageOf = (world: typeof scope.world) => {
    const cells = new Cells(100, 16);
    panel.drawDetail(cells, { ...scope, world }, keyOf(one));
    return cells.plain().join('\n');
  };
  expect(pageOf(scope.world)).toMatch(/errors +log shared with b-bot/);
  expect(pageOf(elsewhere.scope.world)).toMatch(/errors +0 in an hour/);
  expect(pageOf(scope.world)).toMatch(/errors +log shared with b-bot/);
  expect(pageOf({ ...scope.world, pm2: scope.world.pm2.slice(0, 1) })).toMatch(/errors +0 in an hour/);
});

test('of two homes with a bot of one name the detail says that errors may be those of the other', () => {
  const said = [{ message: 'no', agoMs: 1_000 }];
  const { errors } = scopeWith(makeBot(), said).scope.world;
  const detail = (name: string) => {
    const bot = makeBot({ startedAt: NOON - 60_000 });
    const { panel, scope } = botsScope([
      makePm2Snapshot([bot]),
      { ...makePm2Snapshot([{ ...bot, name, home: '/home/beta/.pm2' }]), home: '/home/beta/.pm2' },
    ]);
    const cells = new Cells(100, 16);
    panel.drawDetail(cells, { ...scope, world: { ...scope.world, errors } }, keyOf(bot));
    return cells.plain().join('\n');
  };
  expect(detail(makeBot().name)).toContain('in beta: errors are told apart by name');
  expect(detail('other-bot')).not.toContain('told apart');
});

test('the detail begins with the last error, what it means and what helps, and the deploy it came with', () => {
  const deploy = {
    at: NOON - 30_000,
    fromVersion: '1.3.0',
    toVersion: '1.4.0',
    fromCommit: null,
    toCommit: null,
  };
  const code = { version: '1.4.0', commit: null, branch: null, deploys: [deploy] };
  const gone: Said = { message: "Cannot find module 'pg'", code: 'MODULE_NOT_FOUND', agoMs: 1_500 };
  const page = detailOf({ ...flapping, code }, [gone], 80);
  expect(page).toContain("last error  MODULE_NOT_FOUND Cannot find module 'pg' · 1s ago");
  expect(page).toMatch(/deployed +1\.4\.0, 30s ago: it crashes since then, and did not before/);
  expect(page).toContain('do          Install the dependencies of this version');
  const crashedBefore = { ...flapping, exits: makeCrashes(30, 2_000), code };
  expect(detailOf(crashedBefore, [gone], 80)).not.toContain('crashes since then');
});
