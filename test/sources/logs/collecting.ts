import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LineSink } from '../../../src/sources/logs/assembler.ts';
import type { Finder } from '../../../src/sources/logs/finder.ts';
import { createLogFollower, type LogFollower } from '../../../src/sources/logs/follower.ts';
import type { LogTarget } from '../../../src/sources/logs/snapshot.ts';
import type { Clock } from '../../../src/sources/source.ts';

/** Finds every line, so that a test sees all of them. */
export const everyLine: Finder = (_, from, to) => (from < to ? from : -1);

/** A clock whose monotonic time a test alone moves: no look is over because the machine is slow. Files are dated by the other. */
export class TestClock implements Clock {
  ahead = 0;
  now = (): number => Date.now();
  monotonic = (): number => this.ahead;
}

export interface Collecting {
  readonly folder: string;
  readonly clock: TestClock;
  readonly follower: LogFollower;
  /** Every line taken so far, each as `latin1`, so that no byte is lost to decoding. */
  readonly lines: string[];
  readonly path: (name: string) => string;
  follow(...names: string[]): void;
  /** Looks at everything, whatever the system told. */
  read(): Promise<void>;
  end(): Promise<void>;
}

export function target(path: string): LogTarget {
  return { path, bots: ['bot'], stream: 'out' };
}

/** A follower over a folder of its own that keeps every line it is given. */
export function collecting(): Collecting {
  const folder = mkdtempSync(join(tmpdir(), 'botop-logs-'));
  const clock = new TestClock();
  const lines: string[] = [];
  const sink: LineSink = {
    isHolding: false,
    isSpent: false,
    countsLines: false,
    finder: null,
    passed() {},
    turn() {},
    learnZone() {},
    flush() {},
    take(bytes, start, end) {
      lines.push(bytes.toString('latin1', start, end));
      return false;
    },
  };
  const follower = createLogFollower({ finder: everyLine, sinkFor: () => sink, clock, windowMs: 3_600_000 });
  const path = (name: string) => join(folder, name);
  return {
    folder,
    clock,
    follower,
    lines,
    path,
    follow: (...names) => follower.setTargets(names.map((name) => target(path(name)))),
    async read() {
      // The safety look: what the system tells takes its own time to arrive.
      clock.ahead += 31_000;
      await follower.read();
    },
    async end() {
      await follower.close();
      rmSync(folder, { recursive: true });
    },
  };
}
