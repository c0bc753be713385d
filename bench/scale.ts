import { freemem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { botop } from './contenders.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { openWindow, type Running, startProgram, type Window } from './program.ts';
import { recordFleet } from './recorded-fleet.ts';
import { type Line, median } from './row.ts';
import type { Measurement, Stage } from './stage.ts';

const SIZE = { columns: 120, rows: 40 };
const FEW = 10;
/** Programs on each of the two fleets. */
const PAIRS = 3;
/** What a bot of `sleep` and its place in the daemon take, with room to spare, bytes. */
const BYTES_A_BOT = 2e6;

/**
 * What many bots cost more than ten: programs at the same time, on two daemons, so that the machine is the same for
 * all, and several on each, since what waits to be collected differs by megabytes from one to the next. The bots are `sleep` without an interpreter, or a recorded list where there is no room for them.
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
  const running: Running[] = [];
  try {
    for (let i = 0; i < PAIRS; i++) {
      for (const fleet of [few, many]) running.push(await startProgram(botop(stage.program, { fleet, servers }), SIZE));
    }
    await sleep(settleSeconds * 1000);
    const closes = running.map(openWindow);
    await sleep(minuteSeconds * 1000);
    const windows = closes.map((close) => close());
    const ofFew = windows.filter((_, i) => i % 2 === 0);
    const ofMany = windows.filter((_, i) => i % 2 === 1);
    const rss = (all: readonly Window[]) => median(all.map(({ rssBytes }) => rssBytes)) / 1e6;
    const note = `${PAIRS} programs on ${manyBots} ${what}, and as many on ${FEW}`;
    const name = `at ${FEW}`;
    return [
      {
        title: `CPU at ${manyBots} bots, s/min`,
        digits: 2,
        ours: ofMany.map(({ cpuSecondsPerMinute }) => cpuSecondsPerMinute),
        peers: [{ name, values: ofFew.map(({ cpuSecondsPerMinute }) => cpuSecondsPerMinute) }],
        reach: [{ of: name, atMost: 4 }],
        aim: [{ of: name, atMost: 2 }],
        note,
      },
      {
        title: `RSS growth from ${FEW} to ${manyBots} bots, MB`,
        digits: 1,
        ours: ofMany.map(({ rssBytes }) => rssBytes / 1e6 - rss(ofFew)),
        reach: [{ of: null, atMost: 5 }],
        note: `after ${settleSeconds + minuteSeconds} s: ${rss(ofFew).toFixed(1)} and ${rss(ofMany).toFixed(1)}`,
      },
      {
        title: `kB/min to the terminal at ${manyBots} bots`,
        digits: 1,
        ours: ofMany.map(({ bytesPerMinute }) => bytesPerMinute / 1e3),
        peers: [{ name, values: ofFew.map(({ bytesPerMinute }) => bytesPerMinute / 1e3) }],
      },
    ];
  } finally {
    for (const one of running) await one.end();
  }
}
