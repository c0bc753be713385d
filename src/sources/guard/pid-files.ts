/** The files in `pids/` of a PM2 home: each names the process of a bot, and stays when the daemon is killed. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asText } from '../pm2/fields.ts';
import { readSmall } from '../proc/small-file.ts';
import { readStat, startedAt } from '../proc/stat.ts';

export interface BotPid {
  readonly pid: number;
  readonly id: number;
  readonly name: string;
}

const fileName = /^(.*)-(\d{1,9})\.pid$/s;
const maxFiles = 5_000;
/** PM2 writes the file right after the start; a process that is younger than its file has another's pid. */
const writtenWithinMs = 60_000;
const toleranceMs = 2_000;

/** The bots whose pid file names a process that runs and is as old as the file. Never throws. */
export function pidFilesOf(home: string, now: number, procRoot = '/proc'): BotPid[] {
  const folder = join(home, 'pids');
  let names: string[];
  try {
    names = readdirSync(folder).slice(0, maxFiles);
  } catch {
    // None yet, or not ours to look into.
    return [];
  }
  return names.flatMap((file) => {
    const [, name, id] = fileName.exec(file) ?? [];
    if (name === undefined || id === undefined) return [];
    const pid = livingPid(join(folder, file), now, procRoot);
    return pid === null ? [] : [{ pid, id: Number(id), name: asText(name, 1_024) ?? `(no name, id ${id})` }];
  });
}

function livingPid(path: string, now: number, procRoot: string): number | null {
  try {
    const file = lstatSync(path);
    const { mtimeMs } = file;
    // A link, or anything but a number, is not what PM2 writes.
    if (!file.isFile() || file.size > 32) return null;
    const pid = Number(readSmall(path).toString('latin1').trim());
    const stat = Number.isSafeInteger(pid) && pid > 1 ? readStat(pid, procRoot) : null;
    const began = stat === null ? null : startedAt(stat, now, procRoot);
    const isSame = began !== null && began <= mtimeMs + toleranceMs && began >= mtimeMs - writtenWithinMs;
    return isSame ? pid : null;
  } catch {
    return null;
  }
}
