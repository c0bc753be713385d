/** Every action there is, one line each; keys, hints, help and docs follow from these objects. */
import type { Action } from './action.ts';
import { deleteBot } from './delete.ts';
import { cancelQuery, terminate } from './end-session.ts';
import { flush } from './flush.ts';
import { keep, keepForgotten } from './keep.ts';
import { killOrphan } from './kill-orphan.ts';
import { reload } from './reload.ts';
import { reset } from './reset.ts';
import { restart } from './restart.ts';
import { resurrect } from './resurrect.ts';
import { rolling } from './rolling.ts';
import { save } from './save.ts';
import { scale } from './scale.ts';
import { signal } from './signal.ts';
import { start } from './start.ts';
import { startFile } from './start-file.ts';
import { stop } from './stop.ts';
import { trigger } from './trigger.ts';
import { vacuum } from './vacuum.ts';

export const actions: readonly Action[] = [
  restart,
  rolling,
  stop,
  start,
  reload,
  flush,
  keep,
  keepForgotten,
  deleteBot,
  reset,
  scale,
  signal,
  trigger,
  killOrphan,
  startFile,
  save,
  resurrect,
  cancelQuery,
  terminate,
  vacuum,
];
