/** Who takes the machine: its busiest processes, those of bots by the bots' names. */
import type { HostProcess, HostProcesses } from '../../sources/host/snapshot.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import type { World } from '../../state/world.ts';
import { bytes, count, percent } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Theme } from '../../ui/theme.ts';

/** What the list is ordered by. */
export type ProcessOrder = 'cpu' | 'memory';

/** What is shown of the processes; only where somebody may look at them at all. */
export interface ProcessesView {
  /** Null until they were read. */
  readonly processes: HostProcesses | null;
  /** The name of the bot whose pid it is, as PM2 started it. */
  botOf(pid: number): string | undefined;
}

export interface ProcessesPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The rows of the resources that are about memory: with the cursor on one, the list is about memory too. */
const MEMORY_ROWS: ReadonlySet<string> = new Set(['memory', 'limit', 'swap', 'oom']);

export function orderAt(key: string | null): ProcessOrder {
  return key !== null && MEMORY_ROWS.has(key) ? 'memory' : 'cpu';
}

export function selectProcesses({ host, pm2 }: Pick<World, 'host' | 'pm2'>): ProcessesView {
  const snapshot = host && valueOf(host.reading);
  const homes = pm2.map(({ reading }) => namesOf(valueOf(reading)?.bots ?? []));
  return {
    processes: snapshot?.processes ?? null,
    botOf: (pid) => homes.find((names) => names.has(pid))?.get(pid),
  };
}

/** By pid. A list keeps its identity between two of the daemon's answers, and is drawn from each second. */
const named = new WeakMap<readonly Bot[], ReadonlyMap<number, string>>();

function namesOf(bots: readonly Bot[]): ReadonlyMap<number, string> {
  const known = named.get(bots);
  if (known) return known;
  const names = new Map<number, string>();
  for (const { pid, name } of bots) if (pid !== null) names.set(pid, name);
  named.set(bots, names);
  return names;
}

/** All bots of all homes, of one core; NaN where it is known of none. */
export function cpuOfBots(pm2: World['pm2']): number {
  let sum = Number.NaN;
  for (const { reading } of pm2) {
    for (const share of valueOf(reading)?.cpuPercent ?? []) if (!Number.isNaN(share)) sum = (sum || 0) + share;
  }
  return sum;
}

/** A list with its title within the rectangle. */
export function drawProcesses(
  cells: Cells,
  view: ProcessesView,
  theme: Theme,
  order: ProcessOrder,
  { x, y, width, height }: ProcessesPlace,
): void {
  const { processes } = view;
  const rows = processes === null ? [] : order === 'cpu' ? processes.byCpu : processes.byMemory;
  let at = x + 1 + cells.text(x + 1, y, `processes by ${order === 'cpu' ? 'CPU' : 'memory'}`, theme.title, width - 1);
  if (processes !== null) {
    const { total, running, blocked, isPartial } = processes;
    const numbers = `  ${count(total)}, ${running} running`;
    if (at + measure(numbers) <= x + width) at += cells.text(at, y, numbers, theme.muted);
    const hidden = "  other users' are hidden";
    if (isPartial && at + measure(hidden) <= x + width) at += cells.text(at, y, hidden, theme.warn);
    // They are what makes a load high while no CPU is busy.
    const waiting = `  ${count(blocked)} waiting for a disk`;
    if (blocked > 0 && at + measure(waiting) <= x + width) at += cells.text(at, y, waiting, theme.warn);
  }
  // The row of the CPU above counts a share of all cores.
  const unit = '% of one core';
  if (at + measure(unit) + 2 <= x + width) cells.text(x + width - measure(unit), y, unit, theme.muted);
  if (rows.length === 0) {
    cells.text(x + 1, y + 1, 'looking, for a second or two…', theme.muted, width - 1);
    return;
  }
  rows
    .slice(0, height - 1)
    .forEach((row, i) => drawProcess(cells, view, theme, row, { x, y: y + 1 + i, width, height: 1 }));
}

const CPU_WIDTH = 5;
const MEMORY_WIDTH = 6;
const PID_WIDTH = 8;
const USER_WIDTH = 10;
/** The least that is left for what it is, beside each further column. */
const LEAST_WORDS = 26;

function drawProcess(
  cells: Cells,
  { botOf }: ProcessesView,
  theme: Theme,
  { pid, ancestors, state, cpuPercent, memoryBytes, user, command }: HostProcess,
  { x, y, width }: ProcessesPlace,
): void {
  const end = x + width;
  const isIdle = !(cpuPercent >= 0.5);
  const put = (text: string, columns: number, style: number, from: number): number => {
    const shown = truncate(text, columns);
    cells.text(from + columns - measure(shown), y, shown, style, columns);
    return from + columns;
  };
  let at = put(percent(cpuPercent), CPU_WIDTH, cpuPercent >= 50 ? theme.strong : isIdle ? theme.muted : theme.text, x);
  at = put(bytes(memoryBytes), MEMORY_WIDTH, theme.text, at);
  if (end - at >= PID_WIDTH + LEAST_WORDS) at = put(String(pid), PID_WIDTH, theme.muted, at);
  at += 2;
  if (end - at >= USER_WIDTH + LEAST_WORDS) {
    cells.text(at, y, truncate(user, USER_WIDTH - 2), theme.muted, USER_WIDTH - 2);
    at += USER_WIDTH;
  }
  if (state === 'D') at += cells.text(at, y, 'waits for a disk ', theme.warn, end - at);
  const bot = [pid, ...ancestors].map(botOf).find((name) => name !== undefined);
  if (bot !== undefined) at += cells.text(at, y, `${truncate(bot, end - at)} `, theme.accent, end - at);
  if (at < end) cells.text(at, y, shorten(command, end - at), bot === undefined ? theme.text : theme.muted, end - at);
}

/** Where it does not fit, paths give up their first folders: two scripts differ at the end of theirs. */
function shorten(command: string, room: number): string {
  for (const kept of [3, 2, 1]) {
    if (measure(command) <= room) break;
    command = command.replaceAll(/(^| )\/?(?:[^ /]+\/)+[^ /]+/g, (path, blank: string) => {
      const parts = path.slice(blank.length).split('/').filter(Boolean);
      return parts.length <= kept ? path : `${blank}…/${parts.slice(-kept).join('/')}`;
    });
  }
  return truncate(command, room);
}
