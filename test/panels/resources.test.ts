import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { drawResourcesDetail, type Range } from '../../src/panels/resources/detail.ts';
import { selectResources } from '../../src/panels/resources/view.ts';
import { drawResources, resourcesPanel } from '../../src/panels/resources.ts';
import { createAttention } from '../../src/sources/attention.ts';
import type { HostProcess, HostProcesses, HostSnapshot } from '../../src/sources/host/snapshot.ts';
import type { Reading } from '../../src/sources/source.ts';
import { HostHistory } from '../../src/state/host-history.ts';
import { Cells } from '../../src/ui/screen/cells.ts';
import { initialUi } from '../../src/ui/state.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { makeBot, makePm2Snapshot } from '../helpers/bots.ts';
import { hostSnapshot } from '../helpers/host.ts';
import { createStillWorld } from '../helpers/still-shell.ts';
import { botsWorld } from './bots/worlds.ts';

const NOW = 1_790_000_000_000;
const theme = createTheme(16);

/** Three minutes of a machine whose load goes up and down. */
function recordedHistory(): HostHistory {
  const history = new HostHistory();
  for (let i = 0; i < 180; i++) {
    const wave = (period: number) => 0.5 + 0.5 * Math.sin(i / period);
    const cpuPercent = 20 + 70 * wave(20);
    const network = [{ name: 'eth0', rxBytesPerSecond: 4e6 * wave(15), txBytesPerSecond: 3e5 }];
    const diskReadBytesPerSecond = i % 30 < 6 ? 8e6 : 2e5;
    history.push(hostSnapshot({ cpuPercent, network, diskReadBytesPerSecond }), NOW + (i - 180) * 1000);
  }
  return history;
}
const history = recordedHistory();
const fresh = (changes: Partial<HostSnapshot> = {}): Reading<HostSnapshot> => ({
  state: 'fresh',
  value: hostSnapshot(changes),
  readAt: NOW,
  tookMs: 1,
});

function frame(
  width: number,
  height: number,
  reading: Reading<HostSnapshot> | null = fresh(),
  cursor: string | null = null,
  limits = defaults.thresholds.host,
) {
  const cells = new Cells(width, height);
  drawResources(cells, selectResources(reading, history, limits, NOW), { theme, isFocused: cursor !== null, cursor });
  return cells;
}
const text = (...args: Parameters<typeof frame>): string =>
  frame(...args)
    .plain()
    .join('\n');

/** The style of the first cell of a text in a frame. */
function styleOf(cells: Cells, sought: string): number {
  const lines = cells.plain();
  const y = lines.findIndex((line) => line.includes(sought));
  expect(y, `"${sought}" is shown`).toBeGreaterThanOrEqual(0);
  return cells.styles[y * cells.width + (lines[y] as string).indexOf(sought)] as number;
}

test('40x9, below the bots on a phone', () => {
  expect(text(40, 9)).toMatchInlineSnapshot(`
    "╭─ Resources ───────────────── up 12d ─╮
    │ cpu      ███▋────  46%  ▇▇▇▇▆▆▆▆▆▆▆▆ │
    │ load     6.1  5.2  4.0  of 4 cores   │
    │ memory   ██████▎─  79%  3.4G free    │
    │ swap     ██▍─────  30%  1.2G of 4.0G │
    │ disk io  r 2.1M/s w 300k/s busy 12%  │
    │ /        ██████▊─  85%  12G free     │
    │ net      in 2.1M/s out 300k/s        │
    ╰──────────────────────────────────────╯"
  `);
});

test('80x8, below the bots: two columns', () => {
  expect(text(80, 8)).toMatchInlineSnapshot(`
    "╭─ Resources ───────────────────────────────────────────────────────── up 12d ─╮
    │ cpu      ███▋────  46%  ▇▇▇▇▆▆▆▆▆▆▆▆   pressure cpu  1%  mem  0%  io 12%     │
    │  by core ▁▁ ▇▇ ▄▄ ▂▂                   disk io  r 2.1M/s w 300k/s busy 12%   │
    │ load     6.1  5.2  4.0  of 4 cores     /        ██████▊─  85%  12G free      │
    │ memory   ██████▎─  79%  3.4G free      …tgresql ██▋─────  33%  134G free     │
    │ swap     ██▍─────  30%  1.2G of 4.0G   net      in 2.1M/s out 300k/s         │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯"
  `);
});

test('48x20, beside the bots', () => {
  expect(text(48, 20)).toMatchInlineSnapshot(`
    "╭─ Resources ───────────────────────── up 12d ─╮
    │ cpu      ████▋─────  46%  ▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▆ │
    │  by core ▁▁ ▇▇ ▄▄ ▂▂                         │
    │ load     6.1  5.2  4.0  of 4 cores   ███████ │
    │ memory   ███████▉──  79%  3.4G free of 16G   │
    │ swap     ███───────  30%  1.2G of 4.0G       │
    │ pressure cpu  1%  mem  0%  io 12%    ▅▅▅▅▅▅▅ │
    │ disk io  r 2.1M/s w 300k/s busy 12%  ▄▄▄▄▄▄▄ │
    │ /        ████████▌─  85%  12G free of 80G    │
    │ …tgresql ███▎──────  33%  134G free of 200G  │
    │ net      in 2.1M/s out 300k/s        ▄▅▅▆▇▇█ │
    │                                              │
    │ cpu  46%                  max 90% · last 44s │
    │        ▁▁▂▂▂▃▃▃▃▄▄▄▄▄▄▄▄▄▄▄▃▃▃▃▂▂▂▁▁         │
    │ ▅▆▆▇▇█████████████████████████████████▇▇▆▆▅▄ │
    │ ████████████████████████████████████████████ │
    │ ████████████████████████████████████████████ │
    │ ████████████████████████████████████████████ │
    │ ──────────────────────────────────────────── │
    ╰──────────────────────────────────────────────╯"
  `);
});

test('100x30, the whole screen: rows with their curves, and the curves again, large', () => {
  expect(text(100, 30)).toMatchInlineSnapshot(`
    "╭─ Resources ───────────────────────────────────────────────────────────────────────────── up 12d ─╮
    │ cpu              ██████████▋────────────  46%  iowait 3%, steal 0%  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▆ │
    │  by core         ▁▁ ▇▇ ▄▄ ▂▂                                                                     │
    │ load             6.1  5.2  4.0  of 4 cores                          ████████████████████████████ │
    │ memory           ██████████████████▏────  79%  3.4G free of 16G     ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆ │
    │ swap             ██████▉────────────────  30%  1.2G of 4.0G         ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂ │
    │ pressure         cpu  1%  mem  0%  io 12%                           ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅ │
    │ disk io          r 2.1M/s w 300k/s busy 12%                         ████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ │
    │ /                ███████████████████▌───  85%  12G free of 80G                                   │
    │ …/lib/postgresql ███████▋───────────────  33%  134G free of 200G                                 │
    │ net              in 2.1M/s out 300k/s                               ▇▆▆▅▅▄▄▃▃▃▂▂▂▂▂▂▂▃▃▃▄▄▅▅▆▇▇█ │
    │                                                                                                  │
    │ cpu  46%                    max 90% · last 46s   memory  79%                 max 79% · last 46s  │
    │ ▁▁▁▂▂▂▃▃▃▄▄▄▄▅▅▅▅▅▅▅▆▆▆▆▆▆▆▅▅▅▅▅▅▅▄▄▄▄▃▃▃▂▂▂▁▁   ▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃  │
    │ ██████████████████████████████████████████████   ██████████████████████████████████████████████  │
    │ ██████████████████████████████████████████████   ██████████████████████████████████████████████  │
    │ ──────────────────────────────────────────────   ──────────────────────────────────────────────  │
    │                                                                                                  │
    │ disk io  r 2.1M/s w 300k/s busy 12%              net  in 2.1M/s out 300k/s           max 3.2M/s  │
    │                 ██████                           █▇▆▅▄▃▂▁                                        │
    │                 ██████                           █████████▇▆▅▅▄▃▂▁                               │
    │ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁██████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁   ██████████████████▇▇▆▅▅▄▄▃▃▃▃▂▂▂▂▂▃▃▃▃▄▄▅▅▆▇▇█  │
    │ ──────────────────────────────────────────────   ──────────────────────────────────────────────  │
    │                                                                                                  │
    │ load  6.1  5.2  4.0  of 4 cores        max 6.1   pressure  cpu  1%  mem  0%  io 12%  max io 12%  │
    │ ██████████████████████████████████████████████                                                   │
    │ ██████████████████████████████████████████████   ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  │
    │ ██████████████████████████████████████████████   ██████████████████████████████████████████████  │
    │ ──────────────────────────────────────────────   ──────────────────────────────────────────────  │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────╯"
  `);
});

test('one line says the most important that fits', () => {
  expect(text(40, 1)).toMatchInlineSnapshot(`"cpu 46%  load 6.1/4  mem 79%  disk 85%"`);
  expect(text(80, 1)).toMatchInlineSnapshot(`"cpu 46%  load 6.1/4  mem 79%  3.4G free  disk 85%  net 2.1M/300k/s"`);
  expect(text(26, 1)).toMatchInlineSnapshot(`"cpu 46%  mem 79%  disk 85%"`);
});

test('what is unknown is a dash and never nothing', () => {
  const nothing = {
    cpuPercent: null,
    iowaitPercent: null,
    stealPercent: null,
    pressure: null,
    oomKills: null,
    disks: [],
  };
  const rates = { diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null, diskBusyPercent: null };
  const network = [{ name: 'eth0', rxBytesPerSecond: null, txBytesPerSecond: null }];
  const unread = { ...nothing, ...rates, network, disksReadAt: null, swap: { totalBytes: 0, usedBytes: 0 } };
  expect(text(60, 12, fresh(unread))).toMatchInlineSnapshot(`
    "╭─ Resources ───────────────────────────────────── up 12d ─╮
    │ cpu      ··············    –  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▆ │
    │  by core ▁▁ ▇▇ ▄▄ ▂▂                                     │
    │ load     6.1  5.2  4.0  of 4 cores  ████████████████████ │
    │ memory   ███████████───  79%  3.4G free of 16G           │
    │ swap     none                                            │
    │ pressure not told by this kernel                         │
    │ disk io  r –      w –      busy –   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │
    │ disks    ··············    –  reading…                   │
    │ net      in –      out –            ▃▃▂▂▂▂▂▂▂▃▃▃▄▄▅▅▆▇▇█ │
    │                                                          │
    ╰──────────────────────────────────────────────────────────╯"
  `);
});

test('of a busy CPU it says how much of it the bots take; of one that is not, or that a hypervisor takes, what else', () => {
  const row = (changes: Partial<HostSnapshot>, botsCpuPercent: number) => {
    const { rows } = selectResources(fresh(changes), history, defaults.thresholds.host, NOW, botsCpuPercent);
    return rows.find(({ key }) => key === 'cpu');
  };
  expect(row({ cpuPercent: 98 }, 40)).toMatchObject({ notes: ['bots 10%, others 88%', 'bots 10%'], isWordy: true });
  // Both are measured at different moments.
  expect(row({ cpuPercent: 98 }, 400)?.notes[0]).toBe('bots 98%, others 0%');
  expect(row({ cpuPercent: 46 }, 40)).toMatchObject({ notes: ['iowait 3%, steal 0%', 'iow 3%'], isWordy: false });
  expect(row({ cpuPercent: 98 }, Number.NaN)?.notes[1]).toBe('iow 3%');
  expect(row({ cpuPercent: 98, stealPercent: 60 }, 40)?.notes[1]).toBe('steal 60%');
});

test('a disk that does not answer comes first and says so', () => {
  const [root] = hostSnapshot().disks as [HostSnapshot['disks'][number]];
  const hung = {
    ...root,
    mount: '/mnt/nfs',
    problem: 'does not answer',
    usedPercent: Number.NaN,
    sizeBytes: Number.NaN,
  };
  const cells = frame(80, 16, fresh({ disks: [hung, root] }));
  expect(cells.plain().find((line) => line.includes('/mnt/nfs'))).toContain('does not answer');
  expect(styleOf(cells, '   –')).toBe(theme.warn);
});

test('values wear the colours of their thresholds', () => {
  const styled = (changes: Partial<HostSnapshot>, sought: string) => styleOf(frame(80, 16, fresh(changes)), sought);
  const memory = (usedPercent: number) => ({ memory: { totalBytes: 16e9, availableBytes: 1e9, usedPercent } });
  expect(styled({ cpuPercent: 79 }, '79%')).toBe(theme.text);
  expect(styled({ cpuPercent: 80 }, '80%')).toBe(theme.warn);
  expect(styled(memory(81), '81%')).toBe(theme.warn);
  expect(styled(memory(90), '90%')).toBe(theme.bad);
  expect(styled({}, '85%')).toBe(theme.bad);
  expect(styled({ cpuPercent: 7, stealPercent: 11 }, '7%')).toBe(theme.bad);
  expect(styled({ cores: 8 }, '6.1  5.2')).toBe(theme.text);
  expect(styled({ cores: 2 }, '6.1  5.2')).toBe(theme.bad);
});

test('bars and curves in the row under the cursor are those of any other row, while its words are reversed', () => {
  const [above, under] = [frame(100, 30, fresh(), 'load'), frame(100, 30, fresh(), 'cpu')];
  const { width } = under;
  const line = (under.plain()[1] as string).slice(0, width);
  expect(line).toMatch(/^│▸cpu/);
  const [bar, curve] = [line.indexOf('█'), line.lastIndexOf('▆')];
  for (const x of [bar, curve]) expect(under.styles[width + x]).toBe(above.styles[width + x]);
  // Columns that are not full show what is behind them.
  expect(under.styles[width + line.indexOf('─', bar)]).toBe(above.styles[width + line.indexOf('─', bar)]);
  expect(under.styles[width + 2]).not.toBe(above.styles[width + 2]);
});

test('what is stale keeps its last values, dimmed, with its age and the reason in the title', () => {
  const error = { code: 'failed', message: 'cannot read /proc/stat: EIO' } as const;
  const reading = {
    ...fresh(),
    state: 'stale',
    error,
    since: NOW - 9000,
    readAt: NOW - 12_000,
  } as Reading<HostSnapshot>;
  const cells = frame(80, 8, reading);
  expect(cells.plain()[0]).toContain('Resources · stale 12s: cannot read /proc/stat: EIO');
  expect(cells.plain()[1]).toContain('46%');
  expect(styleOf(cells, '46%')).not.toBe(styleOf(frame(80, 8), '46%'));
  expect(text(40, 1, reading)).toMatch(/^STALE/);
});

test('before the first reading, when it is down and when there is none, it says which', () => {
  expect(text(40, 7, { state: 'waiting', since: NOW })).toContain('reading the host…');
  expect(text(40, 1, { state: 'waiting', since: NOW })).toBe('reading the host…');
  const error = {
    code: 'denied',
    message: 'cannot read /proc/stat: EACCES',
    hint: 'mount /proc without hidepid',
  } as const;
  const down = text(50, 7, { state: 'down', error, since: NOW, tookMs: 1 });
  expect(down).toContain('cannot read /proc/stat: EACCES');
  expect(down).toContain('mount /proc without hidepid');
  expect(text(40, 7, { state: 'off', reason: 'not configured' })).toContain('not configured');
  expect(text(40, 7, null)).toContain('no host is watched');
});

test('the worst stays when there is little room, and so does the row of the cursor', () => {
  const [root, data] = hostSnapshot().disks as [HostSnapshot['disks'][number], HostSnapshot['disks'][number]];
  const disks = [root, { ...data, mount: '/full', usedPercent: 99 }];
  const small = text(40, 6, fresh({ disks }));
  expect(small).toContain('/full');
  expect(small).not.toContain('pressure');
  expect(text(40, 6, fresh({ disks }), 'pressure')).toContain('▸pressure');
});

test('a kill for want of memory gets a line, a container its own limit', () => {
  const limit = { totalBytes: 512e6, usedBytes: 480e6 };
  expect(text(38, 14, fresh({ oomKills: 1 }))).toContain('1 kill since boot');
  const shown = text(60, 20, fresh({ oomKills: 2, memory: { ...hostSnapshot().memory, limit } }));
  expect(shown).toMatch(/mem cap .*94%/);
  expect(shown).toMatch(/oom .*2 killed since boot/);
});

test('names from outside change nothing but their own cells', () => {
  const [root] = hostSnapshot().disks as [HostSnapshot['disks'][number]];
  const wild = frame(48, 14, fresh({ disks: [{ ...root, mount: `/\u001b[31m${'長い名前'.repeat(80)}` }] }));
  expect(wild.plain().every((line) => line.endsWith('│') || line.endsWith('╮') || line.endsWith('╯'))).toBe(true);
  expect(wild.plain().join('')).not.toContain('\u001b');
});

test('any size is drawn without an error', () => {
  const many = fresh({ corePercent: new Float64Array(256).fill(50), cores: 256 });
  for (let width = 1; width <= 200; width += 7)
    for (let height = 1; height <= 60; height += 3) frame(width, height, many, 'cpu');
});

function detail(width: number, height: number, key: string | null, range: Range): string {
  const cells = new Cells(width, height);
  drawResourcesDetail(cells, selectResources(fresh(), history, defaults.thresholds.host, NOW), {
    theme,
    history,
    key,
    range,
  });
  return cells.plain().join('\n');
}

test('the detail shows the course of the chosen row with its figures', () => {
  expect(detail(80, 14, 'cpu', '1m')).toMatchInlineSnapshot(`
    "╭─ cpu · last 1m ─────────────────────────────────────── [ ] range · Esc back ─╮
    │ cpu  iowait 3%, steal 0%                                                     │
    │ busy, all cores  now 71%  min 45%  avg 77%  max 90%                          │
    │ 100% ┤                                                                       │
    │      │                        ╭──────────────────────────────────────╮       │
    │  75% ┤              ╭─────────╯                                      ╰────── │
    │      │   ╭──────────╯                                                        │
    │  50% ┤───╯                                                                   │
    │  25% ┤                                                                       │
    │      │                                                                       │
    │   0% ┤                                                                       │
    │       -1m            -45s              -30s             -15s             now │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯"
  `);
});

test('a disk shows what it is above its traffic, on a phone too', () => {
  expect(detail(40, 17, 'disk:/', '1h')).toMatchInlineSnapshot(`
    "╭─ / · last 1h ────────────────── [ ] ─╮
    │ / on /dev/vda1 (ext4)                │
    │ 66.0 GB of 80.0 GB used, 12.0 GB fre │
    │ read from disks                      │
    │ now 200k/s  min 200k/s  avg 1.9M/s   │
    │ 5.0M/s ┤     ╮  ╭─╮  ╭╮  ╭╮  ╭─╮  ╭╮ │
    │   0B/s ┤     ╰──╯ ╰──╯╰──╯╰──╯ ╰──╯╰ │
    │                   -2m            now │
    │                                      │
    │ written to disks                     │
    │ now 300k/s  min 300k/s  avg 300k/s   │
    │ 500k/s ┤     ─────────────────────── │
    │   0B/s ┤                             │
    │                   -2m            now │
    │                                      │
    │                                      │
    ╰──────────────────────────────────────╯"
  `);
});

test('a row that is gone falls back to the first, and a series without a value says so', () => {
  expect(detail(80, 14, 'disk:/gone', '1m')).toContain('busy, all cores');
  const cells = new Cells(60, 12);
  const empty = new HostHistory();
  drawResourcesDetail(cells, selectResources(fresh(), empty, defaults.thresholds.host, NOW), {
    theme,
    history: empty,
    key: 'load',
    range: '10m',
  });
  expect(cells.plain().join('\n')).toContain('nothing known of this in the range');
});

test('the panel gives its rows keys, in the order shown', () => {
  const reading = fresh();
  const host = { kind: 'host', id: 'host', cadenceMs: 1000, reading };
  const world = { now: NOW, host, pm2: [], hostHistory: history, thresholds: defaults.thresholds };
  const keys = resourcesPanel().keys({ world } as unknown as Parameters<ReturnType<typeof resourcesPanel>['keys']>[0]);
  expect(keys).toEqual([
    'cpu',
    'load',
    'memory',
    'swap',
    'pressure',
    'disk-io',
    'disk:/',
    'disk:/var/lib/postgresql',
    'net',
  ]);
});

test('limits of one’s own colour rows, cores and summary from their values on', () => {
  const limits = {
    ...defaults.thresholds.host,
    cpuPercent: { warn: 10, bad: 40 },
    diskBusyPercent: { warn: 5, bad: 12 },
    diskUsedPercent: { warn: 90 },
  };
  const mine = frame(80, 16, fresh(), null, limits);
  expect(styleOf(mine, '46%')).toBe(theme.bad);
  expect(styleOf(mine, 'busy 12%')).toBe(theme.bad);
  expect(styleOf(mine, '85%')).toBe(theme.text);
  expect(styleOf(frame(80, 16), '46%')).toBe(theme.text);
  expect(styleOf(frame(80, 16), 'busy 12%')).toBe(theme.text);
  expect(styleOf(frame(80, 16), '85%')).toBe(theme.bad);
});

describe('the busiest processes', () => {
  const one = (changes: Partial<HostProcess>): HostProcess => ({
    pid: 4211,
    ancestors: [900],
    state: 'S',
    cpuPercent: 0,
    memoryBytes: 50e6,
    user: 'root',
    command: 'node /srv/bots/weather/current/index.js',
    ...changes,
  });
  const dump = one({
    pid: 7001,
    ancestors: [7000],
    cpuPercent: 140,
    memoryBytes: 9e6,
    user: 'postgres',
    command: 'pg_dump --format=custom chatai',
  });
  const child = one({
    pid: 4300,
    ancestors: [4211, 900],
    cpuPercent: 31,
    memoryBytes: 700e6,
    command: 'ffmpeg -i /srv/media/in.ogg',
  });
  const stuck = one({ pid: 88, ancestors: [], cpuPercent: 0.2, memoryBytes: 1e6, state: 'D', command: '[tar]' });
  const bot = one({});
  const processes = {
    total: 231,
    running: 2,
    blocked: 1,
    isPartial: false,
    byCpu: [dump, child, stuck, bot],
    byMemory: [child, bot, dump, stuck],
  };

  function shown(width: number, height: number, cursor: string | null, given: HostProcesses | null = processes) {
    const world = createStillWorld().world();
    const host = { ...(world.host as NonNullable<typeof world.host>), reading: fresh({ processes: given }) };
    const { pm2 } = botsWorld([
      makePm2Snapshot([makeBot({ name: 'weather', pid: 4211 })], { cpuPercent: Float64Array.of(31) }),
    ]);
    const attention = createAttention();
    const ui = initialUi('resources');
    const list = { ...ui.lists.resources, key: cursor };
    const scope = {
      world: { ...world, now: NOW, hostHistory: history, host, pm2, attention },
      list,
      theme,
      isFocused: true,
    };
    const draw = (view: 'resources' | 'home') => {
      const cells = new Cells(width, height);
      resourcesPanel().draw(cells, { ...scope, ui: { ...ui, view } });
      return cells.plain().join('\n');
    };
    return { draw, attention };
  }

  test('stand below the rows at 80x22, those of a bot by its name, in shares of one core', () => {
    expect(shown(80, 22, 'cpu').draw('resources')).toMatchInlineSnapshot(`
      "╭─ Resources ───────────────────────────────────────────────────────── up 12d ─╮
      │▸cpu          ████████▎─────────  46%  iowait 3%, steal 0%  ▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▆ │
      │  by core     ▁▁ ▇▇ ▄▄ ▂▂                                                     │
      │ load         6.1  5.2  4.0  of 4 cores                     █████████████████ │
      │ memory       ██████████████▏───  79%  3.4G free of 16G     ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆ │
      │ swap         █████▍────────────  30%  1.2G of 4.0G         ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂ │
      │ pressure     cpu  1%  mem  0%  io 12%                      ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅ │
      │ disk io      r 2.1M/s w 300k/s busy 12%                    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄ │
      │ /            ███████████████▎──  85%  12G free of 80G                        │
      │ …/postgresql ██████────────────  33%  134G free of 200G                      │
      │ net          in 2.1M/s out 300k/s                          ▂▂▂▂▂▂▃▃▃▄▄▅▅▆▇▇█ │
      │                                                                              │
      │ processes by CPU  231, 2 running  1 waiting for a disk         % of one core │
      │ 140%  9.0M    7001  postgres  pg_dump --format=custom chatai                 │
      │  31%  700M    4300  root      weather ffmpeg -i /srv/media/in.ogg            │
      │   0%  1.0M      88  root      waits for a disk [tar]                         │
      │   0%   50M    4211  root      weather node …/weather/current/index.js        │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
  });

  test('are told on a phone too', () => {
    expect(shown(40, 18, 'cpu').draw('resources')).toMatchInlineSnapshot(`
      "╭─ Resources ───────────────── up 12d ─╮
      │▸cpu      ███▋────  46%  ▇▇▇▇▆▆▆▆▆▆▆▆ │
      │  by core ▁▁ ▇▇ ▄▄ ▂▂                 │
      │ load     6.1  5.2  4.0  of 4 cores   │
      │ memory   ██████▎─  79%  3.4G free    │
      │ swap     ██▍─────  30%  1.2G of 4.0G │
      │ pressure cpu  1%  mem  0%  io 12%    │
      │ disk io  r 2.1M/s w 300k/s busy 12%  │
      │ /        ██████▊─  85%  12G free     │
      │ …tgresql ██▋─────  33%  134G free    │
      │ net      in 2.1M/s out 300k/s        │
      │                                      │
      │ processes by CPU  231, 2 running     │
      │ 140%  9.0M  pg_dump --format=custom… │
      │  31%  700M  weather ffmpeg -i …/in.… │
      │   0%  1.0M  waits for a disk [tar]   │
      │   0%   50M  weather node …/index.js  │
      ╰──────────────────────────────────────╯"
    `);
  });

  test('stand beside the graphs on a wide screen, by both orders on a tall one', () => {
    expect(shown(120, 38, 'cpu').draw('resources')).toMatchInlineSnapshot(`
      "╭─ Resources ───────────────────────────────────────────────────────────────────────────────────────────────── up 12d ─╮
      │▸cpu      ██████▌───────  46%  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▆▆▆▆▆▆▆▆   pressure cpu  1%  mem  0%  io 12%    ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅  │
      │  by core ▁▁ ▇▇ ▄▄ ▂▂                                       disk io  r 2.1M/s w 300k/s busy 12%  ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄  │
      │ load     6.1  5.2  4.0  of 4 cores  ████████████████████   /        ███████████▉──  85%  12G free of 80G             │
      │ memory   ███████████───  79%  3.4G free of 16G             …tgresql ████▋─────────  33%  134G free of 200G           │
      │ swap     ████▎─────────  30%  1.2G of 4.0G                 net      in 2.1M/s out 300k/s        ▃▂▂▂▂▂▂▂▃▃▃▄▄▅▅▆▇▇█  │
      │                                                                                                                      │
      │ cpu  46%                          max 90% · last 52s   processes by CPU  231, 2 running  1 waiting for a disk        │
      │       ▁▁▁▂▂▂▃▃▃▄▄▄▄▅▅▅▅▅▅▅▆▆▆▆▆▆▆▅▅▅▅▅▅▅▄▄▄▄▃▃▃▂▂▂▁▁   140%  9.0M    7001  postgres  pg_dump --format=custom chatai  │
      │ ▆▇▇▇████████████████████████████████████████████████    31%  700M    4300  root      weather ffmpeg -i …/in.ogg      │
      │ ████████████████████████████████████████████████████     0%  1.0M      88  root      waits for a disk [tar]          │
      │ ────────────────────────────────────────────────────     0%   50M    4211  root      weather node …/current/index.js │
      │ memory  79%                       max 79% · last 52s                                                                 │
      │ ▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃                                                                 │
      │ ████████████████████████████████████████████████████                                                                 │
      │ ████████████████████████████████████████████████████                                                                 │
      │ ────────────────────────────────────────────────────                                                                 │
      │ disk io  r 2.1M/s w 300k/s busy 12%       max 8.3M/s                                                                 │
      │                       ██████                                                                                         │
      │                       ██████                                                                                         │
      │ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁██████▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁                                                                 │
      │ ────────────────────────────────────────────────────                                                                 │
      │ net  in 2.1M/s out 300k/s      max 3.9M/s · last 52s                                                                 │
      │ █▇▇▆▆▅▄▃▃▂▁                                            processes by memory  231, 2 running  1 waiting for a disk     │
      │ ████████████▇▇▆▅▄▃▃▂▁                                   31%  700M    4300  root      weather ffmpeg -i …/in.ogg      │
      │ ███████████████████████▇▆▆▅▄▄▄▃▃▃▂▂▂▂▂▂▂▂▂▃▃▃▄▄▅▅▆▆▇     0%   50M    4211  root      weather node …/current/index.js │
      │ ────────────────────────────────────────────────────   140%  9.0M    7001  postgres  pg_dump --format=custom chatai  │
      │ load  6.1  5.2  4.0  of 4 cores   max 6.1 · last 52s     0%  1.0M      88  root      waits for a disk [tar]          │
      │ ████████████████████████████████████████████████████                                                                 │
      │ ████████████████████████████████████████████████████                                                                 │
      │ ████████████████████████████████████████████████████                                                                 │
      │ ────────────────────────────────────────────────────                                                                 │
      │ pressure  cpu  1%  mem  0%  io 12%        max io 12%                                                                 │
      │                                                                                                                      │
      │ ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇                                                                 │
      │ ████████████████████████████████████████████████████                                                                 │
      │ ────────────────────────────────────────────────────                                                                 │
      ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯"
    `);
  });

  test('are ordered by memory with the cursor on a row that is about memory', () => {
    const text = shown(80, 22, 'memory').draw('resources');
    expect(text).toContain('processes by memory');
    expect(text.indexOf('ffmpeg')).toBeLessThan(text.indexOf('pg_dump'));
  });

  test('say where those of other users are hidden: nobody should take the first of the others for the culprit', () => {
    const hidden = { ...processes, blocked: 0, isPartial: true };
    expect(shown(80, 22, 'cpu', hidden).draw('resources')).toContain("other users' are hidden");
    expect(shown(80, 22, 'cpu').draw('resources')).not.toContain('hidden');
  });

  test('are looked for only where they are shown, and until they are found it says so', () => {
    const { draw, attention } = shown(80, 22, 'cpu', null);
    expect(draw('home')).not.toContain('processes');
    expect(attention.areProcessesSeen).toBe(false);
    expect(draw('resources')).toContain('looking, for a second or two…');
    expect(attention.areProcessesSeen).toBe(true);
  });
});
