import { createHook } from 'node:async_hooks';
import { readdirSync, readlinkSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import type { HostSnapshot } from '../../../src/sources/host/snapshot.ts';
import { hostSource } from '../../../src/sources/host/source.ts';
import { type Source, SourceError, systemClock } from '../../../src/sources/source.ts';
import fc from '../../helpers/fast-check.ts';
import { createHandClock, createProcTree, PROC_FILES, recorded } from '../../helpers/proc-tree.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

const { signal } = new AbortController();
const filling = { bsize: 4096, blocks: 1000, bfree: 400, bavail: 300, files: 100, ffree: 25 };

function machine(name = 'before') {
  const tree = createProcTree();
  const clock = createHandClock();
  tree.writeAll(name);
  const { procRoot, sysRoot } = tree;
  const options = { clock, procRoot, sysRoot, osReleasePaths: [`${procRoot}/os-release`] };
  const source = hostSource({ ...options, platform: 'linux', ask: async () => filling });
  undo.push(tree.dispose, () => void source.close());
  return { tree, clock, source };
}

/** The recorded machine at one moment and, a second on, at the next. */
async function readTwice(seconds = 1): Promise<readonly [HostSnapshot, HostSnapshot]> {
  const { tree, clock, source } = machine();
  const first = await source.read(signal);
  tree.writeAll('later');
  clock.pass(seconds * 1000);
  const second = await source.read(signal);
  return [{ ...first, corePercent: first.corePercent.slice() }, second];
}

test('the first reading knows amounts and no rates', async () => {
  const [first] = await readTwice();
  expect(first.cpuPercent).toBeNull();
  expect(first.diskReadBytesPerSecond).toBeNull();
  expect(first.network.every(({ rxBytesPerSecond }) => rxBytesPerSecond === null)).toBe(true);
  expect(first.memory).toEqual({ totalBytes: 16384e6, availableBytes: 4096e6, usedPercent: 75 });
  expect(first.swap).toEqual({ totalBytes: 2048e6, usedBytes: 512e6 });
  expect(first.load).toEqual([6.12, 5.2, 4.01]);
  expect(first.uptimeSeconds).toBe(1036800.59);
  expect(first.oomKills).toBe(3);
  expect(first.pressure).toEqual({ cpuSomePercent: 1.21, memorySomePercent: 0.27, ioSomePercent: 12.5 });
});

test('busy time is what is neither idle nor waiting for disks, by core too', async () => {
  const [, second] = await readTwice();
  expect(second.cores).toBe(2);
  expect(second.cpuPercent).toBe(60);
  expect(second.iowaitPercent).toBe(5);
  expect(second.stealPercent).toBe(5);
  expect([...second.corePercent]).toEqual([100, 20]);
});

test('disk traffic counts whole disks once: no partitions, loops, memory disks or layers above', async () => {
  const [, second] = await readTwice();
  expect(second.diskReadBytesPerSecond).toBe(2100 * 512);
  expect(second.diskWriteBytesPerSecond).toBe(1000 * 512);
  expect(second.diskBusyPercent).toBe(90);
});

test('rates are over the time that passed', async () => {
  const [, second] = await readTwice(2);
  expect(second.diskReadBytesPerSecond).toBe(1050 * 512);
  expect(second.network.find(({ name }) => name === 'eth0')).toEqual({
    name: 'eth0',
    rxBytesPerSecond: 1_050_000,
    txBytesPerSecond: 150_000,
  });
});

test('two readings at the same moment give the same rates', async () => {
  const { tree, clock, source } = machine();
  await source.read(signal);
  tree.writeAll('later');
  clock.pass(1000);
  const [a, b] = [await source.read(signal), await source.read(signal)];
  expect(b.cpuPercent).toBe(a.cpuPercent);
  expect(b.cpuPercent).toBe(60);
});

test('interfaces that are down or loop back are left out', async () => {
  const { tree, source } = machine();
  for (const [name, flags, state] of [
    ['eth0', '0x1003', 'up'],
    ['eth1', '0x1003', 'down'],
    ['docker0', '0x1002', 'unknown'],
    ['ifb0', '0x83', 'unknown'],
  ] as const) {
    tree.writeSys(`class/net/${name}/flags`, `${flags}\n`);
    tree.writeSys(`class/net/${name}/operstate`, `${state}\n`);
  }
  const { network } = await source.read(signal);
  expect(network.map(({ name }) => name)).toEqual(['eth0', 'ifb0']);
});

test('a counter that was reset and an interface that comes back are unknown for one reading', async () => {
  const { tree, clock, source } = machine('later');
  await source.read(signal);
  clock.pass(1000);
  tree.write('net/dev', recorded('before', 'net/dev'));
  tree.write('diskstats', recorded('before', 'diskstats'));
  const eth0 = (host: HostSnapshot) => host.network.find(({ name }) => name === 'eth0');
  expect(eth0(await source.read(signal))?.rxBytesPerSecond).toBeNull();
  clock.pass(1000);
  tree.write('net/dev', recorded('later', 'net/dev').replaceAll('eth0:', 'eth9:'));
  tree.write('diskstats', '');
  const gone = await source.read(signal);
  expect(eth0(gone)).toBeUndefined();
  expect(gone.diskReadBytesPerSecond).toBeNull();
  clock.pass(1000);
  tree.write('net/dev', recorded('later', 'net/dev'));
  expect(eth0(await source.read(signal))?.rxBytesPerSecond).toBeNull();
  clock.pass(1000);
  expect(eth0(await source.read(signal))?.rxBytesPerSecond).toBe(0);
});

test('a core that goes offline and returns does not shift the others', async () => {
  const { tree, clock, source } = machine();
  await source.read(signal);
  const withoutFirst = recorded('later', 'stat').replace(/^cpu0 .*\n/m, '');
  tree.write('stat', withoutFirst);
  clock.pass(1000);
  const alone = await source.read(signal);
  expect([...alone.corePercent]).toEqual([20]);
  tree.write('stat', recorded('later', 'stat'));
  clock.pass(1000);
  expect((await source.read(signal)).corePercent[0]).toBe(100);
});

test('a control group that allows less than the machine has is told beside it', async () => {
  const { tree, source } = machine();
  tree.writeSys('fs/cgroup/memory.max', '512000000\n');
  tree.writeSys('fs/cgroup/memory.current', '400000000\n');
  tree.writeSys('fs/cgroup/memory.stat', 'anon 300000000\nfile 100000000\ninactive_file 90000000\n');
  expect((await source.read(signal)).memory.limit).toEqual({ totalBytes: 512e6, usedBytes: 310e6 });
  const free = machine();
  free.tree.writeSys('fs/cgroup/memory.max', 'max\n');
  expect((await free.source.read(signal)).memory.limit).toBeUndefined();
});

test('kernels without pressure, disks or OOM counts are read all the same', async () => {
  const { tree, source } = machine();
  for (const file of ['pressure/cpu', 'pressure/memory', 'pressure/io', 'vmstat', 'diskstats', 'net/dev'])
    tree.remove(file);
  const host = await source.read(signal);
  expect(host.pressure).toBeNull();
  expect(host.oomKills).toBeNull();
  expect(host.network).toEqual([]);
  expect(host.memory.usedPercent).toBe(75);
});

test.each([
  'stat',
  'meminfo',
  'loadavg',
  'uptime',
])('without %s there is no reading, and the failure says which file', async (file) => {
  const { tree, source } = machine();
  tree.remove(file);
  const error = await source.read(signal).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SourceError);
  expect(error).toMatchObject({ code: 'absent', message: expect.stringContaining(file) });
});

test('garbage in /proc gives a SourceError or sane values, never anything else', async () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'cpu  1 2 3 4 5 6 7 8',
      'cpu0 9 9 9 9',
      'cpu4294967295 1 2 3 4',
      'MemTotal: 5 kB',
      'MemAvailable: 9 kB',
    ),
    fc.constantFrom(
      '  eth0: 1 2 3 4 5 6 7 8 9',
      ':::',
      ' 8 0 sda 1 2 3 4 5 6 7 8 9 10',
      'some avg10=250.00',
      '\noom_kill x',
    ),
    fc.array(fc.nat(), { maxLength: 12 }).map((numbers) => numbers.join(' ')),
    fc.constant('9'.repeat(400)),
  );
  const text = fc.oneof(
    fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n')),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  );
  const { tree, clock, source } = machine();
  const pick = fc.constantFrom(...PROC_FILES.filter((file) => file !== 'self/mountinfo'));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(pick, text), { minLength: 1, maxLength: 6 }), async (writes) => {
      tree.writeAll('before');
      for (const [file, content] of writes) tree.write(file, content);
      clock.pass(1000);
      const found = await source.read(signal).catch((error: unknown) => error);
      expect(found instanceof SourceError ? [] : nonsenseIn(found as HostSnapshot)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

/** What of a reading makes no sense: shares beyond 0–100, amounts and rates below nothing or without end. */
function nonsenseIn(host: HostSnapshot): unknown[] {
  const { memory, swap } = host;
  const shares = [host.cpuPercent, host.iowaitPercent, host.stealPercent, memory.usedPercent, host.diskBusyPercent];
  shares.push(...host.corePercent, ...Object.values(host.pressure ?? {}));
  const amounts = [host.uptimeSeconds, ...host.load, memory.totalBytes, memory.availableBytes, host.cores];
  amounts.push(swap.usedBytes, swap.totalBytes);
  const rates = [host.diskReadBytesPerSecond, host.diskWriteBytesPerSecond, host.oomKills];
  for (const { rxBytesPerSecond, txBytesPerSecond } of host.network) rates.push(rxBytesPerSecond, txBytesPerSecond);
  const isAmount = (value: number) => Number.isFinite(value) && value >= 0;
  return [
    ...shares.filter((share) => share !== null && !Number.isNaN(share) && !(share >= 0 && share <= 100)),
    ...amounts.filter((amount) => !isAmount(amount)),
    ...rates.filter((rate) => rate !== null && !isAmount(rate)),
  ];
}

test.runIf(process.platform === 'linux')(
  'this machine, read for real, agrees with Node and starts no child',
  async () => {
    const source: Source<'host'> = hostSource({ clock: systemClock });
    undo.push(() => void source.close());
    let children = 0;
    const hook = createHook({
      init(_id, type) {
        if (type === 'PROCESSWRAP') children++;
      },
    }).enable();
    undo.push(() => void hook.disable());
    const host = await vi.waitFor(
      async () => {
        const read = await source.read(signal);
        expect(read.cpuPercent).not.toBeNull();
        return read;
      },
      { timeout: 5000, interval: 50 },
    );
    expect(nonsenseIn(host)).toEqual([]);
    expect(host.cores).toBe(cpus().length);
    expect(Math.abs(host.memory.totalBytes - totalmem())).toBeLessThan(totalmem() * 0.01);
    // Node's freemem is MemAvailable; other programs run meanwhile.
    expect(Math.abs(host.memory.availableBytes - freemem())).toBeLessThan(totalmem() * 0.1);
    const disk = host.disks.find(({ problem }) => problem === undefined);
    const df = await statfs(disk?.mount ?? '/');
    const expected = disk === undefined ? Number.NaN : (df.blocks - df.bfree) * df.bsize;
    // A machine without a real disk (a bare container) has none to compare.
    expect(Math.abs((disk?.usedBytes ?? 0) - expected) < 2e9 || disk === undefined).toBe(true);
    expect(children).toBe(0);
  },
);

test.runIf(process.platform === 'linux')(
  'its descriptors are kept while it reads and gone when it is closed',
  async () => {
    const { source, clock, tree } = machine();
    const open = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(tree.procRoot);
        } catch {
          return false;
        }
      }).length;
    await source.read(signal);
    // The list of mounts is read in the background, and closed.
    const kept = PROC_FILES.length - 1;
    await expect.poll(open).toBe(kept);
    for (let i = 0; i < 20; i++) {
      clock.pass(1000);
      await source.read(signal);
    }
    expect(open()).toBe(kept);
    await source.close();
    expect(open()).toBe(0);
  },
);
