import type { Snapshots } from '../../src/sources/kinds.ts';
import { createPoller, type Poller, type Ticker } from '../../src/sources/poller.ts';
import { type Clock, type Kind, type Source, SourceOff } from '../../src/sources/source.ts';
import type { Shell } from '../../src/ui/shell-contract.ts';
import { makeBot, makePm2Snapshot, NOON } from '../helpers/bots.ts';
import { hostSnapshot } from '../helpers/host.ts';
import { createStillShell, createStillWorld, type StillWorld } from '../helpers/still-shell.ts';

/** A fleet that lives by a clock of the test's: each beat gives other figures, the same in every run. */
export interface Moving {
  readonly shell: Shell;
  readonly poller: Poller;
  /** How many timers the poller has taken and not given back. */
  readonly timers: number;
  /** What the next beat reads is made: not part of what a beat costs. */
  prepare(): void;
  /** One second passes, and everything due is read and shown. */
  beat(): Promise<void>;
}

export interface MovingOptions {
  readonly bots: number;
  readonly columns: number;
  readonly rows: number;
  /** False: every reading says the same as the first. */
  readonly isAlive?: boolean;
}

/** Numbers from 0 to 1, the same in every run. */
function dice(): () => number {
  let state = 42;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

export function createMoving({ bots: count, columns, rows, isAlive = true }: MovingOptions): Moving {
  const bots = Array.from({ length: count }, (_, id) => makeBot({ id, name: `bot-${String(id).padStart(3, '0')}` }));
  const next = dice();
  const still: StillWorld = createStillWorld();
  let seconds = 0;
  const clock: Clock = { now: () => NOON + seconds * 1_000, monotonic: () => seconds * 1_000 };
  const readings: { readonly [K in 'pm2' | 'host']: () => Snapshots[K] } = {
    pm2: () =>
      makePm2Snapshot(
        bots,
        isAlive
          ? {
              cpuPercent: Float64Array.from(bots, () => next() * 4),
              memoryBytes: Float64Array.from(bots, () => 52e6 + next() * 4e6),
              lastLogAt: Float64Array.from(bots, () => clock.now() - next() * 3_000),
            }
          : {},
      ),
    host: () => hostSnapshot(isAlive ? { cpuPercent: 40 + next() * 20, load: [2 + next(), 2.5, 2.2] } : {}),
  };
  let prepared: Partial<Snapshots> = {};
  const source = (kind: Kind): Source => ({
    kind,
    id: kind,
    cadenceMs: 1_000,
    timeoutMs: 5_000,
    async read() {
      if (kind !== 'pm2' && kind !== 'host') throw new SourceOff('not here');
      return prepared[kind] ?? readings[kind]();
    },
    close() {},
  });

  let tick: (() => void) | null = null;
  let timers = 0;
  const ticker: Ticker = {
    every(_, beat) {
      timers++;
      tick = beat;
      return () => {
        timers--;
        tick = null;
      };
    },
  };
  let kinds = new Set<Kind>();
  let told: (() => void) | null = null;
  const shell = createStillShell(still, columns, rows);
  const poller = createPoller({
    sources: (['host', 'pm2', 'logs', 'postgres', 'redis'] as const).map(source),
    sink: {
      succeed(id, value) {
        kinds.add(id as Kind);
        still.read(id as Kind, value as never);
      },
      fail(id, error) {
        kinds.add(id as Kind);
        still.fail(id as Kind, error);
      },
      grow() {},
    },
    clock,
    ticker,
    intervalMs: 1_000,
    onBeat() {
      const news = { isBeat: true, kinds };
      kinds = new Set();
      shell.worldChanged(news);
      told?.();
    },
  });
  return {
    shell,
    poller,
    get timers() {
      return timers;
    },
    prepare() {
      seconds++;
      prepared = { pm2: readings.pm2(), host: readings.host() };
      seconds--;
    },
    async beat() {
      const shown = new Promise<void>((resolve) => {
        told = resolve;
      });
      seconds++;
      tick?.();
      await shown;
      prepared = {};
    },
  };
}
