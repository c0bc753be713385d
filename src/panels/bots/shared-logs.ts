/** Bots that write into one file with bots of another name: whose the errors in it are nobody can say. */
import { keepsNothing, logTargetsOf } from '../../sources/logs/targets.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import type { BotRow } from './row.ts';

/** Whether it is called the same and writes into the same files. */
export function writesAs(one: Bot, other: Bot): boolean {
  return (
    one.name === other.name &&
    one.outLogPath === other.outLogPath &&
    one.errLogPath === other.errLogPath &&
    one.combinedLogPath === other.combinedLogPath
  );
}

/** To be told whenever other bots are there, or one no longer `writesAs` it did; `rows` are those of all homes. */
export function markSharedLogs(rows: Iterable<BotRow>): void {
  const writers = new Map<string, BotRow>();
  for (const row of rows) {
    row.sharesLogWith = null;
    for (const { path } of logTargetsOf(row.bot)) {
      if (keepsNothing(path)) continue;
      const first = writers.get(path);
      if (first === undefined) writers.set(path, row);
      else if (first.bot.name !== row.bot.name) {
        first.sharesLogWith ??= row.bot.name;
        row.sharesLogWith = first.bot.name;
      }
    }
  }
}
