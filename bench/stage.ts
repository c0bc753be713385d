import type { Watched } from './contenders.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { Line } from './row.ts';
import { type Servers, startServers } from './servers.ts';

/** How long and how often is measured. */
export interface Effort {
  /** Of a window in which CPU and bytes are counted, s. */
  readonly windowSeconds: number;
  /** Before a window: the start's own work must be over, s. */
  readonly settleSeconds: number;
  /** How long after its start memory is read, s. */
  readonly minuteSeconds: number;
  readonly rounds: number;
  /** Starts of each program that are timed in a round. */
  readonly starts: number;
  readonly keyPresses: number;
  /** In which logs are followed, idle or flooded, s. */
  readonly logSeconds: number;
  /** Timed in process. */
  readonly ticks: number;
  /** Of the log that is searched. */
  readonly logMiB: number;
  /** Bots of the largest fleet. */
  readonly manyBots: number;
}

export const WHOLE: Effort = {
  windowSeconds: 20,
  settleSeconds: 5,
  minuteSeconds: 60,
  rounds: 3,
  starts: 3,
  keyPresses: 36,
  ticks: 120,
  logSeconds: 30,
  logMiB: 1024,
  manyBots: 1000,
};

export const QUICK: Effort = {
  windowSeconds: 3,
  settleSeconds: 1,
  minuteSeconds: 12,
  rounds: 1,
  starts: 1,
  keyPresses: 6,
  ticks: 30,
  logSeconds: 6,
  logMiB: 64,
  manyBots: 200,
};

/** What a measurement stands on. */
export interface Stage {
  readonly effort: Effort;
  /** The built program. */
  readonly program: string;
  /** Tells a person who waits what is done. */
  say(text: string): void;
  /** A fleet of so many bots that write, beside the servers; the one from before ends if it is of another size. */
  watched(bots: number): Promise<Watched>;
  servers(): Promise<Servers>;
  /** Ends the fleet that runs, so that nothing else takes time. */
  quiet(): Promise<void>;
  /** Runs something that must be ended: at its own end, and when the whole run is interrupted. */
  using<T extends { stop(): Promise<void> }, R>(start: Promise<T>, use: (thing: T) => Promise<R>): Promise<R>;
}

/** Measures some lines of the report. A measurement that cannot be made throws why. */
export interface Measurement {
  /** For `--only`. */
  readonly name: string;
  /** The heading its lines stand under. */
  readonly section: string;
  measure(stage: Stage): Promise<readonly Line[]>;
}

export interface OwnStage extends Stage {
  /** Ends all that runs. */
  stop(): Promise<void>;
}

export function createStage(effort: Effort, program: string): OwnStage {
  let fleet: { readonly bots: number; readonly started: Promise<Fleet> } | null = null;
  let servers: Promise<Servers> | null = null;
  const used = new Set<Promise<{ stop(): Promise<void> }>>();
  let isStopped = false;
  // What goes on while all is being ended must start nothing more.
  const checkRunning = (): void => {
    if (isStopped) throw new Error('interrupted');
  };

  async function quiet(): Promise<void> {
    const current = fleet;
    fleet = null;
    // A start that failed has cleaned up after itself, and was told where it was waited for.
    await current?.started.then(
      (running) => running.stop(),
      () => undefined,
    );
  }

  const stage: OwnStage = {
    effort,
    program,
    say: (text) => void process.stderr.write(`${text}\n`),
    async servers() {
      checkRunning();
      servers ??= startServers();
      return servers;
    },
    async watched(bots) {
      checkRunning();
      if (fleet?.bots !== bots) {
        await quiet();
        stage.say(`starting ${bots} bots in a private PM2`);
        fleet = { bots, started: startFleet(bots) };
      }
      const { started } = fleet;
      return { fleet: await started, servers: await stage.servers() };
    },
    quiet,
    async using(start, use) {
      used.add(start);
      try {
        const thing = await start;
        try {
          checkRunning();
          return await use(thing);
        } finally {
          await thing.stop();
        }
      } finally {
        used.delete(start);
      }
    },
    async stop() {
      isStopped = true;
      const ends = [...used].map((start) => start.then((thing) => thing.stop()));
      used.clear();
      if (servers) ends.push(servers.then((running) => running.stop()));
      servers = null;
      ends.push(quiet());
      const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
  return stage;
}
