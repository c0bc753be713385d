/** Where the bots whose logs are shown have ended, from PM2's own log. Pure. */
import { valueOf } from '../../sources/source.ts';
import { describeExit } from '../../state/judge.ts';
import type { World } from '../../state/world.ts';

export interface LogExit {
  readonly bot: string;
  /** Epoch ms, of the second that PM2 wrote. */
  readonly at: number;
  /** `exit 1`. */
  readonly words: string;
}

/** PM2 stamps its log in whole seconds, so that the last words of a bot lie in the second of its exit. */
export const secondOf = (at: number): number => Math.floor(at / 1_000) * 1_000;

/** The exits of the bots that write to one of these files, the oldest first, those of one second as one. */
export function exitsOf({ pm2 }: World, paths: ReadonlySet<string>): readonly LogExit[] {
  const bots = pm2.flatMap(({ reading }) => valueOf(reading)?.bots ?? []);
  const found = new Map<number, LogExit>();
  for (const { name, outLogPath, errLogPath, exits } of bots) {
    if (![outLogPath, errLogPath].some((path) => path !== null && paths.has(path))) continue;
    for (const exit of exits) {
      const at = secondOf(exit.at);
      found.set(at, { bot: name, at, words: describeExit(exit) });
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}
