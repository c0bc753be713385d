import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import {
  createEvidence,
  type Evidence,
  type EvidenceOptions,
  type EvidenceRequest,
  evidencePlaces,
  fileName,
} from '../../src/actions/evidence.ts';
import { removeOldest, stampOf } from '../../src/actions/evidence-cap.ts';

const NOON = Date.UTC(2026, 0, 15, 12, 0, 0);
const uid = process.geteuid?.() ?? 0;
const TOKEN = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

let root: string;
let memory: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'botop-evidence-'));
  memory = join(root, 'memory');
  mkdirSync(memory);
  return () => rmSync(root, { recursive: true, force: true });
});

const stateFolder = () => join(root, 'state', 'botop', 'evidence');
const memoryFolder = () => join(memory, `botop-${uid}`, 'botop', 'evidence');

function storeOf(over: Partial<EvidenceOptions> = {}) {
  const places = evidencePlaces({ xdgStateHome: join(root, 'state'), homes: [], uid }, memory);
  return createEvidence({ places, who: 'anna@203.0.113.7', now: () => NOON, ...over });
}

function requestOf(logs: Record<string, string>): EvidenceRequest {
  const sources = Object.entries(logs).map(([name, text]) => {
    writeFileSync(join(root, name), text);
    return { name, open: () => open(join(root, name), 'r') };
  });
  return { action: 'flush', subject: 'weather bot/../x', facts: { bots: [{ name: 'weather' }] }, sources };
}

async function save(request: EvidenceRequest, over: Partial<EvidenceOptions> = {}): Promise<Evidence> {
  return storeOf(over).save(request, new AbortController().signal);
}

async function saved(request: EvidenceRequest, over: Partial<EvidenceOptions> = {}) {
  const evidence = await save(request, over);
  if (evidence.state === 'none') throw new Error(evidence.reason);
  return evidence;
}

test('the redacted last 2,000 lines of each log are saved, with what is known beside them', async () => {
  const lines = Array.from({ length: 2500 }, (_, i) => `line ${i} https://api.telegram.org/bot${TOKEN}/getMe`);
  const evidence = await saved(requestOf({ '1-out.log': `${lines.join('\n')}\n`, '2-error.log': 'one\n' }));
  const out = readFileSync(join(evidence.path, '1-out.log'), 'utf8').trimEnd().split('\n');
  expect(out).toHaveLength(2000);
  expect(out[0]).toBe('line 500 https://api.telegram.org/bot[redacted]/getMe');
  expect(out.at(-1)).toBe('line 2499 https://api.telegram.org/bot[redacted]/getMe');
  expect(readFileSync(join(evidence.path, '2-error.log'), 'utf8')).toBe('one\n');
  expect(readdirSync(memory)).toEqual([]);
  expect(JSON.parse(readFileSync(join(evidence.path, 'facts.json'), 'utf8'))).toMatchObject({
    savedAt: '2026-01-15T12:00:00.000Z',
    who: 'anna@203.0.113.7',
    action: 'flush',
    bots: [{ name: 'weather' }],
    saved: [
      { name: '1-out.log', lines: 2000 },
      { name: '2-error.log', lines: 1, logBytes: 4 },
    ],
  });
  expect(evidence.logs).toMatchObject([{ lines: 2000 }, { lines: 1, tailBytes: 4 }]);
});

test('nobody else can read it, and no name leads out of its folder', async () => {
  const { path } = await saved(requestOf({ '1-out.log': 'x\n' }));
  expect(path.startsWith(`${stateFolder()}/20260115T120000000Z-flush-weather_bot_.._x-`)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(path)) expect(statSync(join(path, name)).mode & 0o777).toBe(0o600);
  expect(fileName('../../etc/passwd\n')).toBe('.._.._etc_passwd_');
});

test('where the state folder has no room it goes to memory, and nothing is left behind', async () => {
  const full = { freeBytes: async (folder: string) => (folder.startsWith(memory) ? 1e9 : 1000) };
  const { path } = await saved(requestOf({ '1-out.log': 'x\n' }), full);
  expect(path.startsWith(memoryFolder())).toBe(true);
  expect(readdirSync(stateFolder())).toEqual([]);
});

test('a place that turns out to be full in the middle is left clean, and the next is taken', async () => {
  const request = requestOf({ '1-out.log': 'x\n', '2-error.log': 'y\n' });
  let opened = 0;
  const [first, second] = request.sources as [(typeof request.sources)[0], (typeof request.sources)[0]];
  const failing = {
    name: second.name,
    open: () => (opened++ === 1 ? Promise.reject(new Error('ENOSPC: no space left')) : second.open()),
  };
  const { path } = await saved({ ...request, sources: [first, failing] });
  expect(path.startsWith(memoryFolder())).toBe(true);
  expect(readdirSync(stateFolder())).toEqual([]);
});

test('where no place has room it says which ones it tried', async () => {
  const evidence = await save(requestOf({ '1-out.log': 'x\n' }), { freeBytes: async () => 0 });
  expect(evidence).toEqual({
    state: 'none',
    reason: `${stateFolder()} has no room; ${memoryFolder()} has no room`,
  });
  const nowhere = evidencePlaces({ xdgStateHome: '/proc/none', homes: [], uid }, join(root, 'no-memory'));
  expect(await save(requestOf({ '1-out.log': 'x\n' }), { places: nowhere })).toMatchObject({
    state: 'none',
    reason: expect.stringContaining(`there is no ${join(root, 'no-memory')}`),
  });
  expect(existsSync(join(root, 'no-memory'))).toBe(false);
});

test('a memory folder that another laid as a link is not used', async () => {
  mkdirSync(join(root, 'trap'));
  symlinkSync(join(root, 'trap'), join(memory, `botop-${uid}`));
  mkdirSync(join(root, 'trap', 'botop'));
  symlinkSync(root, join(root, 'trap', 'botop', 'evidence'));
  const evidence = await save(requestOf({ '1-out.log': 'x\n' }), {
    freeBytes: async (folder) => (folder.startsWith(join(root, 'state')) ? 0 : 1e9),
  });
  expect(evidence).toMatchObject({ state: 'none', reason: expect.stringContaining('is no folder') });
});

test('a log that cannot be read is no evidence, and says why', async () => {
  const request = requestOf({ '1-out.log': 'x\n' });
  const sources = [...request.sources, { name: '2', open: () => Promise.reject(new Error('it is not ours')) }];
  expect(await save({ ...request, sources })).toEqual({ state: 'none', reason: 'it is not ours' });
});

test('when the question is dropped meanwhile nothing stays', async () => {
  const abort = new AbortController();
  const request = requestOf({ '1-out.log': 'x\n' });
  const [source] = request.sources;
  let opened = 0;
  const aborting = {
    name: '1-out.log',
    open: () => {
      opened += 1;
      if (opened === 2) abort.abort(new Error('dropped'));
      return (source as NonNullable<typeof source>).open();
    },
  };
  await expect(storeOf().save({ ...request, sources: [aborting] }, abort.signal)).rejects.toThrow('dropped');
  expect(readdirSync(stateFolder())).toEqual([]);
});

test('beyond the limit the oldest goes first, across both places, and nothing that is not evidence', async () => {
  const entry = (base: string, at: number, bytes: number) => {
    const path = join(base, `${stampOf(at)}-flush-a-${bytes}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, '1-out.log'), 'x'.repeat(bytes));
    return path;
  };
  const oldest = entry(memoryFolder(), NOON - 3000, 40_000);
  const older = entry(stateFolder(), NOON - 2000, 40_000);
  const newer = entry(memoryFolder(), NOON - 1000, 40_000);
  const foreign = join(stateFolder(), 'notes');
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'mine'), 'x'.repeat(500_000));
  const { path } = await saved(requestOf({ '1-out.log': 'x\n' }), { maxTotalBytes: 100_000 });
  expect([oldest, older, newer, foreign, path].map((at) => existsSync(at))).toEqual([false, true, true, true, true]);
  await removeOldest([stateFolder(), memoryFolder()], 0, path);
  expect([older, newer, foreign, path].map((at) => existsSync(at))).toEqual([false, false, true, true]);
});

test('several logs together leave room for what else is kept', async () => {
  const long = 'a line of some length\n'.repeat(1500);
  const request = requestOf({ '1.log': long, '2.log': long, '3.log': long, '4.log': long });
  const { path, logs } = await saved(request, { maxTotalBytes: 80_000 });
  expect(logs.every((log) => log.savedBytes > 9000 && log.savedBytes <= 10_000)).toBe(true);
  expect(existsSync(path)).toBe(true);
});
