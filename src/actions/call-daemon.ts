/** How an action tells PM2 to do something to one bot, and everybody else that a person asked for it. */
import type { Pm2Client } from '../sources/pm2/client.ts';
import { SourceError } from '../sources/source.ts';
import type { ActionDeps, RunResult } from './action.ts';
import { errorText } from './error-text.ts';
import type { BotTarget } from './target.ts';

/** kill_timeout and listen_timeout are inside this; what takes longer is watched instead. */
export const CALL_TIMEOUT_MS = 30_000;
const ANNOUNCE_TIMEOUT_MS = 3000;

/** Why a bot that waits for its next try is not started: PM2 refuses while the pid of the last try is in its list. */
export const WAITS = 'PM2 starts it after its restart delay; S, then + starts it now';

/** Calls a method of the daemon, within the time an action has. */
export type Call = (method: string, args: readonly unknown[]) => ReturnType<Pm2Client['call']>;

/**
 * Does `act` with a client of its own, then announces `announced` on PM2's bus, where there is a word for it. A daemon that is silent may still do
 * it (old ones never answer some calls): that is `unanswered`.
 */
export async function callDaemon(
  target: BotTarget,
  announced: 'restart' | 'stop' | 'start' | 'reload' | 'delete' | null,
  deps: ActionDeps,
  signal: AbortSignal,
  act: (call: Call) => Promise<unknown>,
): Promise<RunResult> {
  const client = deps.pm2(target.home);
  try {
    await act((method, args) => client.call(method, args, { timeoutMs: CALL_TIMEOUT_MS, signal }));
    if (announced === null) return { state: 'done', message: '' };
    // The daemon tells nobody that a person asked; other tools count on hearing it.
    const notice = { id: target.id, action_name: announced, manually: true };
    const options = { timeoutMs: ANNOUNCE_TIMEOUT_MS, signal };
    const untold = await client.call('notifyByProcessId', [notice], options).then(
      () => '',
      (error: unknown) => `done, but PM2 could not announce the ${announced}: ${errorText(error)}`,
    );
    return { state: 'done', message: untold };
  } catch (error) {
    const isSilent = error instanceof SourceError && (error.code === 'timeout' || error.code === 'frozen');
    return { state: isSilent ? 'unanswered' : 'failed', message: errorText(error) };
  } finally {
    client.close();
  }
}
