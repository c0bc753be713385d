import { freemem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { botop } from './contenders.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { openWindow, startProgram } from './program.ts';
import { recordFleet } from './recorded-fleet.ts';
import type { Line } from './row.ts';
import type { Measurement, Stage } from './stage.ts';

const SIZE = { columns: 120, rows: 40 };
const FEW = 10;
/** What a bot of `sleep` and its place in the daemon take, with room to spare, bytes. */
const BYTES_A_BOT = 2e6;

/**
 * What many bots cost more than ten: two programs at the same time, each on a daemon of its own, so that the machine
 * is the same for both. The bots are `sleep` without an interpreter, or a recorded list where there is no room for them.
 */
export const scale: Measurement = {
  name: 'scale',
  section: 'From 10 to 1,000 bots',
  async measure(stage) {
    await stage.quiet();
    const { manyBots } = stage.effort;
    const hasRoom = freemem() > manyBots * BYTES_A_BOT;
    stage.say(`starting ${FEW} and ${manyBots} bots`);
    return stage.using(startFleet(FEW, 'sleeping'), (few) =>
      stage.using(hasRoom ? startFleet(manyBots, 'sleeping') : recordFleet(few, manyBots), (many) =>
        compare(stage, few, many, hasRoom ? REAL : RECORDED),
      ),
    );
  },
};

const REAL = '`sleep` processes under a real PM2';
const RECORDED = 'times a real list of ten, recorded and told by a socket: there is too little memory for so many';

async function compare(stage: Stage, few: Fleet, many: Fleet, what: string): Promise<readonly Line[]> {
  const { settleSeconds, minuteSeconds, manyBots } = stage.effort;
  const servers = await stage.servers();
  stage.say(`${FEW} and ${manyBots} bots: ${minuteSeconds} s side by side`);
  const running = [];
  try {
    for (const fleet of [few, many]) running.push(await startProgram(botop(stage.program, { fleet, servers }), SIZE));
    await sleep(settleSeconds * 1000);
    const closes = running.map(openWindow);
    await sleep(minuteSeconds * 1000);
    const [ofFew, ofMany] = closes.map((close) => close());
    if (!ofFew || !ofMany) throw new Error('a program is missing');
    const note = `${manyBots} ${what}`;
    const name = `at ${FEW}`;
    return [
      {
        title: `CPU at ${manyBots} bots, s/min`,
        digits: 2,
        ours: [ofMany.cpuSecondsPerMinute],
        peers: [{ name, values: [ofFew.cpuSecondsPerMinute] }],
        reach: [{ of: name, atMost: 4 }],
        aim: [{ of: name, atMost: 2 }],
        note,
      },
      {
        title: `RSS growth from ${FEW} to ${manyBots} bots, MB`,
        digits: 1,
        ours: [(ofMany.rssBytes - ofFew.rssBytes) / 1e6],
        reach: [{ of: null, atMost: 5 }],
        note: `after ${settleSeconds + minuteSeconds} s: ${(ofFew.rssBytes / 1e6).toFixed(1)} and ${(ofMany.rssBytes / 1e6).toFixed(1)}`,
      },
      {
        title: `kB/min to the terminal at ${manyBots} bots`,
        digits: 1,
        ours: [ofMany.bytesPerMinute / 1e3],
        peers: [{ name, values: [ofFew.bytesPerMinute / 1e3] }],
      },
    ];
  } finally {
    for (const one of running) await one.end();
  }
}
