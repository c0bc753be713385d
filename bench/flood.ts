import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pty } from '../test/helpers/pty.ts';
import { startPart } from './child.ts';
import { botop } from './contenders.ts';
import { type Taken, takenBy } from './idle-logs.ts';
import { startProgram } from './program.ts';
import type { Row } from './row.ts';
import type { Measurement, Stage } from './stage.ts';
import { makeFolder } from './temporary.ts';

const LINES_A_SECOND = 100_000;
const SIZE = { columns: 120, rows: 40 };
const BOTS = 10;
const ANSWER_LIMIT_MS = 3_000;

/** A log into which more is written than anybody could read. */
export const flood: Measurement = {
  name: 'flood',
  section: 'Logs',
  async measure(stage) {
    const watched = await stage.watched(BOTS);
    return stage.using(Promise.resolve(makeFolder()), async ({ path }) => {
      const file = join(path, 'flood.log');
      writeFileSync(file, '');
      const running = await startProgram(botop(stage.program, watched, ['--logs', file]), SIZE);
      let answers: readonly number[];
      try {
        await sleep(stage.effort.settleSeconds * 1000);
        answers = await flooding(stage, file, () => keysAtAnyTime(running.pty, stage.effort.keyPresses));
      } finally {
        await running.end();
      }
      const rows: Row[] = [
        {
          title: `a key under ${LINES_A_SECOND} lines a second, ms`,
          digits: 1,
          ours: answers,
          share: 1,
          reach: [{ of: null, atMost: 50 }],
          note: 'the slowest of all, pressed at any time, until the cursor stands on another row',
        },
        await memoryRow(stage, join(path, 'second.log')),
      ];
      return rows;
    });
  },
};

/** Floods the file while something is done. */
function flooding<T>(stage: Stage, file: string, use: () => Promise<T>): Promise<T> {
  const writer = startPart('flood-part.ts', [file, String(LINES_A_SECOND)]);
  return stage.using(Promise.resolve(writer), async () => {
    await sleep(stage.effort.settleSeconds * 1000);
    return use();
  });
}

async function keysAtAnyTime(pty: Pty, presses: number): Promise<number[]> {
  const rowOfCursor = () => pty.text().findIndex((line) => line.includes('▸'));
  const ms: number[] = [];
  for (let i = 0; i < presses; i++) {
    await sleep(100 + Math.random() * 300);
    await pty.settled();
    const before = rowOfCursor();
    const pressedAt = performance.now();
    let answeredAt = pressedAt;
    pty.press(i % 2 === 0 ? 'j' : 'k');
    await pty.waitFor(
      () => {
        answeredAt = pty.lastByteAt;
        return rowOfCursor() !== before;
      },
      { what: 'the cursor on another row', timeoutMs: ANSWER_LIMIT_MS },
    );
    ms.push(answeredAt - pressedAt);
  }
  return ms;
}

async function memoryRow(stage: Stage, file: string): Promise<Row> {
  writeFileSync(file, '');
  const part = startPart<Taken>('logs-part.ts', [file]);
  return stage.using(Promise.resolve(part), async () => {
    const [before] = [await part.next()];
    const seconds = stage.effort.logSeconds;
    stage.say(`the machinery of the logs under a flood for ${seconds} s`);
    let most = before;
    const after = await flooding(stage, file, async () => {
      for (let i = 0; i < seconds; i++) {
        await sleep(1_000);
        const now = await takenBy(part);
        if (now.rssBytes > most.rssBytes) most = now;
      }
      return takenBy(part);
    });
    const megabytes = Math.round(after.readBytes / 1e6);
    return {
      title: 'memory of the log machinery under it, MB',
      digits: 1,
      ours: [(most.rssBytes - before.rssBytes) / 1e6],
      reach: [{ of: null, atMost: 30 }],
      note:
        `growth of a process that follows one log and does nothing else, from an empty log to the most seen; ` +
        `${megabytes} MB read, ${after.droppedLines} lines and ${Math.round(after.droppedBytes / 1e6)} MB dropped and counted`,
    };
  });
}
