/** What is kept of bots before something takes it away: the end of their logs, and what PM2 knew of them. */
import type { FileHandle } from 'node:fs/promises';
import type { ActionDeps, Preparation } from './action.ts';
import { daemonUid } from './daemon-owner.ts';
import { type EvidenceSource, fileName } from './evidence.ts';
import { logsOf, openLog } from './logs/file.ts';
import { savedNote } from './logs/flush-words.ts';
import type { BotTarget } from './target.ts';

/** Of more bots than this only what PM2 knows is kept: reading a thousand logs would hold up the question. */
const MAX_LOGGED = 20;

/**
 * Saves the evidence of the bots and says where it is. A log that must not be read is named and left out, since it is not
 * destroyed. `phrase` is in the answer where nothing could be saved.
 */
export async function saveBots(
  action: string,
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  const sources: EvidenceSource[] = [];
  const unread: string[] = [];
  for (const { home, name, bot } of targets.slice(0, MAX_LOGGED)) {
    const uid = await daemonUid(home);
    for (const { stream, path } of logsOf(bot)) {
      const log = await openLog(path, uid, 'read');
      if (log.state === 'refused') unread.push(`${name}: its ${stream} log is not in the evidence: ${log.reason}`);
      if (log.state !== 'open') continue;
      await log.file.close();
      const file = `${sources.length + 1}-${fileName(name)}-${stream}.log`;
      sources.push({ name: file, open: () => openAgain(path, uid) });
    }
  }
  const subject = targets.length === 1 ? (targets[0]?.name ?? '') : `${targets.length}-bots`;
  const evidence = await deps.evidence.save(
    { action, subject, facts: { bots: targets.map(botFacts) }, sources },
    signal,
  );
  const left = targets.length - MAX_LOGGED;
  const notes = [savedNote(evidence), ...(left > 0 ? [`the logs of the other ${left} are not in it`] : []), ...unread];
  return evidence.state === 'saved' ? { notes } : { notes, phrase: 'without evidence' };
}

async function openAgain(path: string, uid: number): Promise<FileHandle> {
  const log = await openLog(path, uid, 'read');
  if (log.state === 'open') return log.file;
  throw new Error(log.state === 'missing' ? `${path} is gone` : log.reason);
}

/** What PM2 knows of a bot, without anything of its environment. */
export function botFacts({ bot }: BotTarget): Record<string, unknown> {
  const { home, id, name, namespace, uniqueId, status, pid, restarts, unstableRestarts, exitCode, exits } = bot;
  const { startedAt, createdAt, version, script, cwd, mode, instance } = bot;
  return {
    home,
    id,
    name,
    namespace,
    uniqueId,
    status,
    pid,
    restarts,
    unstableRestarts,
    exitCode,
    exits,
    startedAt,
    createdAt,
    version,
    script,
    cwd,
    mode,
    instance,
  };
}
