import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createAuditTrail } from '../../../src/sources/pm2/audit-trail.ts';
import { makeExit, NOON } from '../../helpers/bots.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const bot = { home: '/srv/.pm2', id: '3', name: 'sales' };

/** A line as the audit writes it, `seconds` after noon. */
function line(event: 'asked' | 'outcome', seconds: number, over: Record<string, unknown> = {}): string {
  const at = new Date(NOON + seconds * 1_000).toISOString();
  const targets = [{ kind: 'bot', home: '/srv/.pm2', id: 3, name: 'sales', uniqueId: 'u', pid: 1 }];
  return `${JSON.stringify({ at, id: 'one', event, action: 'restart', who: 'anna@203.0.113.7', targets, ...over })}\n`;
}

function trailOf(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'botop-audit-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'audit.ndjson');
  writeFileSync(path, text);
  const trail = createAuditTrail(async () => ({ state: 'usable', path: folder }));
  let now = NOON + 60_000;
  return {
    path,
    async who(seconds: number, of = bot) {
      now += 2_000;
      await trail.read(now);
      return trail.whoEnded(of, makeExit({ at: NOON + seconds * 1_000, cause: 'asked' }));
    },
  };
}

test('an end between the question and the outcome was asked for by who is named there', async () => {
  const { who } = trailOf(line('asked', 0) + line('outcome', 12, { result: 'done', durationMs: 12_000 }));
  expect(await who(1)).toBe('anna@203.0.113.7');
  expect(await who(14)).toBe('anna@203.0.113.7');
  expect(await who(-10)).toBe(null);
  expect(await who(60)).toBe(null);
});

test('an attempt that is under way names who asked, one that came to nothing does not', async () => {
  const { who, path } = trailOf(line('asked', 0));
  expect(await who(2)).toBe('anna@203.0.113.7');
  appendFileSync(path, line('outcome', 3, { result: 'refused', durationMs: 0 }));
  expect(await who(2)).toBe(null);
});

test('another bot, another home and an action that ends nothing do not count', async () => {
  const { who } = trailOf(line('asked', 0) + line('asked', 0, { id: 'other', action: 'vacuum' }));
  expect(await who(1, { ...bot, id: '4' })).toBe(null);
  expect(await who(1, { ...bot, home: '/other/.pm2' })).toBe(null);
  expect(await who(1, { ...bot, name: 'support' })).toBe(null);
  expect(await trailOf(line('asked', 0, { action: 'flush' })).who(1)).toBe(null);
});

test('what is no line of the audit, and a missing file, name nobody', async () => {
  expect(await trailOf(`half a line\n{"at":"x"}\n[]\n${line('asked', 0, { targets: 'no list' })}`).who(1)).toBe(null);
  const trail = createAuditTrail(null);
  expect(await trail.read(NOON)).toBe(false);
  expect(trail.whoEnded(bot, makeExit())).toBe(null);
});

test('a name is clean and holds no secret', async () => {
  const { who } = trailOf(line('asked', 0, { who: 'anna\u001b[31m' }));
  expect(await who(1)).toBe('anna');
});

test('the folder is judged before something is read, and once a minute while nothing is new', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'botop-audit-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'audit.ndjson');
  writeFileSync(path, line('asked', 0));
  let judged = 0;
  let isOurs = true;
  const trail = createAuditTrail(async () => {
    judged += 1;
    return isOurs ? { state: 'usable', path: folder } : { state: 'unusable', reason: 'it is somebody else’s' };
  });
  expect(await trail.read(NOON)).toBe(true);
  for (let seconds = 2; seconds < 60; seconds += 2) expect(await trail.read(NOON + seconds * 1_000)).toBe(false);
  expect(judged).toBe(1);
  isOurs = false;
  appendFileSync(path, line('outcome', 3, { result: 'refused', durationMs: 0 }));
  expect(await trail.read(NOON + 58_500 + 1_500)).toBe(false);
  expect(trail.whoEnded(bot, makeExit({ at: NOON + 1_000, cause: 'asked' }))).toBe('anna@203.0.113.7');
  isOurs = true;
  expect(await trail.read(NOON + 121_000)).toBe(true);
  expect(trail.whoEnded(bot, makeExit({ at: NOON + 1_000, cause: 'asked' }))).toBe(null);
});
