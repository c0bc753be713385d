import { setTimeout as sleep } from 'node:timers/promises';
import { botop, type Contender, htop, OVERLAY, pm2Monit, QUESTION } from './contenders.ts';
import { type KeyTimes, nextByte, quiet, type Running, startProgram, timeKey, timeKeys } from './program.ts';
import type { Line, Row } from './row.ts';
import type { Measurement, Stage } from './stage.ts';

const SIZE = { columns: 200, rows: 60 };
const BOTS = 100;
/** Longer than a question takes to take keys, and a lone Esc to be one, ms. */
const QUESTION_ARMS_MS = 400;
/** Starts in which the first overlay and the first question are opened. */
const COLD_STARTS = 4;

const AT_ONCE = 'with what is known; no answer counts before its targets are read again';
const READ_AGAIN = 'until its targets are read again from the daemon: from then on it is deaf for 300 ms more';
const COLD = 'nothing of it is loaded or compiled yet; p95 of all starts, and the goal is that of an overlay';

/** From the key to the last byte of its answer, at 200x60 with 100 bots. */
export const keyTimes: Measurement = {
  name: 'keys',
  section: `A key at ${SIZE.columns}x${SIZE.rows}, ${BOTS} bots`,
  async measure(stage) {
    const watched = await stage.watched(BOTS);
    const own = botop(stage.program, watched);
    stage.say('keys: botop');
    const { selection, overlay, cold, question, whole, coldQuestion } = await timeOwn(own, stage);
    const peers: { readonly name: string; readonly times: KeyTimes }[] = [];
    for (const peer of [pm2Monit(watched), htop(watched)]) {
      if (!peer) continue;
      stage.say(`keys: ${peer.name}`);
      peers.push({ name: peer.name, times: await timeSelection(peer, stage) });
    }
    const selectionRow = (title: string, share: number, reach: number, aim: number): Row => ({
      title,
      digits: 1,
      share,
      ours: selection.ms,
      peers: peers.map(({ name, times }) => ({ name, values: times.ms })),
      reach: [{ of: null, atMost: reach }],
      aim: [{ of: null, atMost: aim }],
    });
    const overlayRow = (title: string, share: number, reach: number, aim: number): Row => ({
      title,
      digits: 1,
      share,
      ours: overlay.ms,
      reach: [{ of: null, atMost: reach }],
      aim: [{ of: null, atMost: aim }],
    });
    const rows: Row[] = [
      selectionRow('selection p50, ms', 0.5, 2, 1),
      selectionRow('selection p95, ms', 0.95, 5, 4),
      overlayRow('overlay p50, ms', 0.5, 8, 5),
      overlayRow('overlay p95, ms', 0.95, 15, 8),
      { ...overlayRow('the first overlay after a start, ms', 0.95, 15, 8), ours: cold, note: COLD },
      { ...overlayRow('the question before a restart p50, ms', 0.5, 8, 5), ours: question, note: AT_ONCE },
      { ...overlayRow('the question before a restart p95, ms', 0.95, 15, 8), ours: question },
      { title: 'the question before a restart, read again, ms', digits: 1, ours: whole, note: READ_AGAIN },
      { ...overlayRow('the first question after a start, ms', 0.95, 15, 8), ours: coldQuestion, note: COLD },
    ];
    const lines: Line[] = [...rows];
    for (const { name, times } of [
      { name: 'botop, selection', times: selection },
      { name: 'botop, overlay', times: overlay },
      ...peers,
    ]) {
      const { ms, unanswered } = times;
      if (unanswered === 0) continue;
      lines.push({
        title: name,
        remark: `${unanswered} of ${ms.length + unanswered} presses changed nothing on the screen within 600 ms`,
      });
    }
    return lines;
  },
};

async function timeOwn(contender: Contender, { effort }: Stage) {
  const cold: number[] = [];
  const coldQuestion: number[] = [];
  const question: number[] = [];
  const whole: number[] = [];
  const starts = Math.min(COLD_STARTS, effort.keyPresses);
  let selection: KeyTimes = { ms: [], unanswered: 0 };
  let overlay: KeyTimes = selection;
  for (let i = 1; i <= starts; i++) {
    const running = await startProgram(contender, SIZE);
    try {
      await sleep(effort.settleSeconds * 1000);
      cold.push(...(await openHelp(running)));
      coldQuestion.push((await openQuestion(running)).shownMs);
      if (i < starts) continue;
      for (let j = 0; j < effort.keyPresses / 4; j++) {
        const { shownMs, readMs } = await openQuestion(running);
        question.push(shownMs);
        whole.push(readMs);
      }
      selection = await timeKeys(running, contender.keys, effort.keyPresses);
      overlay = await timeKeys(running, [OVERLAY, OVERLAY], effort.keyPresses);
    } finally {
      await running.end();
    }
  }
  return { selection, overlay, cold, question, whole, coldQuestion };
}

/** Opens the help just after a frame and closes it again; what the opening took, nothing without an answer. */
async function openHelp({ pty }: Running): Promise<number[]> {
  await nextByte(pty, 1_500);
  await quiet(pty, 120);
  const tookMs = await timeKey(pty, OVERLAY);
  await timeKey(pty, OVERLAY);
  return tookMs === null ? [] : [tookMs];
}

/** The same of the question: until the emulator shows it, and until it is the one that can be answered. */
async function openQuestion({ pty }: Running): Promise<{ readonly shownMs: number; readonly readMs: number }> {
  await nextByte(pty, 1_500);
  await quiet(pty, 120);
  const screen = () => pty.text().join('\n');
  const pressedAt = performance.now();
  let lastAt = pressedAt;
  const until = (what: string, holds: (shown: string) => boolean) =>
    pty.waitFor(
      () => {
        lastAt = pty.lastByteAt;
        return holds(screen());
      },
      { what },
    );
  pty.press(QUESTION.open);
  await until('the question', (shown) => QUESTION.shown.test(shown));
  const shownMs = lastAt - pressedAt;
  await until('the question, read again', (shown) => !QUESTION.reading.test(shown));
  const readMs = lastAt - pressedAt;
  await sleep(QUESTION_ARMS_MS);
  pty.press(QUESTION.close);
  await pty.waitFor(() => !QUESTION.shown.test(screen()), { what: 'the question to be gone' });
  // After a lone Esc, what could belong to it is dropped.
  await sleep(QUESTION_ARMS_MS);
  return { shownMs, readMs };
}

async function timeSelection(contender: Contender, { effort }: Stage): Promise<KeyTimes> {
  const running = await startProgram(contender, SIZE);
  try {
    await sleep(effort.settleSeconds * 1000);
    return await timeKeys(running, contender.keys, Math.ceil(effort.keyPresses / 2));
  } finally {
    await running.end();
  }
}
