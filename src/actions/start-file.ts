/** Starting what an ecosystem file says. The file is code that runs: whose it is, and how old, is said before. */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { homeFolder } from '../config/system-user.ts';
import { userName } from '../sources/proc/users.ts';
import { clean } from '../text/clean.ts';
import { ago, bytesLong } from '../text/format.ts';
import { shellQuote } from '../text/shell-quote.ts';
import type { Action, ActionDeps, Argument, Preparation, RunResult } from './action.ts';
import { listBots, pm2Prefix } from './bots.ts';
import { requireDaemon, resolveHomes } from './homes.ts';
import { findProgram, runProgram } from './pm2-program.ts';
import { noteStarted, rememberBots, watchStarted, whatWasSaid } from './started-apps.ts';
import type { HomeTarget } from './target.ts';
import { distrustFolders } from './trusted-way.ts';

const RUN_TIMEOUT_MS = 60_000;
const SUFFIXES = /\.(config\.c?js|json|ya?ml)$/;

const argument: Argument<HomeTarget> = {
  what: 'path of the ecosystem file',
  initial: () => '',
  choices: () => [],
  check: (text) => {
    const path = pathOf(text);
    if (!isAbsolute(path)) return 'an absolute path, or one that begins with ~/';
    if (clean(path) !== path) return 'a path without control characters';
    return SUFFIXES.test(path) ? null : 'a file that PM2 takes for one: .config.js, .config.cjs, .json, .yml or .yaml';
  },
  bind: (text) => startFrom(pathOf(text)),
};

function pathOf(text: string): string {
  const typed = text.trim();
  return typed.startsWith('~/') ? join(homeFolder(process.env), typed.slice(2)) : typed;
}

export const startFile: Action<HomeTarget> = { ...startFrom(''), label: 'start a file', argument };

function startFrom(path: string): Action<HomeTarget> {
  return {
    id: 'start file',
    label: `start ${basename(path)}`,
    question: (whom) => `Start ${basename(path)} in ${whom}`,
    targetKind: 'home',
    runTimeoutMs: RUN_TIMEOUT_MS,
    risk: () => 'R2',
    unavailable: () => null,
    command: (targets, shell) =>
      targets
        .map(
          ({ home }) =>
            `cd ${shellQuote(dirname(path))} && ${pm2Prefix(home, null, shell)}pm2 start ${shellQuote(basename(path))}`,
        )
        .join(' && '),
    consequences: () => [
      'this runs the code in that file, and starts what it lists: what runs already under such a name is restarted with what the file says',
      'they get the environment of the file, and PATH, HOME, USER and LANG; nothing else of yours',
      'a resurrect or a reboot knows them only after a save',
    ],
    prepare: (targets, deps) => inspect(path, targets, deps),
    resolve: resolveHomes,
    run: (target, deps, signal) => run(path, target, deps, signal),
    verify: (target, deps, signal, report) => watchStarted(target, 'processes', deps, signal, report),
  };
}

/** Throws why this file must not be run, or gives what it is. */
async function inspect(path: string, targets: readonly HomeTarget[], deps: ActionDeps): Promise<Preparation> {
  const notes: string[] = [];
  for (const { home } of targets) {
    await findProgram(home, deps.env ?? {});
    const { uid } = await stat(home);
    const file = await stat(path);
    if (!file.isFile()) throw new Error(`${path} is no regular file`);
    const allowed = new Set([0, uid, process.geteuid?.() ?? uid]);
    if (!allowed.has(file.uid))
      throw new Error(`${path} belongs to ${userName(file.uid)}: what others wrote is not run`);
    if ((file.mode & 0o002) !== 0) throw new Error(`${path} can be written by everybody`);
    const distrust = await distrustFolders(path, allowed);
    if (distrust !== null) throw new Error(`${path} cannot be trusted: ${distrust}`);
    const age = ago(deps.clock.now() - file.mtimeMs);
    notes.push(`${path}: of ${userName(file.uid)}, changed ${age} ago, ${bytesLong(file.size)}`);
  }
  return { notes };
}

async function run(path: string, target: HomeTarget, deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  // Once more: it may have been changed while the question stood.
  await inspect(path, [target], deps);
  const program = await findProgram(target.home, deps.env ?? {});
  const bots = await listBots(target.home, deps, signal);
  const before = rememberBots(bots, deps.clock.now());
  await requireDaemon(target, deps, signal);
  // PM2 takes relative scripts from where it is run.
  const { code, said, output } = await runProgram(program, ['start', path], dirname(path), signal);
  if (code !== 0) return { state: 'failed', message: `pm2 start ended with ${code ?? 'a signal'}: ${said}` };
  // What the file lists, as PM2 said when it read it.
  noteStarted(target, { ...whatWasSaid(output), before });
  return { state: 'done', message: '' };
}
