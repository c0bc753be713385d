import type { Action } from '../../src/actions/action.ts';
import { type Ask, buildAsk } from '../../src/actions/ask.ts';
import type { Target } from '../../src/actions/target.ts';
import { NOON } from './bots.ts';

/** The question for an action, asked at noon by `ops`, with nothing prepared. */
export function makeAsk(
  action: Action,
  targets: readonly Target[],
  { id = 'x', notes = [] }: { readonly id?: string; readonly notes?: readonly string[] } = {},
): Ask {
  const shell = { pm2Home: '/home/ops/.pm2', user: 'ops' };
  return buildAsk({ id, action, targets, notes, preparation: null, shell, at: NOON });
}
