/** One entry of systemd's journal, as `journalctl --output=json` writes it. */

export interface JournalEntry {
  /** The units it is of: what systemd itself says of one names that beside the unit that said it. */
  readonly units: readonly string[];
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
const INFO = 6;

/** Where a unit is named: of whom a message tells, whose core was dumped, who wrote it. */
export const UNIT_FIELDS = ['UNIT', 'OBJECT_SYSTEMD_UNIT', 'COREDUMP_UNIT', '_SYSTEMD_UNIT'] as const;

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
  const units = UNIT_FIELDS.flatMap((name) => textsOf(fields[name]));
  const messages = textsOf(fields['MESSAGE']);
  if (!(at > 0 && at < 8.64e15) || units.length === 0 || messages.length === 0) return null;
  const priorities = textsOf(fields['PRIORITY']).filter((value) => /^[0-7]$/.test(value));
  const priority = priorities.length === 0 ? INFO : Math.min(...priorities.map(Number));
  const prefix = `<${priority}>${new Date(at).toISOString()} `;
  const cursor = fields['__CURSOR'];
  return {
    units,
    at,
    cursor: typeof cursor === 'string' ? cursor : null,
    isGrave: priority <= WARNING,
    lines: messages
      .flatMap((message) => message.split('\n'))
      .slice(0, MAX_LINES)
      .map((line) => prefix + line),
  };
}

/**
 * The values of a field, which may stand there more than once: as a list then. A value with bytes that are no UTF-8, or
 * with control characters, comes as a list of numbers.
 */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.length === 0) return [];
  if (typeof value[0] === 'number') return [Buffer.from(value as number[]).toString('utf8')];
  return value.flatMap(textsOf);
}
