/** One entry of systemd's journal, as `journalctl --output=json` writes it. */

export interface JournalEntry {
  readonly unit: string;
  /** Epoch ms. */
  readonly at: number;
  readonly cursor: string | null;
  /** Its priority is that of a warning or worse. */
  readonly isGrave: boolean;
  /** The lines of its message, each with priority and time before it, as syslog sends them. */
  readonly lines: readonly string[];
}

const MAX_LINES = 200;
const WARNING = 4;

/** Null when it is none. */
export function entryOf(text: string): JournalEntry | null {
  let fields: Readonly<Record<string, unknown>>;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    fields = value as Readonly<Record<string, unknown>>;
  } catch {
    // The rest of an entry that was too long.
    return null;
  }
  const at = Number(fields['__REALTIME_TIMESTAMP']) / 1000;
  // Of what systemd says of a unit, the unit is in a field of its own.
  const unit = [fields['UNIT'], fields['_SYSTEMD_UNIT']].find((value) => typeof value === 'string');
  const message = messageOf(fields['MESSAGE']);
  if (!(at > 0 && at < 8.64e15) || typeof unit !== 'string' || message === null) return null;
  const priority = /^[0-7]$/.test(String(fields['PRIORITY'])) ? Number(fields['PRIORITY']) : 6;
  const prefix = `<${priority}>${new Date(at).toISOString()} `;
  const cursor = fields['__CURSOR'];
  return {
    unit,
    at,
    cursor: typeof cursor === 'string' ? cursor : null,
    isGrave: priority <= WARNING,
    lines: message
      .split('\n')
      .slice(0, MAX_LINES)
      .map((line) => prefix + line),
  };
}

/** Bytes that are no UTF-8 come as a list of numbers; a message that is too long comes as null. */
function messageOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? Buffer.from(value as number[]).toString('utf8') : null;
}
