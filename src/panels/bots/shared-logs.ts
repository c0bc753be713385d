/** Bots that write into one file with bots of another name: whose the errors in it are nobody can say. */
import { keepsNothing, logTargetsOf } from '../../sources/logs/targets.ts';
import type { BotRow } from './row.ts';

/** To be told whenever the bots are others; `rows` are those of all homes. */
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
