/** Logs in PM2's own folder that no bot of its list writes any more: nobody flushes them, and they stay for ever. */
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isGenerationOf } from '../sources/logs/generations.ts';
import { clean } from '../text/clean.ts';
import type { ActionDeps } from './action.ts';
import { listBots } from './bots.ts';
import { daemonUid } from './daemon-owner.ts';
import { logsOf } from './logs/file.ts';
import type { LogOfDaemon } from './logs/set.ts';

/** No folder is looked through further. */
const MAX_NAMES = 5_000;

/**
 * Regular files of the daemon's user called `….log`. What a rotation made of a bot's log is the bot's. Rejects when PM2
 * cannot be asked: then nobody knows which are forgotten.
 */
export async function forgottenLogs(
  home: string,
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<readonly LogOfDaemon[]> {
  const ownerUid = await daemonUid(home);
  const bots = await listBots(home, deps, signal);
  const paths = bots.flatMap((bot) => logsOf(bot).map(({ path }) => path));
  const folder = join(home, 'logs');
  const known = new Set(paths);
  const bases = paths.map((path) => basename(path));
  const found: LogOfDaemon[] = [];
  for (const name of (await readdir(folder)).slice(0, MAX_NAMES).sort()) {
    const path = join(folder, name);
    if (!name.endsWith('.log') || known.has(path) || bases.some((base) => isGenerationOf(name, base))) continue;
    const stat = await lstat(path);
    if (!stat.isFile() || stat.uid !== ownerUid || stat.nlink > 1) continue;
    found.push({ label: clean(name), path, ownerUid });
  }
  return found;
}
