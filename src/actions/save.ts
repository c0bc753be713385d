/** `pm2 save`: what runs now becomes what a resurrect or a reboot starts. The dump from before stays as dump.pm2.bak. */
import { ago, count } from '../text/format.ts';
import type { Action, ActionDeps, Check, Preparation, RunResult, Verdict } from './action.ts';
import { listBots, pm2Prefix } from './bots.ts';
import { lacking, readDump, requireDaemon, resolveHomes, savedOnes } from './homes.ts';
import { nameSome } from './judgement.ts';
import { findProgram, runProgram } from './pm2-program.ts';
import type { HomeTarget } from './target.ts';

const RUN_TIMEOUT_MS = 20_000;

export const save: Action<HomeTarget> = {
  id: 'save',
  label: 'save the process list',
  question: (whom) => `Save the process list of ${whom}`,
  targetKind: 'home',
  runTimeoutMs: RUN_TIMEOUT_MS,
  risk: () => 'R2',
  unavailable: () => null,
  command: (targets, shell) => targets.map(({ home }) => `${pm2Prefix(home, null, shell)}pm2 save`).join(' && '),
  consequences: () => [
    'a resurrect or a reboot then starts what runs now, and what is stopped now stays stopped then',
    'the dump holds every environment of every bot, secrets too; the one from before becomes dump.pm2.bak',
  ],
  prepare,
  resolve: resolveHomes,
  run,
  verify,
};

async function prepare(targets: readonly HomeTarget[], deps: ActionDeps, signal: AbortSignal): Promise<Preparation> {
  const consequences: string[] = [];
  for (const { home } of targets) {
    await findProgram(home, deps.env ?? {});
    const bots = savedOnes(await listBots(home, deps, signal));
    if (bots.length === 0) throw new Error('nothing runs there: pm2 save would keep the old dump');
    const now = bots.map(({ name }) => name);
    const saved = await readDump(home);
    const stopped = bots.filter(({ status }) => status === 'stopped').map(({ name }) => name);
    const before = saved.state === 'read' ? saved.dump.bots.map(({ name }) => name) : [];
    const dropped = lacking(before, now);
    const added = lacking(now, before);
    if (dropped.length > 0) consequences.push(`no longer in it: ${nameSome(dropped)}`);
    if (added.length > 0 && before.length > 0) consequences.push(`new in it: ${nameSome(added)}`);
    if (stopped.length > 0) consequences.push(`saved as stopped: ${nameSome(stopped)}`);
    const age = saved.state === 'read' ? ago(deps.clock.now() - saved.dump.savedAt) : null;
    consequences.push(
      saved.state === 'read'
        ? `${count(now.length)} processes, ${now.length === before.length ? 'as many as' : `${count(before.length)} are`} in the dump of ${age} ago`
        : `${count(now.length)} processes; ${saved.state === 'missing' ? 'there is no dump yet' : saved.reason}`,
    );
  }
  return { notes: [], consequences };
}

async function run(target: HomeTarget, deps: ActionDeps, signal: AbortSignal): Promise<RunResult> {
  const program = await findProgram(target.home, deps.env ?? {});
  const old = await readDump(target.home);
  // In the same second: without a daemon the command would start an empty one.
  await requireDaemon(target, deps, signal);
  const { code, said } = await runProgram(program, ['save'], target.home, signal);
  if (code !== 0) return { state: 'failed', message: `pm2 save ended with ${code ?? 'a signal'}: ${said}` };
  const kept = old.state === 'read' ? await readDump(target.home, 'dump.pm2.bak') : null;
  const isKept = kept === null || (kept.state === 'read' && old.state === 'read' && kept.bytes.equals(old.bytes));
  return isKept
    ? { state: 'done', message: kept === null ? '' : 'the old dump is dump.pm2.bak' }
    : { state: 'failed', message: 'saved, but dump.pm2.bak is not the old dump' };
}

async function verify(
  target: HomeTarget,
  deps: ActionDeps,
  signal: AbortSignal,
  report: (verdict: Verdict) => void,
): Promise<Verdict> {
  const saved = await readDump(target.home);
  const bots = savedOnes(await listBots(target.home, deps, signal));
  const checks: Check[] = [];
  if (saved.state !== 'read') {
    checks.push({ text: saved.state === 'missing' ? 'there is no dump' : saved.reason, state: 'bad' });
  } else {
    const inDump = saved.dump.bots.map(({ name }) => name);
    const isWhole =
      lacking(
        bots.map(({ name }) => name),
        inDump,
      ).length === 0 && inDump.length === bots.length;
    checks.push({ text: `${inDump.length} of ${bots.length} in the dump`, state: isWhole ? 'good' : 'bad' });
    const isOpen = (saved.mode & 0o044) !== 0;
    if (isOpen) checks.push({ text: 'others can read it: chmod 600 dump.pm2', state: 'unknown' });
  }
  const state = checks.some((check) => check.state === 'bad') ? 'bad' : 'good';
  const verdict: Verdict = { state, checks };
  report(verdict);
  return verdict;
}
