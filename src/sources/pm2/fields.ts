/** Readers of single fields of untrusted objects: each gives a value of its type or null, never throws. */
import { safeText } from './access.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object with fields, or null. Arrays are none. */
export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** A field of the object itself: what a key like `__proto__` or `constructor` inherits is not ours. */
export function fieldOf(fields: Fields | null, key: string): unknown {
  return fields !== null && Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** A finite number, also when it was sent as text; null otherwise. */
export function asNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' && value.length < 40 ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** A number not below zero; null otherwise. */
export function asCount(value: unknown): number | null {
  const number = asNumber(value);
  return number !== null && number >= 0 ? number : null;
}

/** Cleaned, redacted and cut to `maxLength`; null for anything that is not a text or is empty. */
export function asText(value: unknown, maxLength = 256): string | null {
  if (typeof value !== 'string' || value === '') return null;
  const text = safeText(value.slice(0, maxLength));
  return text === '' ? null : text;
}

/**
 * A path to a file that will be opened; null when cleaning it would change it, since the changed path would be that
 * of another file.
 */
export function asPath(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith('/') && value.length <= 4096 && safeText(value) === value
    ? value
    : null;
}

/** PM2 takes both `true` and `"true"`. */
export function asFlag(value: unknown): boolean | null {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return null;
}
