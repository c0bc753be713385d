/** What the audit still knows: the last thing that was done to a bot from here, and by whom. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { clean } from '../text/clean.ts';
import type { StateFolder } from './state-folder.ts';

export interface LastAct {
  /** The action's id. */
  readonly action: string;
  readonly who: string;
  /** Epoch ms. */
  readonly at: number;
}

/** The end of the file is enough: what is older than this many bytes nobody asks for. */
const TAIL_BYTES = 512 * 1024;

/**
 * The newest act done to any of the bots, by PM2's unique_id; null where there is none, or no audit. Lines that are none are
 * passed over: the file is ours, but a full disk may have cut one.
 */
export async function readLastAct(
  folder: () => Promise<StateFolder>,
  uniqueIds: ReadonlySet<string>,
): Promise<LastAct | null> {
  const state = await folder();
  if (state.state === 'unusable') return null;
  const text = await tailOf(join(state.path, 'audit.ndjson'));
  for (const line of text.split('\n').toReversed()) {
    // Cheaper than parsing each of some thousand lines.
    if (!line.includes('"event":"outcome"')) continue;
    const act = actIn(line, uniqueIds);
    if (act !== null) return act;
  }
  return null;
}

function actIn(line: string, uniqueIds: ReadonlySet<string>): LastAct | null {
  try {
    const record = JSON.parse(line) as Record<string, unknown>;
    const { action, who, at, result, targets } = record;
    if (typeof action !== 'string' || typeof who !== 'string' || typeof at !== 'string') return null;
    if ((result !== 'done' && result !== 'unanswered') || !Array.isArray(targets)) return null;
    if (!targets.some((target: { uniqueId?: unknown } | null) => uniqueIds.has(String(target?.uniqueId)))) return null;
    const time = Date.parse(at);
    return Number.isNaN(time) ? null : { action: clean(action), who: clean(who), at: time };
  } catch {
    return null;
  }
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    await file.read(bytes, 0, length, size - length);
    return bytes.toString('utf8');
  } finally {
    await file.close();
  }
}
