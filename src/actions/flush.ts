/**
 * Emptying bots' logs. PM2's own flush opens whatever stands at a path of its list; this one empties only regular files of
 * the daemon's user, through the descriptor that was checked, and only after their end was saved.
 */
import { type FileHandle, lstat } from 'node:fs/promises';
import { bytesLong } from '../text/format.ts';
import type { Action, ActionDeps, Check, Resolved, RunResult, Verdict } from './action.ts';
import { identify, listBots, resolveBots } from './bots.ts';
import { daemonUid } from './daemon-owner.ts';
import { errorText } from './error-text.ts';
import { type BotLog, logsOf, openLog } from './logs/file.ts';
import { prepareFlush } from './logs/flush-prepare.ts';
import { flushCommand } from './logs/flush-words.ts';
import { isCrashing } from './settle.ts';
import { type BotTarget, targetAnswers } from './target.ts';

const RUN_TIMEOUT_MS = 30_000;
/** How long a bot is given to show that it still writes, and how often the files are looked at. */
const GROWTH_MS = 3000;
const LOOK_MS = 200;

export const flush: Action<BotTarget> = {
  id: 'flush',
  key: 'F',
  label: 'flush logs',
  footer: 48,
  targetKind: 'bot',
  runTimeoutMs: RUN_TIMEOUT_MS,
  risk: () => 'R3',
  unavailable,
  command: flushCommand,
  consequences: (targets) => [
    'what is written until then is lost as well, and is not in the evidence',
    `${targets.length > 1 ? 'the bots go on' : 'the bot goes on'} writing into the emptied files; their disk space is free at once`,
  ],
  phrase(targets) {
    const [only] = targets;
    return `flush ${targets.length === 1 && only !== undefined ? targetAnswers(only)[0] : `${targets.length} bots`}`;
  },
  resolve,
  prepare: prepareFlush,
  run,
  verify,
};

function unavailable({ bot }: BotTarget): string | null {
  if (bot.uniqueId === '') return 'PM2 gives it no unique_id, so it cannot be told from another bot of its id';
  if (typeof bot.id !== 'number') return 'it is the old instance of a reload under way';
  return logsOf(bot).length === 0 ? 'PM2 names no log files of it' : null;
}

/** As any bot is read again. One with a log that must not be emptied is `other`: it is refused before anything is asked. */
async function resolve(
  targets: readonly BotTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<readonly Resolved<BotTarget>[]> {
  const resolved: Resolved<BotTarget>[] = [];
  for (const found of await resolveBots(targets, deps, signal)) {
    if (found.state !== 'same') {
      resolved.push(found);
      continue;
    }
    try {
      await closeAll(await openAll(found.target));
      resolved.push(found);
    } catch (error) {
      resolved.push({ state: 'other', reason: `${found.target.name}: ${errorText(error)}` });
    }
  }
  return resolved;
}

interface OpenLog extends BotLog {
  /** Null when there is no such file. */
  readonly file: FileHandle | null;
}

/** Every log of the bot, open for emptying; all or none. Throws an `Error` that says which one must not be. */
async function openAll(target: BotTarget): Promise<readonly OpenLog[]> {
  const uid = await daemonUid(target.home);
  const opened: OpenLog[] = [];
  for (const log of logsOf(target.bot)) {
    const found = await openLog(log.path, uid, 'empty');
    if (found.state === 'refused') {
      await closeAll(opened);
      throw new Error(found.reason);
    }
    opened.push({ ...log, file: found.state === 'open' ? found.file : null });
  }
  return opened;
}

async function closeAll(opened: readonly OpenLog[]): Promise<void> {
  for (const { file } of opened) await file?.close();
}

async function run(target: BotTarget, _deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  const opened = await openAll(target);
  const said: string[] = [];
  let freedBytes = 0;
  let emptied = 0;
  try {
    for (const { stream, path, file } of opened) {
      signal.throwIfAborted();
      if (file === null) {
        said.push(`no ${stream} log is there`);
        continue;
      }
      const before = await file.stat();
      await file.truncate(0);
      emptied += 1;
      freedBytes += before.size;
      said.push(`${stream} ${bytesLong(before.size)}`);
      if (!(await isStill(path, before.ino))) said.push(`${stream} was rotated meanwhile: its new file was left alone`);
    }
  } catch (error) {
    return { state: 'failed', message: [errorText(error), ...said].join('; ') };
  } finally {
    await closeAll(opened);
  }
  if (emptied === 0) return { state: 'failed', message: 'its log files are gone' };
  return { state: 'done', message: `${bytesLong(freedBytes)} freed: ${said.join(', ')}` };
}

async function isStill(path: string, inode: number): Promise<boolean> {
  return lstat(path).then(
    (stat) => stat.ino === inode,
    () => false,
  );
}

async function verify(
  target: BotTarget,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const { clock } = deps;
  const begunAt = clock.monotonic();
  const writes: Check = { text: 'writes again', state: 'waiting' };
  let files = await lookAtFiles(target);
  report({ state: 'watching', checks: [files.check, writes] });
  const isRunning = target.bot.pid !== null;
  while (isRunning && files.bytes === 0 && clock.monotonic() - begunAt < GROWTH_MS) {
    await deps.sleep(LOOK_MS, signal);
    files = await lookAtFiles(target);
  }
  const checks: Check[] = [files.check];
  // A bot may have nothing to say: that is no fault, and no proof either.
  if (isRunning) checks.push(files.bytes > 0 ? { ...writes, state: 'good' } : { ...writes, text: 'silent so far' });
  checks.push(aliveCheck(target, identify(target, await listBots(target.home, deps, signal))));
  const isGood = checks.every((check) => check.state !== 'bad');
  const verdict: Verdict = {
    state: isGood ? 'good' : 'bad',
    checks,
    isWorse: !isCrashing(target.bot, clock.now()),
  };
  report(verdict);
  return verdict;
}

interface FilesLook {
  readonly bytes: number;
  readonly check: Check;
}

/** A writer that does not append goes on at its old place: the file then begins with a hole, which reads as zeros. */
async function lookAtFiles(target: BotTarget): Promise<FilesLook> {
  const uid = await daemonUid(target.home);
  let bytes = 0;
  let hole: string | null = null;
  for (const { stream, path } of logsOf(target.bot)) {
    const log = await openLog(path, uid, 'read');
    if (log.state !== 'open') continue;
    const first = Buffer.alloc(1, 1);
    try {
      await log.file.read(first, 0, 1, 0);
    } finally {
      await log.file.close();
    }
    bytes += log.sizeBytes;
    if (log.sizeBytes > 0 && first[0] === 0) hole = stream;
  }
  if (hole === null) return { bytes, check: { text: `now ${bytesLong(bytes)}`, state: 'good' } };
  return { bytes, check: { text: `${hole} is as long as before: what writes it does not append`, state: 'bad' } };
}

function aliveCheck({ bot }: BotTarget, found: Resolved<BotTarget>): Check {
  if (found.state !== 'same') return { text: found.reason, state: 'bad' };
  const now = found.target.bot;
  if (found.note !== undefined) return { text: found.note, state: 'bad' };
  return { text: now.pid === null ? `${now.status} as before` : `pid ${bot.pid} runs on`, state: 'good' };
}
