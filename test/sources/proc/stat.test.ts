import { expect, test } from 'vitest';
import { pageBytes, parseStat, readStat, startedAt } from '../../../src/sources/proc/stat.ts';
import { parsePasswd, userName } from '../../../src/sources/proc/users.ts';

const line = (name: string) =>
  Buffer.from(
    `4211 (${name}) S 1 4211 4211 0 -1 4194560 24389 905 12 0 321 45 6 7 20 0 11 0 98765 1234567168 13171 18446744073709551615 1 1 0\n`,
  );

test('CPU with that of children waited for, start, resident pages and parent are read', () => {
  const bytes = line('node');
  expect(parseStat(bytes, bytes.length)).toEqual({
    cpuTicks: 321 + 45 + 6 + 7,
    ownCpuTicks: 321 + 45,
    startTicks: 98765,
    residentPages: 13171,
    state: 'S',
    parentPid: 1,
  });
});

test('a program may be named like the rest of the line', () => {
  const bytes = line('a) R 1 2 3 (b');
  expect(parseStat(bytes, bytes.length)).toMatchObject({ startTicks: 98765, residentPages: 13171, state: 'S' });
});

test('what is no stat line is null', () => {
  for (const text of ['', ')', '1 (x) S 1 2', 'no brackets'])
    expect(parseStat(Buffer.from(text), text.length)).toBe(null);
});

test.skipIf(process.platform !== 'linux')('our own process started before now and after the machine', () => {
  const stat = readStat(process.pid);
  const at = stat && startedAt(stat, Date.now());
  expect(at).toBeLessThanOrEqual(Date.now());
  expect(Date.now() - (at ?? 0)).toBeLessThan(3_600_000);
  expect([4096, 16_384, 65_536]).toContain(pageBytes());
});

test('a process that does not exist has no stat', () => {
  expect(readStat(2 ** 30)).toBe(null);
});

test('user names come from the passwd file, the first line of a uid wins, odd lines are skipped', () => {
  const names = parsePasswd(
    'root:x:0:0:root:/root:/bin/sh\nbroken\n\ntoor:x:0:0::/:\nanna:x:1000:1000::/home/anna:\nx:y:-1:\n',
  );
  expect([...names]).toEqual([
    [0, 'root'],
    [1000, 'anna'],
  ]);
});

test('a user without a name is shown by number', () => {
  expect(userName(4_000_000_000)).toBe('uid 4000000000');
});
