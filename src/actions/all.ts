/** Every action there is, one line each; keys, hints, help and docs follow from these objects. */
import type { Action } from './action.ts';
import { deleteBot } from './delete.ts';
import { flush } from './flush.ts';
import { reload } from './reload.ts';
import { reset } from './reset.ts';
import { restart } from './restart.ts';
import { rolling } from './rolling.ts';
import { scale } from './scale.ts';
import { signal } from './signal.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';
import { vacuum } from './vacuum.ts';

export const actions: readonly Action[] = [
  restart,
  rolling,
  stop,
  start,
  reload,
  flush,
  deleteBot,
  reset,
  scale,
  signal,
  vacuum,
];
