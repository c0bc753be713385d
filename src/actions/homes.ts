/** What the actions on a whole PM2 share: whether the daemon that was meant still answers, and what is in its list. */
import { join } from 'node:path';
import { identifyDaemon } from '../sources/pm2/daemons.ts';
import { parseDump, readDumpFile } from '../sources/pm2/dump.ts';
import type { Bot, Pm2Dump } from '../sources/pm2/snapshot.ts';
import type { ActionDeps, Resolved } from './action.ts';
import { errorText } from './error-text.ts';
import type { HomeTarget } from './target.ts';

/** In this second: what answers later may be another daemon by then. */
const PING_MS = 900;

/** Pings the daemon and gives its pid. Rejects where none answers, or it cannot be told which one does. */
export async function pingDaemon(home: string, deps: ActionDeps, signal: AbortSignal): Promise<number> {
  const client = deps.pm2(home);
  try {
    await client.call('ping', [{}], { timeoutMs: PING_MS, signal });
  } finally {
    client.close();
  }
  const { pid } = await identifyDaemon(home, deps.clock.now());
  if (!(pid > 0)) throw new Error(`the daemon of ${home} answers, but its pm2.pid does not name it`);
  return pid;
}

/** Each home whose daemon answers, with the daemon that does. */
export async function resolveHomes(
  targets: readonly HomeTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<readonly Resolved<HomeTarget>[]> {
  return Promise.all(
    targets.map(async (target): Promise<Resolved<HomeTarget>> => {
      try {
        const daemonPid = await pingDaemon(target.home, deps, signal);
        const now: HomeTarget = { ...target, daemonPid };
        if (target.daemonPid === null || target.daemonPid === daemonPid) return { state: 'same', target: now };
        return { state: 'same', target: now, note: `another daemon now, ${target.daemonPid} → ${daemonPid}` };
      } catch (error) {
        return { state: 'unread', reason: `${target.name}: ${errorText(error)}` };
      }
    }),
  );
}

/** Throws when not the very daemon answers that the person was asked about: the pm2 command would start an empty one. */
export async function requireDaemon(target: HomeTarget, deps: ActionDeps, signal: AbortSignal): Promise<void> {
  const pid = await pingDaemon(target.home, deps, signal);
  if (pid !== target.daemonPid) throw new Error(`another daemon answers now, ${target.daemonPid} → ${pid}`);
}

/** `missing`: there is no such file. `broken`: it is no dump. */
export type SavedDump =
  | { readonly state: 'read'; readonly dump: Pm2Dump; readonly bytes: Buffer; readonly mode: number }
  | { readonly state: 'missing' }
  | { readonly state: 'broken'; readonly reason: string };

/** A dump of the home, read whole. `name` is `dump.pm2` or `dump.pm2.bak`. Never throws. */
export async function readDump(home: string, name = 'dump.pm2'): Promise<SavedDump> {
  const path = join(home, name);
  try {
    const file = await readDumpFile(path);
    if (file === null) return { state: 'broken', reason: `${path} is larger than any dump` };
    const { bytes, stats } = file;
    const dump = parseDump(bytes.toString('utf8'), stats.mtimeMs);
    return dump === null
      ? { state: 'broken', reason: `${path} cannot be parsed` }
      : { state: 'read', dump, bytes, mode: stats.mode & 0o777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'missing' };
    return { state: 'broken', reason: errorText(error) };
  }
}

/** The bots of a list that a save would write down: modules are not. */
export function savedOnes(bots: readonly Bot[]): readonly Bot[] {
  return bots.filter(({ isModule, id }) => !isModule && typeof id === 'number');
}

/** Names of the one list that the other lacks, each as often as it lacks them. */
export function lacking(names: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const name of others) left.set(name, (left.get(name) ?? 0) + 1);
  return names.filter((name) => {
    const count = left.get(name) ?? 0;
    if (count > 0) left.set(name, count - 1);
    return count === 0;
  });
}
