/** Which code a bot runs, beside the code that lies in its folder: pure functions of the bot. */
import type { Bot, Deploy } from '../sources/pm2/snapshot.ts';

export interface RunningCode {
  /** As PM2 found it at the start; null without one. */
  readonly version: string | null;
  /** HEAD as it was at the start; null where that is not known. */
  readonly commit: string | null;
  /** The deploys since the start, oldest first: the bot does not run them yet. */
  readonly waiting: readonly Deploy[];
}

/** A start this soon before a deploy is the one that belongs to it: reflogs tell whole seconds. */
const TOLERANCE_MS = 1_000;

/** What runs; null of a bot that does not run, or of which nothing is known. */
export function runningCode({ pid, startedAt, version, code }: Bot): RunningCode | null {
  if (pid === null || startedAt === null || code === null) return null;
  const waiting = code.deploys.filter(({ at }) => at > startedAt + TOLERANCE_MS);
  const [next] = waiting;
  return { version, commit: next === undefined ? code.commit : next.fromCommit, waiting };
}

/** `1.4.0 3f2a91c`: a deploy's new side, as far as it is known; empty where it is not. */
export function deployName({ fromVersion, toVersion, toCommit }: Deploy): string {
  const version = toVersion !== null && toVersion !== fromVersion ? toVersion : null;
  return [version, toCommit?.slice(0, 7)].filter(Boolean).join(' ');
}

/** Epoch ms of the newest deploy of any of these bots; NaN without one. */
export function lastDeployAt(bots: readonly Bot[]): number {
  let last = Number.NaN;
  for (const { code } of bots) {
    const at = code?.deploys.at(-1)?.at;
    if (at !== undefined && !(at <= last)) last = at;
  }
  return last;
}
