/** `pm2 resurrect`: starts what was saved. The one thing here that may start a PM2 daemon. */

import { stat } from 'node:fs/promises';
import { userName } from '../sources/proc/users.ts';
import { ago, count } from '../text/format.ts';
import type { Action, ActionDeps, Preparation, Resolved, RunResult } from './action.ts';
import { listBots, pm2Prefix } from './bots.ts';
import { errorText } from './error-text.ts';
import { pingDaemon, readDump } from './homes.ts';
import { nameSome } from './judgement.ts';
import { findProgram, runProgram } from './pm2-program.ts';
import { noteStarted, watchStarted, whatWasSaid } from './started-apps.ts';
import type { HomeTarget } from './target.ts';

const RUN_TIMEOUT_MS = 120_000;

export const resurrect: Action<HomeTarget> = {
  id: 'resurrect',
  label: 'resurrect',
  question: (whom) => `Resurrect the bots of ${whom}`,
  targetKind: 'home',
  runTimeoutMs: RUN_TIMEOUT_MS,
  mayBeUnread: true,
  risk: () => 'R2',
  unavailable: () => null,
  command: (targets, shell) => targets.map(({ home }) => `${pm2Prefix(home, null, shell)}pm2 resurrect`).join(' && '),
  consequences: () => ['they start with the environments that were saved'],
  prepare,
  resolve,
  run,
  verify: (target, deps, signal, report) => watchStarted(target, 'the daemon', deps, signal, report),
};

/** A home may have no daemon: that is what this is for. One that does not answer although it is there is another matter. */
async function resolve(
  targets: readonly HomeTarget[],
  deps: ActionDeps,
  signal: AbortSignal,
): Promise<readonly Resolved<HomeTarget>[]> {
  return Promise.all(
    targets.map(async (target): Promise<Resolved<HomeTarget>> => {
      try {
        return { state: 'same', target: { ...target, daemonPid: await pingDaemon(target.home, deps, signal) } };
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        if (code === 'absent' || code === 'refused') return { state: 'same', target: { ...target, daemonPid: null } };
        return { state: 'unread', reason: `${target.name}: ${errorText(error)}` };
      }
    }),
  );
}

/** The names that a resurrect would start: PM2 passes over those of which any is in its list. */
async function missingIn(target: HomeTarget, deps: ActionDeps, signal: AbortSignal) {
  const saved = await readDump(target.home);
  if (saved.state === 'missing') throw new Error(`nothing was ever saved in ${target.home}: there is no dump.pm2`);
  // PM2 deletes a dump that it cannot parse.
  if (saved.state === 'broken')
    throw new Error(`${saved.reason}; pm2 resurrect would delete it: put dump.pm2.bak in its place`);
  const { dump } = saved;
  const known = target.daemonPid === null ? [] : (await listBots(target.home, deps, signal)).map(({ name }) => name);
  const left = dump.bots.filter(({ name }) => !known.includes(name));
  return { dump, left, names: left.filter(({ isStopped }) => !isStopped).map(({ name }) => name) };
}

async function prepare(targets: readonly HomeTarget[], deps: ActionDeps, signal: AbortSignal): Promise<Preparation> {
  const notes: string[] = [];
  const consequences: string[] = [];
  for (const target of targets) {
    await findProgram(target.home, deps.env ?? {});
    const { dump, left, names } = await missingIn(target, deps, signal);
    if (left.length === 0) {
      throw new Error(dump.bots.length === 0 ? 'the dump is empty' : 'all that was saved is in the list already');
    }
    const orphans = deps.orphans?.(target.home) ?? null;
    if (orphans === null) notes.push('whether bots of the old daemon still run could not be found out');
    else if (orphans.length > 0) {
      const pids = orphans.map(({ name, pid }) => `${name} (pid ${pid})`);
      consequences.push(
        `${orphans.length === 1 ? 'one bot' : `${orphans.length} bots`} of the old daemon still ${orphans.length === 1 ? 'runs' : 'run'}: ${nameSome(pids)}; a second one beside it polls the same token, and Telegram answers both with 409: kill the orphans first`,
      );
    }
    if (target.daemonPid === null) {
      const { uid } = await stat(target.home);
      consequences.push(`no daemon answers: this starts one, as ${userName(uid)}`);
    }
    consequences.push(
      `${count(names.length)} ${names.length === 1 ? 'is' : 'are'} started, saved ${ago(deps.clock.now() - dump.savedAt)} ago: ${nameSome(names)}`,
    );
    const stopped = left.length - names.length;
    if (stopped > 0) consequences.push(`${count(stopped)} saved as stopped ${stopped === 1 ? 'stays' : 'stay'} so`);
  }
  return { notes, consequences };
}

async function run(target: HomeTarget, deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  const program = await findProgram(target.home, deps.env ?? {});
  const { names } = await missingIn(target, deps, signal);
  const { code, said, output } = await runProgram(program, ['resurrect'], target.home, signal);
  if (code !== 0) return { state: 'failed', message: `pm2 resurrect ended with ${code ?? 'a signal'}: ${said}` };
  noteStarted(target, { names, errors: whatWasSaid(output).errors, before: new Map() });
  return { state: 'done', message: '' };
}
