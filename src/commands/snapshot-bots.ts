import type { Bot, BotCode, BotExit, BotMetric, Deploy } from '../sources/pm2/snapshot.ts';
import type { BotInstance, PostgresSnapshot } from '../sources/postgres/snapshot.ts';
import { instanceDrift, instanceOf } from '../state/bot-instances.ts';
import { runningCode } from '../state/deploys.ts';
import { ageOf, type BotLimits, type BotState, judgeAt, momentOf, nextStartAt } from '../state/judge.ts';
import type { Entry } from '../state/store.ts';
import { isoTime, known, rounded } from './snapshot-values.ts';

/** `bots[]` of the document: one process of a PM2 daemon. */
export interface BotDocument {
  readonly home: string;
  readonly id: number | string;
  readonly name: string;
  readonly namespace: string;
  readonly status: string;
  readonly state: BotState;
  readonly why: string;
  readonly pid: number | null;
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly maxMemoryBytes: number | null;
  readonly processes: number | null;
  readonly threads: number | null;
  readonly openFiles: number | null;
  readonly openFilesLimit: number | null;
  readonly restarts: number;
  readonly unstableRestarts: number;
  readonly uptimeMs: number | null;
  readonly nextStartAt: string | null;
  readonly lastLogAt: string | null;
  readonly quietSince: string | null;
  readonly mode: 'fork' | 'cluster';
  readonly instance: number | null;
  readonly exitCode: number | null;
  readonly exits: readonly ExitDocument[];
  readonly metrics: readonly Pick<BotMetric, 'name' | 'kind' | 'value' | 'unit' | 'isRough'>[];
  readonly version: string | null;
  readonly code: CodeDocument | null;
  readonly nodeVersion: string | null;
  readonly autorestart: boolean;
  readonly watch: boolean;
  readonly cron: string | null;
  readonly isModule: boolean;
  /** Its row in `bot_instances`; null where there is none. */
  readonly registry: RegistryDocument | null;
}

interface RegistryDocument {
  readonly id: string;
  readonly status: string;
  readonly lastRestartAt: string | null;
  readonly drift: string | null;
}

interface CodeDocument extends Pick<BotCode, 'version' | 'commit' | 'branch'> {
  /** Null of a bot that does not run. */
  readonly isRunning: boolean | null;
  readonly deploys: readonly (Omit<Deploy, 'at'> & { readonly at: string | null })[];
}

interface ExitDocument {
  readonly at: string | null;
  readonly cause: BotExit['cause'];
  readonly by: string | null;
  readonly code: number | null;
  readonly signal: string | null;
  readonly ranMs: number | null;
  readonly restartedAt: string | null;
}

/** The bots of one daemon, judged as they were when they were read. */
export function botDocuments(
  { reading }: Entry<'pm2'>,
  now: number,
  limits: BotLimits,
  instances: PostgresSnapshot['instances'],
): BotDocument[] {
  if (reading.state !== 'fresh' && reading.state !== 'stale') return [];
  const snapshot = reading.value;
  const moment = momentOf(reading, now);
  return snapshot.bots.map((bot, index) => {
    const { state, why } = judgeAt(bot, moment, limits);
    const row = instanceOf(bot, instances);
    return {
      home: bot.home,
      id: bot.id,
      name: bot.name,
      namespace: bot.namespace,
      status: bot.status,
      state,
      why,
      pid: bot.pid,
      cpuPercent: rounded(snapshot.cpuPercent[index], 2),
      memoryBytes: rounded(snapshot.memoryBytes[index], 0),
      maxMemoryBytes: rounded(bot.maxMemoryBytes, 0),
      processes: rounded(snapshot.processes[index], 0),
      threads: rounded(snapshot.threads[index], 0),
      openFiles: rounded(snapshot.openFiles[index], 0),
      openFilesLimit: rounded(snapshot.openFilesLimit[index], 0),
      restarts: bot.restarts,
      unstableRestarts: bot.unstableRestarts,
      uptimeMs: uptimeOf(bot, moment.isFresh ? now : moment.readAt),
      nextStartAt: isoTime(nextStartAt(bot)),
      lastLogAt: isoTime(snapshot.lastLogAt[index]),
      quietSince: isoTime(bot.quiet?.since),
      mode: bot.mode,
      instance: bot.instance,
      exitCode: bot.exitCode,
      exits: bot.exits.map(exitDocument),
      metrics: bot.metrics.map(({ name, kind, value, unit, isRough }) => ({ name, kind, value, unit, isRough })),
      version: bot.version,
      code: bot.code && codeDocument(bot, bot.code),
      nodeVersion: bot.nodeVersion,
      autorestart: bot.autorestart,
      watch: bot.watch,
      cron: bot.cron,
      isModule: bot.isModule,
      registry: row && registryDocument(row, state),
    };
  });
}

function registryDocument(row: BotInstance, state: BotState): RegistryDocument {
  const { id, status, lastRestartAt } = row;
  return { id, status, lastRestartAt: isoTime(lastRestartAt), drift: instanceDrift(row, state) };
}

function codeDocument(bot: Bot, { version, commit, branch, deploys }: BotCode): CodeDocument {
  const running = runningCode(bot);
  return {
    version,
    commit,
    branch,
    isRunning: running && running.waiting.length === 0,
    deploys: deploys.map((deploy) => ({ ...deploy, at: isoTime(deploy.at) })),
  };
}

function exitDocument({ at, cause, by, code, signal, ranMs, restartedAt }: BotExit): ExitDocument {
  return { at: isoTime(at), cause, by, code, signal, ranMs: known(ranMs), restartedAt: isoTime(restartedAt) };
}

/** Time since the last start of a bot that has a process; null of one that has none. */
function uptimeOf(bot: Bot, now: number): number | null {
  return bot.pid === null ? null : rounded(ageOf(bot, now), 0);
}
