/** A PM2 daemon in memory and a clock that jumps: what actions do to the one and wait for on the other. */
import type { ActionDeps } from '../../src/actions/action.ts';
import type { Circumstances } from '../../src/actions/policy.ts';
import { type BotTarget, botTarget } from '../../src/actions/target.ts';
import type { Pm2Client } from '../../src/sources/pm2/client.ts';
import { parseList } from '../../src/sources/pm2/list.ts';
import { SourceError } from '../../src/sources/source.ts';

export const HOME = '/home/ops/.pm2';
export const START = Date.UTC(2026, 0, 15, 12, 0, 0);

export interface FakeBot {
  name: string;
  id: number | string;
  pid: number;
  status: string;
  restarts: number;
  uniqueId: string;
  startedAt: number;
  exitCode?: number;
  /** How long after a restart it dies again, ms; PM2 then starts it at once. */
  diesAfterMs?: number;
  mode?: 'cluster_mode';
  watch?: boolean;
}

export interface FakeDaemon {
  readonly deps: ActionDeps;
  readonly bots: FakeBot[];
  readonly calls: { method: string; args: readonly unknown[] }[];
  /** How many clients were asked for, and how many of them closed. */
  readonly clients: { made: number; closed: number };
  /** Set to have every call fail, or the named ones. */
  failure: { error: SourceError; methods?: readonly string[] } | null;
  /** Called with the time at each wait. */
  onWait: (elapsedMs: number) => void;
  elapsedMs(): number;
  target(name: string): BotTarget;
}

export function fakeDaemon(...names: string[]): FakeDaemon {
  let elapsed = 0;
  let nextPid = 4260;
  const now = () => START + elapsed;
  const bots = names.map(
    (name, id): FakeBot => ({
      name,
      id,
      pid: 4211 + id,
      status: 'online',
      restarts: 3,
      uniqueId: `u-${id}`,
      startedAt: START - 3_600_000,
    }),
  );
  const entries = () =>
    bots.map((bot) => ({
      name: bot.name,
      pm_id: bot.id,
      pid: bot.pid,
      pm2_env: {
        status: bot.status,
        restart_time: bot.restarts,
        unique_id: bot.uniqueId,
        pm_uptime: bot.startedAt,
        exec_mode: bot.mode ?? 'fork_mode',
        watch: bot.watch,
        exit_code: bot.exitCode,
        env: { TOKEN: 'not-for-anyone' },
      },
    }));

  function found(id: unknown): FakeBot {
    const bot = bots.find((candidate) => candidate.id === id);
    if (bot === undefined) throw new SourceError('failed', 'PM2 says: God db process id unknown');
    return bot;
  }

  function restart(id: unknown): void {
    const bot = found(id);
    if (bot.status === 'online') bot.restarts += 1;
    begin(bot);
  }

  function begin(bot: FakeBot): void {
    bot.pid = nextPid++;
    bot.status = 'online';
    bot.startedAt = now();
  }

  function live(): void {
    for (const bot of bots) {
      if (bot.diesAfterMs === undefined || bot.status !== 'online' || now() - bot.startedAt < bot.diesAfterMs) continue;
      bot.exitCode = 1;
      bot.restarts += 1;
      begin(bot);
    }
  }

  const daemon: FakeDaemon = {
    bots,
    calls: [],
    clients: { made: 0, closed: 0 },
    failure: null,
    onWait: () => {},
    elapsedMs: () => elapsed,
    target(name) {
      const listed = parseList(entries(), HOME).find((entry) => entry.bot.name === name);
      if (listed === undefined) throw new Error(`no bot ${name}`);
      return botTarget(listed.bot);
    },
    deps: {
      clock: { now, monotonic: () => elapsed },
      evidence: { save: () => Promise.resolve({ state: 'none', reason: 'this test keeps none' }) },
      postgres: () => Promise.reject(new Error('there is no PostgreSQL in this test')),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          // A limit on a run only has to be there: time moves by the waits of the watching.
          if (ms >= 30_000) return signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          setImmediate(() => {
            if (signal.aborted) return reject(signal.reason);
            elapsed += ms;
            live();
            daemon.onWait(elapsed);
            resolve();
          });
        }),
      pm2(home): Pm2Client {
        daemon.clients.made += 1;
        return {
          home,
          async call(method, args, { each } = {}) {
            daemon.calls.push({ method, args });
            const { failure } = daemon;
            if (failure !== null && (failure.methods?.includes(method) ?? true)) throw failure.error;
            if (method === 'getMonitorData') return each ? entries().map(each) : entries();
            if (method === 'stopProcessId') found(args[0]).status = 'stopped';
            if (method === 'startProcessId') begin(found(args[0]));
            if (method === 'restartProcessId' || method === 'reloadProcessId') restart((args[0] as { id: unknown }).id);
            return {};
          },
          close: () => {
            daemon.clients.closed += 1;
          },
        };
      },
    },
  };
  return daemon;
}

/** Nothing in the way: unlocked, writable, a reading of this second. */
export function clear(over: Partial<Circumstances> = {}): Circumstances {
  return {
    isReadOnly: false,
    isLocked: false,
    now: START,
    reading: () => ({ state: 'fresh', value: {}, readAt: START, tookMs: 1 }),
    ...over,
  };
}
