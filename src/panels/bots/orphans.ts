/** Bots that outlived their daemon, as rows of the list. */
import type { Orphan } from '../../sources/guard/snapshot.ts';
import type { Bot } from '../../sources/pm2/snapshot.ts';
import type { BotRow } from './row.ts';

export const ORPHAN_JUDGEMENT: BotRow['judgement'] = {
  state: 'orphan',
  why: 'may poll twice: no daemon',
  last: 'orphan',
};

/** What is known of it in the form of a bot. PM2 has no word for it, and nothing that PM2 alone tells is known. */
export function botOfOrphan({ home, pid, startTicks, startedAt, id, name, ...orphan }: Orphan): Bot {
  return {
    home,
    id,
    name,
    namespace: orphan.namespace ?? 'default',
    status: 'unknown',
    pid,
    uniqueId: `orphan ${pid} ${startTicks}`,
    restarts: Number.NaN,
    unstableRestarts: Number.NaN,
    startedAt,
    createdAt: null,
    mode: 'fork',
    instance: null,
    instances: null,
    exitCode: null,
    autorestart: false,
    watch: false,
    cron: null,
    maxMemoryBytes: null,
    restartDelayMs: 0,
    backoffMs: null,
    minUptimeMs: 0,
    maxUnstable: 0,
    killTimeoutMs: null,
    waitsReady: false,
    listenTimeoutMs: null,
    isModule: false,
    script: orphan.command,
    cwd: orphan.cwd ?? '',
    interpreter: '',
    nodeVersion: null,
    version: null,
    username: orphan.user,
    outLogPath: orphan.outLogPath,
    errLogPath: orphan.errLogPath,
    combinedLogPath: null,
    envNames: [],
    metrics: [],
    customActions: [],
    code: null,
    quiet: null,
    lastingState: null,
    stoppingSince: null,
    exits: [],
  };
}
