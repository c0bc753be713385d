import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { present } from '../../src/ui/present.ts';
import { Link } from '../../src/ui/screen/link.ts';
import { Screen } from '../../src/ui/screen/screen.ts';
import { keymap } from '../helpers/still-shell.ts';
import { noteHeld } from './held.ts';
import { createMoving } from './moving-world.ts';

/** A near terminal that shows nothing. */
class Blank extends EventEmitter {
  readonly columns = 80;
  readonly rows = 24;
  writes = 0;

  write(_: string | Buffer, written: () => void): boolean {
    this.writes++;
    queueMicrotask(written);
    return true;
  }
}

test('ten thousand beats on the screen leave timers, sockets and listeners as they were', async () => {
  const moving = createMoving({ bots: 10, columns: 80, rows: 24 });
  const { shell, poller } = moving;
  const terminal = new Blank();
  let seconds = 0;
  const screen = new Screen(terminal, { link: new Link({ now: () => seconds * 1_000, isFar: false }) });
  const presenter = present({
    shell,
    screen,
    keymap,
    clock: { monotonic: () => seconds * 1_000 },
    loadQuestions: () => Promise.reject(new Error('nothing was asked')),
    bytesPerSecond: () => 0,
    onError: (error) => {
      throw error;
    },
  });
  screen.enter();
  poller.start();
  const beats = async (count: number) => {
    for (let i = 0; i < count; i++) {
      seconds++;
      await moving.beat();
      screen.answered();
      await screen.whenIdle();
    }
  };
  await beats(100);
  const { writes } = terminal;
  const holdsNoMore = noteHeld();
  expect(moving.timers).toBe(1);
  await beats(10_000);
  expect(terminal.writes - writes).toBe(10_000);
  await holdsNoMore();
  expect(moving.timers).toBe(1);
  presenter.close();
  await poller.stop();
  expect(moving.timers).toBe(0);
}, 60_000);
