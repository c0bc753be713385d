import { readFileSync } from 'node:fs';
import type { Snapshots } from '../../src/sources/kinds.ts';
import { LogEvents } from '../../src/sources/logs/events.ts';
import { LogFactsRing } from '../../src/sources/logs/facts.ts';
import type { Kind } from '../../src/sources/source.ts';

/**
 * A reading as one line of a file: its kind, when it came, epoch ms, and what of it is not as in the reading before.
 * Of logs the events that are new; how far each file was read is left as it was at first.
 */
export interface RecordedReading {
  readonly kind: Kind;
  readonly at: number;
  readonly changed: Readonly<Record<string, unknown>>;
}

const COLUMN = '$column';
const UNKNOWN = '$NaN';

/** JSON that keeps columns of numbers, and numbers that are none; to three digits behind the point. */
export function toJson(value: unknown): string {
  const number = (one: number) => (Number.isNaN(one) ? UNKNOWN : Number(one.toFixed(3)));
  return JSON.stringify(value, (_, one: unknown) => {
    if (one instanceof Float64Array) return { [COLUMN]: Array.from(one, number) };
    return typeof one === 'number' ? number(one) : one;
  });
}

function fromJson(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    if (one === UNKNOWN) return Number.NaN;
    return one !== null && typeof one === 'object' && COLUMN in one ? Float64Array.from(one[COLUMN] as number[]) : one;
  });
}

/** What was read in a real minute, reading by reading, whole again. */
export function* recordedMinute(file: string): Generator<{
  readonly kind: Kind;
  readonly at: number;
  readonly value: Snapshots[Kind];
}> {
  const last = new Map<Kind, Record<string, unknown>>();
  const events = new LogEvents();
  const facts = new LogFactsRing();
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const { kind, at, changed } = fromJson(line) as RecordedReading;
    const whole: Record<string, unknown> = { ...last.get(kind), ...changed };
    last.set(kind, whole);
    if (kind !== 'logs') {
      yield { kind, at, value: whole as unknown as Snapshots[Kind] };
      continue;
    }
    for (const event of (changed['events'] ?? []) as Parameters<LogEvents['push']>[0][]) events.push(event);
    yield { kind, at, value: { ...whole, events, facts } as unknown as Snapshots[Kind] };
  }
}
