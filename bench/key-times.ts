import { setTimeout as sleep } from 'node:timers/promises';
import { botop, type Contender, htop, OVERLAY, pm2Monit } from './contenders.ts';
import { type KeyTimes, nextByte, quiet, startProgram, timeKey, timeKeys } from './program.ts';
import type { Line, Row } from './row.ts';
import type { Measurement, Stage } from './stage.ts';

const SIZE = { columns: 200, rows: 60 };
const BOTS = 100;
/** Starts in which the first overlay is opened. */
const COLD_STARTS = 5;

/** From the key to the last byte of its answer, at 200x60 with 100 bots. */
export const keyTimes: Measurement = {
  name: 'keys',
  section: `A key at ${SIZE.columns}x${SIZE.rows}, ${BOTS} bots`,
  async measure(stage) {
    const watched = await stage.watched(BOTS);
    const own = botop(stage.program, watched);
    stage.say('keys: botop');
    const { selection, overlay, cold } = await timeOwn(own, stage);
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
      {
        title: 'the first overlay after a start, ms',
        digits: 1,
        ours: cold,
        share: 0.95,
        reach: [{ of: null, atMost: 15 }],
        aim: [{ of: null, atMost: 8 }],
        note: 'nothing of it is compiled or laid out yet; p95 of all starts, and the goal is that of an overlay',
      },
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
  for (let i = 1; i < Math.min(COLD_STARTS, effort.keyPresses); i++) {
    const running = await startProgram(contender, SIZE);
    try {
      const first = await firstOverlay(running, effort.settleSeconds);
      if (first !== null) cold.push(first);
    } finally {
      await running.end();
    }
  }
  const running = await startProgram(contender, SIZE);
  try {
    const first = await firstOverlay(running, effort.settleSeconds);
    if (first !== null) cold.push(first);
    await timeKey(running.pty, OVERLAY);
    const selection = await timeKeys(running, contender.keys, effort.keyPresses);
    const overlay = await timeKeys(running, [OVERLAY, OVERLAY], effort.keyPresses);
    return { selection, overlay, cold };
  } finally {
    await running.end();
  }
}

/** Just after a frame, when the start's own work is over. */
async function firstOverlay({ pty }: Awaited<ReturnType<typeof startProgram>>, settleSeconds: number) {
  await sleep(Math.min(settleSeconds, 3) * 1000);
  await nextByte(pty, 1_500);
  await quiet(pty, 120);
  return timeKey(pty, OVERLAY);
}

async function timeSelection(contender: Contender, { effort }: Stage): Promise<KeyTimes> {
  const running = await startProgram(contender, SIZE);
  try {
    await sleep(effort.settleSeconds * 1000);
    return await timeKeys(running, contender.keys, effort.keyPresses);
  } finally {
    await running.end();
  }
}
