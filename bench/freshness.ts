import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pty } from '../test/helpers/pty.ts';
import type { Watched } from './contenders.ts';
import { STEPPING_BOT } from './fleet.ts';
import type { Samples } from './row.ts';
import { SESSIONS } from './servers.ts';

/** A value that steps between two levels, in truth and on a screen. */
interface Step {
  readonly name: string;
  /** Whether it stands at the upper level now. */
  isHigh(): boolean;
  /** The same of what the screen shows; null while it does not show it. */
  isShownHigh(pty: Pty): boolean | null;
}

const LOOK_EVERY_MS = 20;
const PAGE_BYTES = 4096;
/** Between the levels of the stepping bot, whose step is 100 MB. */
const MIDDLE_BYTES = 110e6;
const IDLE_SESSIONS = 8;
const STEP_MS = 4_300;
/** A session that was opened is there at once; one that was closed ends within this. */
const CLOSING_MS = 50;

/**
 * How old what stands on the screen becomes: values are made to step, and what is taken is the time from each step to
 * the moment when the terminal emulator shows the other level. One list a value, in s.
 */
export async function ageOfValues(pty: Pty, watched: Watched, seconds: number): Promise<readonly Samples[]> {
  const sessions = { areOpen: false };
  const steps = stepsOf(watched, sessions);
  const taken = steps.map((step) => ({
    step,
    ages: [] as number[],
    isHigh: step.isHigh(),
    steppedAt: null as number | null,
  }));
  const clock: { text: string; changedAt: number | null; readonly ages: number[] } = {
    text: '',
    changedAt: null,
    ages: [],
  };
  const endsAt = performance.now() + seconds * 1000;
  const stepping = stepSessions(watched, sessions, endsAt);
  while (performance.now() < endsAt) {
    await sleep(LOOK_EVERY_MS);
    const now = performance.now();
    lookAtClock(clock, pty.line(0), now);
    for (const one of taken) {
      const isHigh = one.step.isHigh();
      if (isHigh !== one.isHigh) one.steppedAt = now;
      one.isHigh = isHigh;
      if (one.steppedAt === null) continue;
      const isShownHigh = one.step.isShownHigh(pty);
      // Another row may have its place for a while: what is not on the screen is not old there.
      if (isShownHigh === null) one.steppedAt = now;
      if (isShownHigh !== isHigh) continue;
      one.ages.push((now - one.steppedAt) / 1000);
      one.steppedAt = null;
    }
  }
  await stepping;
  return [
    { name: 'clock', values: clock.ages },
    ...taken.map(({ step, ages }) => ({ name: step.name, values: ages })),
  ].filter(({ values }) => values.length > 0);
}

function lookAtClock(
  clock: { text: string; changedAt: number | null; readonly ages: number[] },
  line: string,
  now: number,
) {
  const [text = ''] = /\d\d:\d\d:\d\d/.exec(line) ?? [];
  if (text === clock.text) return;
  if (clock.changedAt !== null) clock.ages.push((now - clock.changedAt) / 1000);
  clock.text = text;
  clock.changedAt = now;
}

function stepsOf({ fleet, servers }: Watched, sessions: { readonly areOpen: boolean }): Step[] {
  const statm = `/proc/${fleet.pidOf(STEPPING_BOT)}/statm`;
  const steps: Step[] = [
    {
      name: 'memory of a bot',
      isHigh: () => Number(readFileSync(statm, 'latin1').split(' ')[1]) * PAGE_BYTES > MIDDLE_BYTES,
      isShownHigh(pty) {
        const row = pty.text().find((line) => line.includes(STEPPING_BOT)) ?? '';
        const [, megabytes] = /\s(\d+(?:\.\d+)?)M(?:i?B)?\s/.exec(row.slice(row.indexOf(STEPPING_BOT))) ?? [];
        return megabytes === undefined ? null : Number(megabytes) * 1e6 > MIDDLE_BYTES;
      },
    },
  ];
  const isMany = (pattern: RegExp) => (pty: Pty) => {
    const [, count] = pattern.exec(pty.text().join('\n')) ?? [];
    return count === undefined ? null : Number(count) >= IDLE_SESSIONS;
  };
  const isHigh = () => sessions.areOpen;
  if (typeof servers.postgres !== 'string') {
    const pattern = new RegExp(`\\b(\\d+)(?:/| of )(?:${SESSIONS}|${SESSIONS - 3})\\b`);
    steps.push({ name: 'sessions of PostgreSQL', isHigh, isShownHigh: isMany(pattern) });
  }
  if (typeof servers.redis !== 'string') {
    steps.push({ name: 'clients of Redis', isHigh, isShownHigh: isMany(/clients\s+(\d+)/) });
  }
  return steps;
}

/** Opens and closes sessions of both servers until the time. */
async function stepSessions({ servers }: Watched, sessions: { areOpen: boolean }, endsAt: number): Promise<void> {
  const loaded = [servers.postgres, servers.redis].filter((server) => typeof server !== 'string');
  while (performance.now() + 2 * STEP_MS < endsAt) {
    await sleep(STEP_MS);
    const closes = await Promise.all(loaded.map((server) => server.openIdle(IDLE_SESSIONS)));
    sessions.areOpen = true;
    await sleep(STEP_MS);
    for (const close of closes) close();
    await sleep(CLOSING_MS);
    sessions.areOpen = false;
  }
}
