import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ActionDeps } from '../../src/actions/action.ts';
import { readLastAct } from '../../src/actions/audit-history.ts';
import { beforeRestart } from '../../src/actions/before-restart.ts';
import { restart } from '../../src/actions/restart.ts';
import { fakeDaemon, START } from './fake-daemon.ts';

const signal = new AbortController().signal;
/** What is waited for comes before the patience is over. */
const patient: ActionDeps['sleep'] = (_, aborted) =>
  new Promise((_resolve, reject) => aborted.addEventListener('abort', () => reject(aborted.reason), { once: true }));

/** A server that answers the two questions. */
function database(columns: string, users: string, bots = '2'): { deps: Pick<ActionDeps, 'postgres'>; asked: string[] } {
  const asked: string[] = [];
  const postgres = () =>
    Promise.resolve({
      isOpen: true,
      query: async (sql: string) => {
        asked.push(sql);
        return [[], [sql.includes('pg_attribute') ? { n: columns } : { bots, users, dialogs: '7' }]];
      },
      cancel: async () => {},
      close: () => {},
    });
  return { deps: { postgres }, asked };
}

test('the question says how many use the bots now, read without writing and with a limit', async () => {
  const daemon = fakeDaemon('weather-bot', 'bot_worker_3', "o'hara");
  const { deps, asked } = database('5', '1318');
  const targets = ['weather-bot', 'bot_worker_3', "o'hara"].map((name) => daemon.target(name));
  const { consequences } = await beforeRestart('restart', targets, { ...daemon.deps, ...deps, sleep: patient }, signal);
  expect(consequences).toEqual(['1.3k users of the last hour, in 7 dialogs']);
  for (const sql of asked) expect(sql).toMatch(/^BEGIN READ ONLY; SET LOCAL statement_timeout = 800/);
  // A name that is no plain word is never part of a statement.
  expect(asked.join()).not.toContain('hara');
});

test('where the database has no such tables, or none answers, nothing is said', async () => {
  const daemon = fakeDaemon('weather-bot');
  const { deps } = database('4', '1');
  const unknown = database('5', '0', '0');
  const none = await beforeRestart(
    'restart',
    [daemon.target('weather-bot')],
    { ...daemon.deps, ...deps, sleep: patient },
    signal,
  );
  expect(none).toEqual({ notes: [], consequences: [] });
  const target = daemon.target('weather-bot');
  expect(await beforeRestart('stop', [target], { ...daemon.deps, ...unknown.deps, sleep: patient }, signal)).toEqual(
    none,
  );
  expect(await restart.prepare?.([daemon.target('weather-bot')], daemon.deps, signal)).toEqual(none);
});

test('who did it last comes from the audit, the newest first, and only what was done counts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const line = (agoMs: number, who: string, result: string, uniqueId = 'u-0') =>
    JSON.stringify({
      at: new Date(START - agoMs).toISOString(),
      event: 'outcome',
      action: 'restart',
      who,
      result,
      targets: [{ uniqueId }],
    });
  const lines = [
    line(900_000, 'bob', 'done'),
    line(180_000, 'anna', 'done'),
    line(60_000, 'eve', 'refused'),
    'cut {"event":"outcome"',
  ];
  writeFileSync(join(folder, 'audit.ndjson'), lines.join('\n'));
  const daemon = fakeDaemon('weather-bot');
  const lastAct = (ids: ReadonlySet<string>) => readLastAct(async () => ({ state: 'usable', path: folder }), ids);
  const { consequences } = await beforeRestart(
    'restart',
    [daemon.target('weather-bot')],
    { ...daemon.deps, lastAct, sleep: patient },
    signal,
  );
  expect(consequences).toEqual(['the last restart: 3m ago by anna']);
  expect(await lastAct(new Set(['u-9']))).toBeNull();
});
