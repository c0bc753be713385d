/** Logs of any number, checked, saved and cut together: what keeping their ends has in common for bots and for PM2's leftovers. */
import { bytesLong, count } from '../../text/format.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import type { ActionDeps, Preparation, RunResult } from '../action.ts';
import { errorText } from '../error-text.ts';
import { fileName } from '../evidence.ts';
import { keepEnd } from './cut.ts';
import { openLog } from './file.ts';
import { savedNote } from './flush-words.ts';

/** One log, and whose daemon writes it. */
export interface LogOfDaemon {
  /** For sentences: `api out`, or the name of the file. */
  readonly label: string;
  readonly path: string;
  readonly ownerUid: number;
}

interface SizedLog extends LogOfDaemon {
  readonly sizeBytes: number;
}

/** No more are opened for one action. */
const MAX_LOGS = 500;
const MAX_NAMED = 3;

/** Those that are longer than what is kept, the largest first. Throws when one must not be touched. */
export async function longLogs(logs: readonly LogOfDaemon[], keepBytes: number): Promise<readonly SizedLog[]> {
  const found = new Map<string, SizedLog>();
  for (const log of logs.slice(0, MAX_LOGS)) {
    if (found.has(log.path)) continue;
    const opened = await openLog(log.path, log.ownerUid, 'cut');
    if (opened.state === 'refused') throw new Error(`${log.label}: ${opened.reason}`);
    if (opened.state === 'missing') continue;
    await opened.file.close();
    if (opened.sizeBytes > keepBytes) found.set(log.path, { ...log, sizeBytes: opened.sizeBytes });
  }
  return [...found.values()].sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/** Saves the ends as evidence and says what will be gone. */
export async function prepareCut(
  logs: readonly LogOfDaemon[],
  keepBytes: number,
  entry: { readonly action: string; readonly subject: string },
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<Preparation> {
  const long = await longLogs(logs, keepBytes);
  if (long.length === 0) throw new Error(`there is nothing to cut: no log is longer than ${bytesLong(keepBytes)}`);
  const evidence = await deps.evidence.save(
    {
      ...entry,
      facts: { keepBytes, logs: long },
      sources: long.map((log, index) => ({
        name: `${index + 1}-${fileName(log.label)}.log`,
        async open() {
          const opened = await openLog(log.path, log.ownerUid, 'read');
          if (opened.state === 'open') return opened.file;
          throw new Error(opened.state === 'missing' ? `${log.path} is gone` : opened.reason);
        },
      })),
    },
    signal,
  );
  const totalBytes = long.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const goneBytes = totalBytes - long.length * keepBytes;
  const named = long.slice(0, MAX_NAMED).map(({ label, sizeBytes }) => `${label} ${bytesLong(sizeBytes)}`);
  const more = long.length > MAX_NAMED ? ` and ${long.length - MAX_NAMED} more` : '';
  const consequences = [
    `${bytesLong(goneBytes)} of ${bytesLong(totalBytes)} in ${count(long.length)} ${long.length === 1 ? 'file' : 'files'} will be gone for good: ${named.join(', ')}${more}`,
  ];
  const notes = [savedNote(evidence)];
  return evidence.state === 'saved' ? { notes, consequences } : { notes, consequences, phrase: 'without evidence' };
}

/** Cuts what is longer, one after the other, and says how much is free, what came meanwhile and what may be lost. */
export async function cutLogs(
  logs: readonly LogOfDaemon[],
  keepBytes: number,
  signal: AbortSignal,
): Promise<RunResult> {
  let freedBytes = 0;
  let lateBytes = 0;
  let blindMs = 0;
  let files = 0;
  try {
    for (const log of await longLogs(logs, keepBytes)) {
      const opened = await openLog(log.path, log.ownerUid, 'cut');
      if (opened.state !== 'open') continue;
      try {
        const cut = await keepEnd(opened.file, keepBytes, signal);
        if (cut === null) continue;
        files += 1;
        freedBytes += cut.beforeBytes + cut.lateBytes - cut.keptBytes;
        lateBytes += cut.lateBytes;
        blindMs = Math.max(blindMs, cut.blindMs);
      } finally {
        await opened.file.close();
      }
    }
  } catch (error) {
    const done = files > 0 ? `; before that ${bytesLong(freedBytes)} freed in ${count(files)} files` : '';
    return { state: 'failed', message: `${errorText(error)}${done}` };
  }
  if (files === 0) return { state: 'failed', message: `no log is longer than ${bytesLong(keepBytes)} any more` };
  const late = lateBytes > 0 ? `; ${bytesLong(lateBytes)} written meanwhile were kept` : '';
  return {
    state: 'done',
    message: `${bytesLong(freedBytes)} freed in ${count(files)} ${files === 1 ? 'file' : 'files'}${late}; what was appended within ${blindMs < 1 ? 'the last ms' : `${Math.ceil(blindMs)} ms`} before a cut is lost`,
  };
}

/** The same by hand: `tail` into a copy and back, which loses what is written in between. */
export function cutCommand(paths: readonly string[], keepBytes: number): string {
  return paths
    .map((path) => {
      const quoted = shellQuote(path);
      return keepBytes === 0
        ? `truncate -c -s 0 ${quoted}`
        : `t=$(mktemp) && tail -c ${keepBytes} ${quoted} > "$t" && cat "$t" > ${quoted}; rm -f "$t"`;
    })
    .join(' && ');
}
