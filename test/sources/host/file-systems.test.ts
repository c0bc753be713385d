import { afterEach, expect, test, vi } from 'vitest';
import { isWholeDisk } from '../../../src/sources/host/block.ts';
import { FileSystems, type Filling } from '../../../src/sources/host/file-systems.ts';
import { parseOsRelease } from '../../../src/sources/host/linux.ts';
import { parseMounts } from '../../../src/sources/host/mounts.ts';
import fc from '../../helpers/fast-check.ts';
import { createHandClock, createProcTree, recorded } from '../../helpers/proc-tree.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

const filling = (usedPercent: number): Filling => ({
  bsize: 4096,
  blocks: 1000,
  bfree: 1000 - usedPercent * 10,
  bavail: 1000 - usedPercent * 10,
  files: 0,
  ffree: 0,
});

function mounted(ask: (mount: string) => Promise<Filling>, lines = recorded('before', 'self/mountinfo')) {
  const tree = createProcTree();
  undo.push(tree.dispose);
  tree.write('self/mountinfo', lines);
  const clock = createHandClock();
  const systems = new FileSystems({ clock, mountsPath: `${tree.procRoot}/self/mountinfo`, ask, answerWithinMs: 20 });
  return { systems, clock };
}

test('real file systems are found once each, whatever is mounted over, beside or inside them', () => {
  expect(parseMounts(recorded('before', 'self/mountinfo')).map(({ mount, isRemote }) => [mount, isRemote])).toEqual([
    ['/', false],
    ['/mnt/with space\\and\ttab', false],
    ['/mnt/nfs', true],
    ['/mnt/ssh', true],
    ['/pool', false],
    ['/data', false],
  ]);
});

test('in a container the root is the overlay', () => {
  const lines = '1 0 0:55 / / rw - overlay overlay rw\n2 1 8:1 /x /etc/hosts rw - ext4 /dev/sda1 rw\n';
  expect(parseMounts(lines)).toMatchObject([{ mount: '/', type: 'overlay' }]);
});

test('no text makes the reader of mounts throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseMounts(`${text}\n1 2 3 4 5 - ${text}`)));
});

test('the fullest comes first, and the share is that of df: used of what an ordinary user could use', async () => {
  const { systems, clock } = mounted(async (mount) =>
    mount === '/pool' ? { ...filling(50), bavail: 100 } : filling(40),
  );
  await systems.refresh();
  expect(systems.disks[0]).toMatchObject({ mount: '/pool', usedBytes: 500 * 4096, sizeBytes: 1000 * 4096 });
  expect(systems.disks[0]?.usedPercent).toBeCloseTo(83.33, 2);
  expect(systems.disks[0]?.inodesUsedPercent).toBeNull();
  expect(systems.readAt).toBe(clock.now());
});

test('it asks again after thirty seconds, not before', async () => {
  const ask = vi.fn(async () => filling(40));
  const { systems, clock } = mounted(ask);
  await systems.refresh();
  const asked = ask.mock.calls.length;
  clock.pass(29_000);
  expect(systems.refresh()).toBeNull();
  clock.pass(1000);
  await systems.refresh();
  expect(ask.mock.calls.length).toBe(2 * asked);
});

test('a server that hangs costs one question, is told as unknown, and is known again once it answers', async () => {
  let answer: (found: Filling) => void = () => undefined;
  const asked: string[] = [];
  const { systems, clock } = mounted((mount) => {
    asked.push(mount);
    return mount === '/mnt/nfs' && asked.filter((name) => name === mount).length === 1
      ? new Promise((resolve) => {
          answer = resolve;
        })
      : Promise.resolve(filling(40));
  });
  const nfs = () => systems.disks.find(({ mount }) => mount === '/mnt/nfs');
  await systems.refresh();
  expect(nfs()).toMatchObject({ problem: 'does not answer', usedPercent: Number.NaN });
  expect(systems.disks[0]?.mount).toBe('/mnt/nfs');
  expect(systems.disks.find(({ mount }) => mount === '/')?.usedPercent).toBe(40);
  clock.pass(30_000);
  await systems.refresh();
  expect(asked.filter((mount) => mount === '/mnt/nfs')).toHaveLength(1);
  answer(filling(10));
  await expect
    .poll(async () => {
      clock.pass(30_000);
      await systems.refresh();
      return nfs()?.usedPercent;
    })
    .toBe(40);
});

test('however many servers hang, no more than two threads are lost to them', async () => {
  const lines = Array.from({ length: 9 }, (_, i) => `${i} 1 0:${60 + i} / /mnt/nfs${i} rw - nfs4 filer:/${i} rw`).join(
    '\n',
  );
  const ask = vi.fn(() => new Promise<Filling>(() => undefined));
  const { systems, clock } = mounted(ask, lines);
  await systems.refresh();
  clock.pass(30_000);
  await systems.refresh();
  expect(ask).toHaveBeenCalledTimes(2);
  expect(systems.disks).toHaveLength(9);
  expect(systems.disks.every(({ problem }) => problem !== undefined)).toBe(true);
});

test('what we may not look into is left out, what fails says how', async () => {
  const { systems } = mounted(async (mount) => {
    if (mount === '/mnt/ssh') throw Object.assign(new Error('no'), { code: 'EACCES' });
    if (mount === '/pool') throw Object.assign(new Error('no'), { code: 'EIO' });
    return filling(1);
  });
  await systems.refresh();
  expect(systems.disks.map(({ mount }) => mount)).not.toContain('/mnt/ssh');
  expect(systems.disks[0]).toMatchObject({ mount: '/pool', problem: 'EIO' });
});

test('names from outside are fit for the screen', async () => {
  const { systems } = mounted(async () => filling(1), '1 1 8:1 / /a\\033[31m\u202eb rw - ext4 //u:pw@h/\\033[2J rw\n');
  await systems.refresh();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for exactly those
  expect(JSON.stringify(systems.disks)).not.toMatch(/\\u001b|\u001b|\u202e/);
});

test('partitions are told from disks by the disk being there', () => {
  const names = new Set([
    'sda',
    'sda1',
    'xvda1',
    'nvme0n1',
    'nvme0n1p2',
    'mmcblk0',
    'mmcblk0p1',
    'mmcblk0boot0',
    'dm-0',
    'md127',
  ]);
  expect([...names].filter((name) => isWholeDisk(name, names))).toEqual([
    'sda',
    'xvda1',
    'nvme0n1',
    'mmcblk0',
    'mmcblk0boot0',
  ]);
});

test('the system has the name that os-release gives it', () => {
  expect(parseOsRelease('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe(
    'Debian GNU/Linux 12 (bookworm)',
  );
  expect(parseOsRelease("PRETTY_NAME='Alpine'")).toBe('Alpine');
  expect(parseOsRelease('PRETTY_NAME="a \\"b\\""')).toBe('a "b"');
  expect(parseOsRelease('')).toBeNull();
});
