/** What is done before a flush is asked for: the end of each log saved, and what would be lost counted. */
import type { FileHandle } from 'node:fs/promises';
import type { ActionDeps, Preparation } from '../action.ts';
import { botFacts } from '../bot-evidence.ts';
import { listBots } from '../bots.ts';
import { daemonUid } from '../daemon-owner.ts';
import { fileName } from '../evidence.ts';
import type { BotTarget } from '../target.ts';
import { type LogStream, logsOf, openLog } from './file.ts';
import { type LogLoss, lossOf, nameSome, savedNote } from './flush-words.ts';

/** One file to empty. `sizeBytes` is null when it is missing. */
interface LogFact {
  readonly bot: string;
  readonly stream: LogStream;
  readonly path: string;
  readonly ownerUid: number;
  readonly sizeBytes: number | null;
  /** Epoch ms of its last change. */
  readonly modifiedAt: number | null;
}

export async function prepareFlush(
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  const facts = await factsOf(targets);
  if (facts.every(({ sizeBytes }) => sizeBytes === null || sizeBytes === 0)) {
    throw new Error(`${nameSome(targets)}: there is nothing to flush, the logs are empty`);
  }
  const there = facts.filter(({ sizeBytes }) => sizeBytes !== null);
  const names = there.map((fact, index) => `${index + 1}-${fileName(fact.bot)}-${fact.stream}.log`);
  const evidence = await deps.evidence.save(
    {
      action: 'flush',
      subject: targets.length === 1 ? (targets[0]?.name ?? '') : `${targets.length}-bots`,
      facts: { bots: targets.map(botFacts), logs: facts },
      sources: there.map((fact, index) => ({ name: names[index] as string, open: () => openToRead(fact) })),
    },
    signal,
  );
  const losses: LogLoss[] = there.map(({ bot, stream, sizeBytes }, index) => ({
    bot,
    stream,
    sizeBytes: sizeBytes ?? 0,
    saved: evidence.state === 'saved' ? (evidence.logs.find((log) => log.name === names[index]) ?? null) : null,
  }));
  const missing = facts.filter(({ sizeBytes }) => sizeBytes === null);
  const notes = [
    savedNote(evidence),
    ...missing.map(({ bot, stream, path }) => `${bot}: there is no ${stream} log at ${path}`),
  ];
  const consequences = [...lossOf(losses), ...(await sharedLoss(targets, deps, signal))];
  return evidence.state === 'saved' ? { notes, consequences } : { notes, consequences, phrase: 'without evidence' };
}

/** Each file once, though several of the targets may write it. Throws when one must not be emptied. */
async function factsOf(targets: readonly BotTarget[]): Promise<readonly LogFact[]> {
  const facts = new Map<string, LogFact>();
  for (const { home, name, bot } of targets) {
    const ownerUid = await daemonUid(home);
    for (const { stream, path } of logsOf(bot)) {
      if (facts.has(path)) continue;
      const log = await openLog(path, ownerUid, 'empty');
      if (log.state === 'refused') throw new Error(`${name}: ${log.reason}`);
      if (log.state === 'open') await log.file.close();
      const size = log.state === 'open' ? log : { sizeBytes: null, modifiedAt: null };
      const { sizeBytes, modifiedAt } = size;
      facts.set(path, { bot: name, stream, path, ownerUid, sizeBytes, modifiedAt });
    }
  }
  return [...facts.values()];
}

async function openToRead({ path, ownerUid }: LogFact): Promise<FileHandle> {
  const log = await openLog(path, ownerUid, 'read');
  if (log.state === 'open') return log.file;
  throw new Error(log.state === 'missing' ? `${path} is gone` : log.reason);
}

/** Bots that nobody chose and whose lines stand in the same files: merged logs of a cluster, or one path for several. */
async function sharedLoss(
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const paths = new Set(targets.flatMap(({ bot }) => logsOf(bot).map(({ path }) => path)));
  const chosen = new Set(targets.map(({ bot }) => bot.uniqueId));
  const homes = [...new Set(targets.map(({ home }) => home))];
  const lists = await Promise.all(homes.map((home) => listBots(home, deps, signal)));
  const others = lists
    .flat()
    .filter((bot) => !chosen.has(bot.uniqueId) && logsOf(bot).some(({ path }) => paths.has(path)));
  if (others.length === 0) return [];
  const labels = others.map(({ name, id }) => ({ name: `${name} (id ${id})` }));
  return [`${nameSome(labels)} ${others.length > 1 ? 'write' : 'writes'} to the same files: these lines go, too`];
}
