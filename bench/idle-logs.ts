import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Part, startPart } from './child.ts';
import { ownSeconds } from './processes.ts';
import { type Line, median } from './row.ts';
import type { Measurement, Stage } from './stage.ts';
import { makeFolder } from './temporary.ts';

/** What the machinery of the logs has taken since its start. */
export interface Taken {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly readBytes: number;
  readonly droppedBytes: number;
  readonly droppedLines: number;
}

const FILES = 200;
/** Processes that follow them, and as many that follow nothing: one collection of garbage is more than is looked for. */
const PARTS = 3;
const LINE = '2026-01-01T00:00:00.000Z INFO [bot] cycle 1: all is well\n';

/** Asks a part of the logs what it has taken. */
export function takenBy(part: Part<Taken>): Promise<Taken> {
  process.kill(part.pid, 'SIGUSR2');
  return part.next();
}

/** Following logs to which nobody writes: the machinery by itself, with files and without, and tail. */
export const idleLogs: Measurement = {
  name: 'idle-logs',
  section: 'Logs',
  async measure(stage) {
    await stage.quiet();
    return stage.using(Promise.resolve(makeFolder()), ({ path }) => follow(stage, path));
  },
};

async function follow(stage: Stage, folder: string): Promise<readonly Line[]> {
  const files = Array.from({ length: FILES }, (_, index) => join(folder, `bot-${index}.log`));
  for (const file of files) writeFileSync(file, LINE.repeat(100));
  const start = async (followed: readonly string[]) => {
    const parts = Array.from({ length: PARTS }, () => startPart<Taken>('logs-part.ts', followed));
    return { parts, stop: async () => void (await Promise.all(parts.map((part) => part.stop()))) };
  };
  return stage.using(start(files), (full) =>
    stage.using(start([]), (empty) =>
      stage.using(Promise.resolve(startTail(files)), async (tail) => {
        const all = [...full.parts, ...empty.parts];
        await Promise.all(all.map((part) => part.next()));
        const seconds = stage.effort.logSeconds;
        stage.say(`following ${FILES} idle logs for ${seconds} s`);
        await sleep(stage.effort.settleSeconds * 1000);
        const count = async () => ({
          parts: await Promise.all(all.map(async (part) => (await takenBy(part)).cpuSeconds)),
          tail: ownSeconds(tail.pid) ?? Number.NaN,
        });
        const before = await count();
        await sleep(seconds * 1000);
        const after = await count();
        const perMinute = (from = Number.NaN, to = Number.NaN) => (to - from) / (seconds / 60);
        const each = all.map((_, i) => perMinute(before.parts[i], after.parts[i]));
        const without = median(each.slice(PARTS));
        return [
          {
            title: `following ${FILES} idle logs, CPU s/min`,
            digits: 4,
            ours: each.slice(0, PARTS).map((taken) => taken - without),
            peers: [{ name: 'tail -F', values: [perMinute(before.tail, after.tail)] }],
            reach: [{ of: null, atMost: 0.01 }],
            aim: [{ of: null, atMost: 0.004 }],
            note:
              `what the machinery by itself takes more in ${PARTS} processes than in as many without a file, ` +
              `which take ${each
                .slice(PARTS)
                .map((taken) => taken.toFixed(4))
                .join(', ')}: below nothing is noise`,
          },
        ];
      }),
    ),
  );
}

function startTail(files: readonly string[]): { readonly pid: number; stop(): Promise<void> } {
  const child = spawn('tail', ['-n', '0', '-F', ...files], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
