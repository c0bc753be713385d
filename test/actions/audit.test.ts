import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Attempt, createAudit } from '../../src/actions/audit.ts';
import { sendToSyslog } from '../../src/actions/syslog.ts';
import { botTarget } from '../../src/actions/target.ts';
import { whoIs } from '../../src/actions/who.ts';
import { makeBot, NOON } from '../helpers/bots.ts';

let folder: string;
let sent: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-audit-'));
  sent = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = () => join(folder, 'audit.ndjson');
const lines = (file = path()) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const audit = (maxBytes = 10_000_000) =>
  createAudit({
    who: { name: 'anna@203.0.113.7', uid: 0 },
    folder: async () => ({ state: 'usable', path: folder }),
    syslog: (line) => sent.push(line),
    maxBytes,
  });

const attempt: Attempt = {
  id: 'one',
  action: 'restart',
  risk: 'R1',
  targets: [botTarget(makeBot({ id: 3 }))],
  command: 'pm2 restart 3',
};

test('an attempt is two lines with one id that say who did what to which, and how it ended', async () => {
  const log = audit();
  expect(await log.asked(attempt, NOON)).toBeNull();
  expect(await log.outcome(attempt, NOON + 900, { result: 'done', message: '', durationMs: 850 })).toBeNull();
  const [asked, outcome] = lines();
  expect(asked).toEqual({
    at: '2026-01-15T12:00:00.000Z',
    id: 'one',
    event: 'asked',
    action: 'restart',
    risk: 'R1',
    who: 'anna@203.0.113.7',
    uid: 0,
    targetCount: 1,
    targets: [
      { kind: 'bot', home: '/home/ops/.pm2', id: 3, name: 'weather-bot', uniqueId: 'unique-weather-bot-3', pid: 4211 },
    ],
    command: 'pm2 restart 3',
  });
  expect(outcome).toMatchObject({
    id: 'one',
    event: 'outcome',
    result: 'done',
    durationMs: 850,
    at: '2026-01-15T12:00:00.900Z',
  });
  expect(sent).toEqual([]);
});

test('the file is ours alone, even if it was not', async () => {
  const log = audit();
  await log.asked(attempt, NOON);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  chmodSync(path(), 0o644);
  await log.asked(attempt, NOON);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

test('no secret and no control character gets in', async () => {
  const end = { result: 'failed', message: 'sk-abcdefghijklmnop1234 \u001b[31mred', durationMs: 1 } as const;
  await audit().outcome({ ...attempt, command: 'x --token=hunter2secret' }, NOON, end);
  const text = readFileSync(path(), 'utf8');
  expect(text).not.toMatch(/hunter2|abcdefghijklmnop|u001b|\[31m/);
  expect(text).toContain('red');
});

test('a link in its place is not followed, and the line goes to syslog', async () => {
  const precious = join(folder, 'precious');
  writeFileSync(precious, 'keep');
  symlinkSync(precious, path());
  expect(await audit().asked(attempt, NOON)).toContain('is a link');
  expect(readFileSync(precious, 'utf8')).toBe('keep');
  expect(sent).toHaveLength(1);
  expect(sent[0]).toContain('"id":"one"');
});

test('a second name of the file and a FIFO are refused', async () => {
  writeFileSync(join(folder, 'other'), '');
  linkSync(join(folder, 'other'), path());
  expect(await audit().asked(attempt, NOON)).toContain('second name');
  rmSync(path());
  execFileSync('mkfifo', [path()]);
  expect(await audit().asked(attempt, NOON)).toContain('no regular file');
});

test('without a folder the reason is given back and sent to syslog', async () => {
  const log = createAudit({
    who: { name: 'anna', uid: 1 },
    folder: async () => ({ state: 'unusable', reason: 'the disk is read-only' }),
    syslog: (line) => sent.push(line),
  });
  expect(await log.asked(attempt, NOON)).toBe('the disk is read-only');
  expect(sent).toHaveLength(1);
});

test('whether a line could be written is known beforehand, and asking writes none', async () => {
  expect(await audit().check()).toBeNull();
  expect(readFileSync(path(), 'utf8')).toBe('');
  expect(sent).toEqual([]);
  rmSync(path());
  symlinkSync('/etc/hostname', path());
  expect(await audit().check()).toContain('is a link');
  const gone = createAudit({
    who: { name: 'anna', uid: 1 },
    folder: async () => ({ state: 'unusable', reason: 'the disk is read-only' }),
    syslog: (line) => sent.push(line),
  });
  expect(await gone.check()).toBe('the disk is read-only');
  expect(sent).toEqual([]);
});

test('a disk that never answers holds nothing up', async () => {
  const log = createAudit({
    who: { name: 'anna', uid: 1 },
    folder: () => new Promise(() => {}),
    syslog: null,
    timeoutMs: 20,
  });
  expect(await log.asked(attempt, NOON)).toContain('has not answered');
});

test('it stays bounded: one older file is kept, and no line is lost at the turn', async () => {
  const log = audit(1200);
  for (let at = 0; at < 6; at++) await log.asked({ ...attempt, id: `n${at}` }, NOON);
  const older = lines(join(folder, 'audit.1.ndjson'));
  const ids = [...older, ...lines()].map((line) => line['id']);
  expect(ids).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
  for (let at = 6; at < 40; at++) await log.asked({ ...attempt, id: `n${at}` }, NOON);
  expect(statSync(path()).size + statSync(join(folder, 'audit.1.ndjson')).size).toBeLessThan(4000);
  expect(existsSync(`${path()}.lock`)).toBe(false);
});

test('two sessions write at once and every line is whole', async () => {
  const [one, two] = [audit(), audit()];
  await Promise.all(
    Array.from({ length: 60 }, (_, at) => (at % 2 ? one : two).asked({ ...attempt, id: `n${at}` }, NOON)),
  );
  expect(new Set(lines().map((line) => line['id'])).size).toBe(60);
});

test('while another session turns the file over, the line is still written', async () => {
  const log = audit(10);
  await log.asked(attempt, NOON);
  writeFileSync(`${path()}.lock`, '');
  expect(await log.asked(attempt, NOON)).toBeNull();
  expect(lines()).toHaveLength(2);
  expect(lstatSync(`${path()}.lock`).isFile()).toBe(true);
});

test('who is the person behind sudo, and where from', () => {
  const root = { username: 'root', uid: 0 };
  expect(whoIs({ SUDO_USER: 'anna', SSH_CONNECTION: '203.0.113.7 50000 10.0.0.1 22' }, root)).toEqual({
    name: 'anna@203.0.113.7',
    uid: 0,
  });
  expect(whoIs({}, root).name).toBe('root');
  // Anybody can set SUDO_USER; only root got it from sudo.
  expect(whoIs({ SUDO_USER: 'boss' }, { username: 'ben', uid: 1000 }).name).toBe('ben');
  expect(whoIs({ SSH_CONNECTION: '\u001b[2J 1 2 3' }, root).name).not.toContain('\u001b');
});

test('syslog gets the line from a child that sees nothing of our environment', async () => {
  const program = join(folder, 'logger');
  writeFileSync(program, `#!/bin/sh\n{ env; printf '%s\\n' "$@"; } > '${folder}/seen'\n`, { mode: 0o755 });
  const env = { PATH: '/usr/bin:/bin', HOME: '/h', DATABASE_URL: 'postgres://a:b@c' };
  expect(await sendToSyslog('hello there', env, [program])).toBeNull();
  const seen = readFileSync(join(folder, 'seen'), 'utf8');
  expect(seen).toContain('hello there');
  expect(seen).toContain('PATH=/usr/bin:/bin');
  expect(seen).not.toContain('DATABASE_URL');
  expect(await sendToSyslog('x', env, [join(folder, 'absent')])).toContain('ENOENT');
});
