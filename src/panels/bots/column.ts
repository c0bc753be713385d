/** What a column of the bots panel is, and the words and colours of the states. */

import type { Thresholds } from '../../config/schema.ts';
import type { Threshold } from '../../config/schema-nodes.ts';
import type { World } from '../../state/world.ts';
import type { Role } from '../../ui/theme.ts';
import { isTrouble, severityOf } from '../severity.ts';
import type { FieldName } from './fields.ts';
import type { BotRow, GroupRow, RowState } from './row.ts';

export type BotLimits = Pick<Thresholds['bots'], 'memoryBytes' | 'cpuPercent'>;

export interface BotColumn {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Where there is no room for all, those of a lower rank stay. */
  readonly rank: number;
  /** Shown only where there are several of them. */
  readonly onlyWith?: 'homes' | 'namespaces';
  /** What the list is sorted by when this column's title is marked. */
  readonly sort?: FieldName;
  /** In full, for the chooser. */
  readonly label: string;
  /** Its picture of the last samples, in place of a text. */
  readonly series?: 'cpu' | 'memory';
  text(row: BotRow, world: World): string;
  /** Of a group: its sum. */
  group?(group: GroupRow): string;
  role(row: BotRow, limits: BotLimits, world: World): Role;
}

const STATE_ROLES: Readonly<Record<RowState, Role>> = {
  orphan: 'bad',
  errored: 'bad',
  flapping: 'bad',
  frozen: 'bad',
  'restart-wait': 'warn',
  silent: 'warn',
  unknown: 'warn',
  stale: 'muted',
  stopping: 'warn',
  starting: 'accent',
  ok: 'good',
  stopped: 'muted',
};

/** Beyond every width: shown only where it was chosen. */
export const NEVER = 100;

export function stateRole(state: RowState): Role {
  return STATE_ROLES[state];
}

const IN_CAPITALS: ReadonlySet<RowState> = new Set(['orphan', 'errored', 'flapping', 'frozen']);

/** The words on the screen; what is broken is in capitals, so that it is found without colour too. */
export function stateWord(state: RowState): string {
  if (state === 'restart-wait') return 'waiting';
  return IN_CAPITALS.has(state) ? state.toUpperCase() : state;
}

/** What does not run, or is not known any more, steps back. */
export function quiet(row: BotRow): Role {
  return row.judgement.state === 'stopped' || row.judgement.state === 'stale' ? 'muted' : 'text';
}

export function limited(row: BotRow, value: number, limit: Threshold): Role {
  const severity = severityOf(value, limit);
  return isTrouble(severity) ? severity : quiet(row);
}
