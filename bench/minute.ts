import { setTimeout as sleep } from 'node:timers/promises';
import { botop, type Contender, htop, pgActivity, pm2Monit, type Watched } from './contenders.ts';
import { ageOfValues } from './freshness.ts';
import { memoryOf, treeSeconds } from './processes.ts';
import { type Running, startProgram } from './program.ts';
import { type Relay, relayCalls } from './relay.ts';
import { PG_ACTIVITY, PM2 } from './report.ts';
import type { Goal, Line, Row } from './row.ts';
import type { LoadedPostgres, ServerTime, Watcher } from './servers.ts';
import type { Measurement, Stage } from './stage.ts';

const MEMORY: Readonly<Record<number, { readonly reach: readonly Goal[]; readonly aim: readonly Goal[] }>> = {
  10: { reach: [{ of: PM2, atMost: 1 }], aim: [{ of: PM2, atMost: 0.9 }] },
  100: { reach: [{ of: PM2, atMost: 0.6 }], aim: [{ of: PM2, atMost: 0.5 }] },
};

const SIZE = { columns: 120, rows: 40 };
const LIST = 'getMonitorData';

/**
 * A minute in which the programs run side by side: for what does not depend on who else runs, as memory, questions
 * asked of the servers, and how old values are.
 */
export function minute(bots: number): Measurement {
  return {
    name: `minute-${bots}`,
    section: `${bots} bots`,
    async measure(stage) {
      const watched = await stage.watched(bots);
      stage.say(`${bots} bots: ${stage.effort.minuteSeconds} s side by side`);
      const relay = await relayCalls(watched.fleet.home);
      const running = new Map<string, Running>();
      try {
        return await sideBySide(stage, bots, watched, relay, running);
      } finally {
        for (const one of running.values()) await one.end();
        await relay.close();
      }
    },
  };
}

async function sideBySide(
  stage: Stage,
  bots: number,
  watched: Watched,
  relay: Relay,
  running: Map<string, Running>,
): Promise<readonly Line[]> {
  const { servers } = watched;
  const start = async (contender: Contender): Promise<void> => {
    running.set(contender.name, await startProgram(contender, SIZE));
  };
  const activity = pgActivity(watched);
  const others = [pm2Monit(watched), htop(watched), typeof activity === 'string' ? null : activity];
  await start(botop(stage.program, watched));
  for (const contender of others) if (contender) await start(contender);
  const own = running.get('botop') as Running;
  const monit = running.get(PM2) as Running;

  const { settleSeconds, minuteSeconds } = stage.effort;
  await sleep(settleSeconds * 1000);
  // A whole minute, so that what is asked every 2, 10 or 30 s is counted as often as it is asked.
  const perMinute = 60 / minuteSeconds;
  const count = async () => ({
    lists: relay.calls().filter((method) => method === LIST).length,
    monitLists: relay.calls(monit.pty.pid).filter((method) => method === LIST).length,
    infos: typeof servers.redis === 'string' ? Number.NaN : await servers.redis.infoCalls(),
    cpu: new Map([...running].map(([name, { pty }]) => [name, treeSeconds(pty.pid)])),
    own: await timeOf(servers.postgres, 'botop'),
    activity: await timeOf(servers.postgres, 'activity'),
  });
  const readMemory = () => new Map([...running].map(([name, { pty }]) => [name, memoryOf(pty.pid)]));
  // From one on: a minute that begins anywhere holds 30 or 31 that are two seconds apart.
  if (typeof servers.redis !== 'string') await servers.redis.nextInfo();
  const atFirst = readMemory();
  const before = await count();
  const reading = sleep((minuteSeconds - settleSeconds) * 1000).then(readMemory);
  const ages = await ageOfValues(own.pty, watched, minuteSeconds);
  const after = await count();
  const atLast = await reading;
  for (const [name, { pty }] of running) if (pty.ended) throw new Error(`${name} ended by itself`);

  const row = (title: string, digits: number, pick: (name: string) => number): Row => ({
    title,
    digits,
    ours: [pick('botop')],
    peers: others.flatMap((one) =>
      one === null || one.name === PG_ACTIVITY ? [] : [{ name: one.name, values: [pick(one.name)] }],
    ),
  });
  const memory = (title: string, pick: (name: string) => number | null | undefined): Row =>
    row(title, 1, (name) => (pick(name) ?? Number.NaN) / 1e6);
  const lines: Line[] = [
    { ...memory(`RSS after ${minuteSeconds} s, MB`, (name) => atLast.get(name)?.rssBytes), ...MEMORY[bots] },
    memory('PSS, MB', (name) => atLast.get(name)?.pssBytes),
    memory(`RSS growth from ${settleSeconds} s on, MB`, (name) => {
      const [from, to] = [atFirst.get(name), atLast.get(name)];
      return from && to ? to.rssBytes - from.rssBytes : null;
    }),
    row(
      'CPU, s/min, all programs at once',
      2,
      (name) => ((after.cpu.get(name) ?? Number.NaN) - (before.cpu.get(name) ?? Number.NaN)) * perMinute,
    ),
    {
      title: 'lists asked of the PM2 daemon a minute',
      digits: 1,
      ours: [(after.lists - before.lists) * perMinute],
      peers: [{ name: PM2, values: [(after.monitLists - before.monitLists) * perMinute] }],
      ...(bots >= 100 ? { reach: [{ of: null, atMost: 6 }], aim: [{ of: null, atMost: 2 }] } : {}),
    },
    ...ages.map(
      ({ name, values }): Row => ({
        title: `age of what is shown, ${name}, s`,
        digits: 2,
        ours: values,
        share: 1,
        reach: [{ of: null, atMost: 2 }],
        note: 'the oldest, with the spread over all steps of the value',
      }),
    ),
  ];
  lines.push(
    typeof servers.redis === 'string'
      ? { title: 'INFO a second of Redis', why: servers.redis }
      : {
          title: 'INFO a second of Redis',
          digits: 2,
          ours: [(after.infos - before.infos) / minuteSeconds],
          reach: [{ of: null, atMost: 0.5 }],
        },
  );
  lines.push(...postgresLines(servers.postgres, activity, before, after, perMinute));
  return lines;
}

interface ServerTimes {
  readonly own: ServerTime | null;
  readonly activity: ServerTime | null;
}

const timeOf = async (postgres: LoadedPostgres | string, watcher: Watcher): Promise<ServerTime | null> =>
  typeof postgres === 'string' ? null : postgres.serverTime(watcher);

function postgresLines(
  postgres: LoadedPostgres | string,
  activity: Contender | string,
  before: ServerTimes,
  after: ServerTimes,
  perMinute: number,
): Line[] {
  const title = 'PostgreSQL server time, CPU of its sessions, ms/min';
  if (typeof postgres === 'string') return [{ title, why: postgres }];
  const row = (name: string, digits: number, pick: (time: ServerTime) => number): Row => {
    const of = (watcher: 'own' | 'activity') => {
      const [from, to] = [before[watcher], after[watcher]];
      return from && to ? [(pick(to) - pick(from)) * perMinute] : [];
    };
    return {
      title: name,
      digits,
      ours: of('own'),
      peers: typeof activity === 'string' ? [] : [{ name: PG_ACTIVITY, values: of('activity') }],
    };
  };
  const goals = { reach: [{ of: PG_ACTIVITY, atMost: 0.15 }], aim: [{ of: PG_ACTIVITY, atMost: 0.04 }] };
  const lines: Line[] = [
    { ...row(title, 1, ({ cpuSeconds }) => cpuSeconds * 1000), ...goals },
    {
      ...row(
        'PostgreSQL server time, planning and execution, ms/min',
        1,
        ({ statementSeconds }) => statementSeconds * 1000,
      ),
      ...goals,
    },
    row('statements a minute', 0, ({ statements }) => statements),
  ];
  if (typeof activity === 'string') lines.push({ title: PG_ACTIVITY, why: activity });
  return lines;
}
