import { setTimeout as sleep } from 'node:timers/promises';
import { botop, type Contender, hasOption, htop, pm2Monit, type Watched } from './contenders.ts';
import { ownSeconds } from './processes.ts';
import { openWindow, startProgram } from './program.ts';
import { HTOP, PM2 } from './report.ts';
import type { Goal, Line, Row, Samples } from './row.ts';
import type { Measurement, Stage } from './stage.ts';

/** What is promised of a fleet of this size. */
interface Promised {
  readonly cpu: { readonly reach: readonly Goal[]; readonly aim: readonly Goal[] };
  readonly start: { readonly reach: readonly Goal[]; readonly aim?: readonly Goal[] };
}

const PROMISED: Readonly<Record<number, Promised>> = {
  10: {
    cpu: { reach: [{ of: PM2, atMost: 0.1 }], aim: [{ of: PM2, atMost: 0.06 }] },
    start: { reach: [{ of: PM2, atMost: 0.5 }] },
  },
  100: {
    cpu: {
      reach: [{ of: PM2, atMost: 0.05 }],
      aim: [
        { of: PM2, atMost: 0.03 },
        { of: HTOP, atMost: 0.35 },
      ],
    },
    start: { reach: [{ of: PM2, atMost: 0.25 }], aim: [{ of: PM2, atMost: 0.09 }] },
  },
};

const SIZE = { columns: 120, rows: 40 };

/** One turn of one program. */
interface Turn {
  readonly cpuSecondsPerMinute: number;
  readonly bytesPerMinute: number;
  /** Of the PM2 daemon: what being watched costs it, its own work included. */
  readonly daemonSecondsPerMinute: number;
}

/** The programs on one fleet, each in its turn, several rounds: start, CPU, bytes. */
export function turns(bots: number): Measurement {
  return { name: `turns-${bots}`, section: `${bots} bots`, measure: (stage) => measure(stage, bots) };
}

async function measure(stage: Stage, bots: number): Promise<readonly Line[]> {
  const watched = await stage.watched(bots);
  const own = botop(stage.program, watched);
  const peers = [pm2Monit(watched), htop(watched)].filter((peer) => peer !== null);
  const contenders = [own, ...peers];
  const started = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  const taken = new Map<Contender, Turn[]>(contenders.map((contender) => [contender, []]));
  const { rounds, starts } = stage.effort;
  for (let round = 1; round <= rounds; round++) {
    stage.say(`${bots} bots, round ${round} of ${rounds}: starts`);
    for (let i = 0; i < starts; i++) for (const [contender, list] of started) list.push(await startOf(contender));
    for (const [contender, list] of taken) {
      stage.say(`${bots} bots, round ${round} of ${rounds}: ${contender.name}`);
      list.push(await turn(contender, watched.fleet.daemonPid, stage));
    }
  }
  const rowOf = (title: string, digits: number, samples: (contender: Contender) => readonly number[]): Row => ({
    title,
    digits,
    ours: samples(own),
    peers: peers.map((peer): Samples => ({ name: peer.name, values: samples(peer) })),
  });
  const row = (title: string, digits: number, pick: (turn: Turn) => number): Row =>
    rowOf(title, digits, (contender) => (taken.get(contender) ?? []).map(pick));
  const promised = PROMISED[bots];
  const rows: Line[] = [
    { ...row('CPU, s/min', 2, (one) => one.cpuSecondsPerMinute), ...promised?.cpu },
    {
      ...rowOf('start to first real data, ms', 0, (contender) => started.get(contender) ?? []),
      ...promised?.start,
    },
    {
      ...row('kB/min to the terminal', 1, (one) => one.bytesPerMinute / 1e3),
      reach: [{ of: HTOP, atMost: 0.6 }],
      aim: [{ of: HTOP, atMost: 0.4 }],
    },
    row('CPU of the PM2 daemon, s/min', 2, (one) => one.daemonSecondsPerMinute),
  ];
  if (bots === 100)
    rows.push(
      await lowBandwidth(
        stage,
        watched,
        row('', 1, (one) => one.bytesPerMinute / 1e3),
      ),
    );
  if (peers.length < 2) rows.push({ title: HTOP, why: 'htop is not installed' });
  return rows;
}

const SLOW_LINE = '--low-bandwidth';

/** What is written for a slow line: in one turn of its own, beside what the peers wrote in theirs. */
async function lowBandwidth(stage: Stage, watched: Watched, usual: Row): Promise<Line> {
  const title = `kB/min to the terminal with ${SLOW_LINE}`;
  if (!(await hasOption(stage.program, SLOW_LINE))) return { title, why: 'the program has no such option' };
  stage.say(`${title}: one turn`);
  const { bytesPerMinute } = await turn(botop(stage.program, watched, [SLOW_LINE]), watched.fleet.daemonPid, stage);
  return {
    ...usual,
    title,
    ours: [bytesPerMinute / 1e3],
    peers: [{ name: 'without', values: usual.ours }, ...(usual.peers ?? [])],
  };
}

async function startOf(contender: Contender): Promise<number> {
  const { firstDataMs, end } = await startProgram(contender, SIZE);
  await end();
  return firstDataMs;
}

async function turn(contender: Contender, daemonPid: number, { effort }: Stage): Promise<Turn> {
  const running = await startProgram(contender, SIZE);
  try {
    await sleep(effort.settleSeconds * 1000);
    const closeWindow = openWindow(running);
    const daemonBefore = ownSeconds(daemonPid);
    await sleep(effort.windowSeconds * 1000);
    const daemonAfter = ownSeconds(daemonPid);
    if (daemonBefore === null || daemonAfter === null) throw new Error('the PM2 daemon has ended');
    const { cpuSecondsPerMinute, bytesPerMinute } = closeWindow();
    return {
      cpuSecondsPerMinute,
      bytesPerMinute,
      daemonSecondsPerMinute: (daemonAfter - daemonBefore) / (effort.windowSeconds / 60),
    };
  } finally {
    await running.end();
  }
}
