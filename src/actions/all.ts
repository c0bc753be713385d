/** Every action there is, one line each; keys, hints, help and docs follow from these objects. */
import type { Action } from './action.ts';
import { flush } from './flush.ts';
import { restart } from './restart.ts';
import { vacuum } from './vacuum.ts';

export const actions: readonly Action[] = [restart, flush, vacuum];
