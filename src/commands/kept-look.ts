/** How a person arranged the list of bots: it outlives the program in a small file of the state folder. */
import type { KeptFile } from '../actions/kept-file.ts';
import { BOT_COLUMNS } from '../panels/bots/column-list.ts';
import type { Look } from '../ui/state.ts';

export const LOOK_FILE = { name: 'look.json', maxBytes: 64 * 1024 };
const FORMAT = 1;

export interface KeptLook {
  /** What was kept; null when nothing was, or when it cannot be read: then all is as at first. */
  load(): Promise<Look | null>;
  /** Resolves with why it could not be kept, a sentence without a full stop; null when it was. One at a time. */
  save(look: Look): Promise<string | null>;
}

export function keepLook(file: KeptFile): KeptLook {
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async load() {
      try {
        const text = await file.read();
        return text === null ? null : parseLook(text);
      } catch {
        // Nobody is kept from the bots by a file of ours; the first change says that it cannot be written.
        return null;
      }
    },
    save(look) {
      const saved = turn.then(async () => {
        try {
          await file.write(`${JSON.stringify({ format: FORMAT, bots: look })}\n`);
          return null;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      });
      turn = saved;
      return saved;
    },
  };
}

/** Columns of another version are left out; null of what is no look at all. */
export function parseLook(text: string): Look | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const { format, bots } = (parsed ?? {}) as { format?: unknown; bots?: { columns?: unknown; isGrouped?: unknown } };
  if (format !== FORMAT || typeof bots !== 'object' || bots === null) return null;
  const columns: Record<string, 'on' | 'off'> = {};
  const known = new Set(BOT_COLUMNS.map(({ id }) => id).filter((id) => id !== 'name'));
  for (const [id, choice] of Object.entries((bots.columns ?? {}) as Readonly<Record<string, unknown>>)) {
    if (known.has(id) && (choice === 'on' || choice === 'off')) columns[id] = choice;
  }
  return { columns, isGrouped: bots.isGrouped === true };
}
