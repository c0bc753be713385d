import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  lchownSync,
  linkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import fc from '../../helpers/fast-check.ts';
import { type Collecting, collecting } from './collecting.ts';

const isRoot = process.getuid?.() === 0;
let it: Collecting;
beforeEach(() => {
  it = collecting();
});
afterEach(() => it.end());
/** After another look. What links lead to, and what is not on a local file system, is read in the background. */
const states = async () => (await it.read(), it.follower.files().map(({ state }) => state));

const rotations: Record<string, (write: (text: string) => void) => void> = {
  rename() {
    renameSync(it.path('a.log'), it.path('a.log.1'));
    writeFileSync(it.path('a.log'), '');
  },
  copytruncate() {
    copyFileSync(it.path('a.log'), it.path('a.log.1'));
    truncateSync(it.path('a.log'));
  },
  'rename with the writer still on the old file'(write) {
    renameSync(it.path('a.log'), it.path('a.log.1'));
    appendFileSync(it.path('a.log.1'), 'late\n');
    write('');
  },
};

for (const [name, rotate] of Object.entries(rotations)) {
  test(`rotation by ${name} loses no line and reads none twice`, async () => {
    writeFileSync(it.path('a.log'), 'one\ntwo\n');
    it.follow('a.log');
    await it.read();
    appendFileSync(it.path('a.log'), 'three\n');
    rotate((text) => writeFileSync(it.path('a.log'), text));
    appendFileSync(it.path('a.log'), 'four\n');
    await it.read();
    await it.read();
    expect(it.lines.filter((line) => line !== 'late')).toEqual(['one', 'two', 'three', 'four']);
    expect(it.lines.filter((line) => line === 'late')).toHaveLength(name.startsWith('rename with') ? 1 : 0);
  });
}

test('two rotations between two looks lose nothing: the generation in between is found', async () => {
  writeFileSync(it.path('a.log'), '1\n');
  it.follow('a.log');
  await it.follower.read();
  appendFileSync(it.path('a.log'), '2\n');
  renameSync(it.path('a.log'), it.path('a.log.1'));
  writeFileSync(it.path('a.log'), '3\n');
  renameSync(it.path('a.log.1'), it.path('a.log.2'));
  renameSync(it.path('a.log'), it.path('a.log.1'));
  writeFileSync(it.path('a.log'), '4\n');
  await it.read();
  expect(it.lines).toEqual(['1', '2', '3', '4']);
});

test('a file that was cut and has grown beyond its old size is told by its content', async () => {
  writeFileSync(it.path('a.log'), 'first line\n');
  it.follow('a.log');
  await it.read();
  truncateSync(it.path('a.log'));
  appendFileSync(it.path('a.log'), 'the second line is longer\nthird\n');
  await it.read();
  expect(it.lines).toEqual(['first line', 'the second line is longer', 'third']);
});

test('a deleted file is missing, not empty, and is read from its first byte when it returns', async () => {
  writeFileSync(it.path('a.log'), 'one\n');
  it.follow('a.log');
  await it.read();
  rmSync(it.path('a.log'));
  await it.read();
  expect(it.follower.files()[0]).toMatchObject({ state: 'missing', reason: 'no such file' });
  writeFileSync(it.path('a.log'), 'two\n');
  await it.read();
  expect(it.lines).toEqual(['one', 'two']);
  expect(it.follower.files()[0]).toMatchObject({ state: 'following', reason: '' });
});

test('a file that appears later is read from its first byte', async () => {
  it.follow('a.log');
  await it.read();
  expect(it.follower.files()[0]?.state).toBe('missing');
  writeFileSync(it.path('a.log'), 'one\ntwo\n');
  await it.read();
  expect(it.lines).toEqual(['one', 'two']);
});

test('one file under two names is read once', async () => {
  writeFileSync(it.path('a.log'), 'one\n');
  linkSync(it.path('a.log'), it.path('b.log'));
  it.follow('a.log', 'b.log');
  await it.read();
  appendFileSync(it.path('b.log'), 'two\n');
  await it.read();
  expect(it.lines).toEqual(['one', 'two']);
  expect(it.follower.files().map(({ state }) => state)).toEqual(['following', 'same-file']);
});

test('a rotated file that a glob names as well is not read again', async () => {
  writeFileSync(it.path('a.log'), 'one\ntwo\n');
  it.follow('a.log', 'a.log.1');
  await it.read();
  renameSync(it.path('a.log'), it.path('a.log.1'));
  writeFileSync(it.path('a.log'), 'three\n');
  await it.read();
  await it.read();
  await it.read();
  expect([...it.lines].sort()).toEqual(['one', 'three', 'two']);
});

test('a pipe, a folder and a device are named, not waited for', async () => {
  execFileSync('mkfifo', [it.path('pipe')]);
  it.follower.setTargets(
    [it.path('pipe'), it.folder, '/dev/null'].map((path) => ({ path, bots: [], stream: 'out' as const })),
  );
  await expect.poll(states).toEqual(['no-file', 'no-file', 'no-file']);
});

test.skipIf(isRoot)('a file that may not be read is said to be denied, and read once it may be', async () => {
  writeFileSync(it.path('a.log'), 'one\n');
  chmodSync(it.path('a.log'), 0o000);
  it.follow('a.log');
  await it.read();
  expect(it.follower.files()[0]).toMatchObject({ state: 'denied', reason: 'permission denied' });
  chmodSync(it.path('a.log'), 0o600);
  await it.read();
  expect(it.lines).toEqual(['one']);
});

test('a link of our own is followed', async () => {
  writeFileSync(it.path('a.log'), 'one\n');
  symlinkSync(it.path('a.log'), it.path('link.log'));
  it.follow('link.log');
  await expect.poll(states).toEqual(['following']);
  expect(it.lines).toEqual(['one']);
});

test.runIf(isRoot)("somebody else's link to a file of ours is not followed", async () => {
  writeFileSync(it.path('a.log'), 'one\n');
  symlinkSync(it.path('a.log'), it.path('link.log'));
  lchownSync(it.path('link.log'), 4_211, 4_211);
  it.follow('link.log');
  await expect.poll(states).toEqual(['untrusted']);
  expect(it.follower.files()[0]).toMatchObject({ reason: 'a link to a file of another owner' });
  expect(it.lines).toEqual([]);
});

test('what is not yet a whole line waits for its end', async () => {
  writeFileSync(it.path('a.log'), 'one\ntw');
  it.follow('a.log');
  await it.follower.read();
  expect(it.lines).toEqual(['one']);
  appendFileSync(it.path('a.log'), 'o\n');
  await it.read();
  expect(it.lines).toEqual(['one', 'two']);
});

test('of a file that nobody wrote to for an hour only the future is read', async () => {
  writeFileSync(it.path('a.log'), 'old\n');
  execFileSync('touch', ['-d', '3 hours ago', it.path('a.log')]);
  it.follow('a.log');
  await it.read();
  appendFileSync(it.path('a.log'), 'new\n');
  await it.read();
  expect(it.lines).toEqual(['new']);
});

test('what grows faster than it can be read is passed over, and read and dropped add up to what was written', async () => {
  writeFileSync(it.path('a.log'), '');
  it.follow('a.log');
  await it.read();
  const piece = Buffer.from(`${'x'.repeat(99)}\n`.repeat(10_000));
  for (let i = 0; i < 40; i += 1) appendFileSync(it.path('a.log'), piece);
  const written = piece.length * 40;
  await expect
    .poll(async () => {
      await it.read();
      return it.follower.readBytes + it.follower.droppedBytes;
    })
    .toBe(written);
  expect(it.follower.droppedBytes).toBeGreaterThan(0);
  expect(it.lines.length * 100 + it.follower.droppedBytes).toBe(written);
  expect(it.follower.files()[0]?.droppedBytes).toBe(it.follower.droppedBytes);
});

const bytes = fc.uint8Array({ maxLength: 300 });

test('the lines of any bytes, written in any pieces, are the lines of the file, each once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(bytes, fc.constant(Uint8Array.of(10))), { maxLength: 30 }), async (pieces) => {
      const own = collecting();
      try {
        writeFileSync(own.path('a.log'), '');
        own.follow('a.log');
        await own.follower.read();
        for (const piece of pieces) {
          appendFileSync(own.path('a.log'), piece);
          if (piece.length % 3 === 0) await own.follower.read();
        }
        appendFileSync(own.path('a.log'), '\n');
        await own.read();
        const whole = Buffer.concat([...pieces, Buffer.from('\n')]).toString('latin1');
        expect(own.lines).toEqual(whole.split('\n').slice(0, -1));
      } finally {
        await own.end();
      }
    }),
    { numRuns: 60 },
  );
});

test('lines about as long as the memory for reading are whole up to 64 KiB, and the next is not harmed', async () => {
  const lengths = fc.constantFrom(1, 65_535, 65_536, 65_537, 131_072, 262_143, 262_144, 262_145, 300_000, 700_000);
  await fc.assert(
    fc.asyncProperty(fc.array(lengths, { minLength: 1, maxLength: 6 }), async (wanted) => {
      const own = collecting();
      try {
        writeFileSync(own.path('a.log'), '');
        own.follow('a.log');
        await own.follower.read();
        const letter = (i: number) => String.fromCharCode(97 + i);
        appendFileSync(own.path('a.log'), wanted.map((length, i) => `${letter(i).repeat(length)}\n`).join(''));
        await own.read();
        const heads = wanted.map((length, i) => letter(i).repeat(Math.min(length, 65_536)));
        expect(own.lines.map((line) => `${line[0]}${line.length}`)).toEqual(heads.map((h) => `${h[0]}${h.length}`));
      } finally {
        await own.end();
      }
    }),
    { numRuns: 25 },
  );
});

/** Each is longer than the one before: no file cut and filled again is as long as it was. */
const lineOf = (i: number) => `line ${i} ${'.'.repeat(500 + i)}`;

type Step = 'write' | 'read' | 'rename' | 'copy';

test('no line is lost and none read twice through any order of writing, looking and rotating', async () => {
  const steps = fc.array(fc.constantFrom<Step>('write', 'write', 'write', 'read', 'read', 'rename', 'copy'), {
    minLength: 3,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const own = collecting();
      try {
        let line = 0;
        let generation = 0;
        const log = own.path('a.log');
        writeFileSync(log, '');
        own.follow('a.log');
        await own.follower.read();
        let rotatedSinceRead = '';
        for (const step of plan) {
          if (step === 'write') appendFileSync(log, `${lineOf(line++)}\n`);
          if (step === 'read') {
            await own.read();
            rotatedSinceRead = '';
          }
          if (step === 'rename' && rotatedSinceRead !== 'copy') {
            renameSync(log, own.path(`a.log.${++generation}`));
            writeFileSync(log, '');
            rotatedSinceRead = 'rename';
          }
          if (step === 'copy' && rotatedSinceRead === '') {
            copyFileSync(log, own.path(`a.log.${++generation}`));
            truncateSync(log);
            rotatedSinceRead = 'copy';
          }
        }
        await own.read();
        await own.read();
        const expected = Array.from({ length: line }, (_, i) => lineOf(i));
        expect([...own.lines].sort()).toEqual(expected.sort());
      } finally {
        await own.end();
      }
    }),
    { numRuns: 150 },
  );
});
