/** How each kind of value is written, and read back. */

import { join, resolve } from 'node:path';
import type { NumberKind, ScalarNode } from './schema-nodes.ts';
import { Secret } from './secret.ts';
import { suggest } from './suggest.ts';
import { homeFolder } from './system-user.ts';

/** A value, or what is wrong: `expected` ends the sentence "… must be"; `hint` says what is allowed, or what was meant. */
export type Scalar = { readonly value: unknown } | { readonly expected: string; readonly hint: string | null };

/** What a text may need to become a value. */
export interface ScalarContext {
  /** Absolute; relative paths are meant from here. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const BYTES = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
const DURATIONS = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

interface NumberSpec {
  /** As a sentence has it, behind "must be". */
  readonly named: string;
  /** The units a number may stand with, by what they multiply it with; without one it is taken as it is. */
  readonly units: Readonly<Record<string, number>>;
  readonly isWhole: boolean;
}

const NUMBERS: Readonly<Record<NumberKind, NumberSpec>> = {
  integer: { named: 'a whole number', units: {}, isWhole: true },
  ratio: { named: 'a number', units: {}, isWhole: false },
  percent: { named: 'a share such as 80 or 80%', units: { '%': 1 }, isWhole: false },
  bytes: { named: 'a size such as 150MB or 150MiB', units: BYTES, isWhole: true },
  duration: { named: 'a duration such as 500ms, 30s, 5m or 1h', units: DURATIONS, isWhole: true },
};

/** Reads a text as a node demands it. Never throws; what it says is wrong quotes nothing. */
export function readScalar(node: ScalarNode, text: string, context: ScalarContext): Scalar {
  switch (node.kind) {
    case 'integer':
    case 'ratio':
    case 'percent':
    case 'bytes':
    case 'duration':
      return readNumber(node.kind, node, text);
    case 'boolean':
      return readBoolean(text);
    case 'choice':
      return readChoice(node.values ?? [], text);
    case 'url':
      return readUrl(node.schemes ?? [], text);
    case 'zone':
      return readZone(text);
    case 'path':
      if (text.trim() === '' || text.includes('\0')) return { expected: 'a path', hint: null };
      return { value: absolute(text, context) };
    case 'text':
      return text.trim() === '' ? { expected: 'a text that is not empty', hint: null } : { value: text };
    default:
      return node.kind satisfies never;
  }
}

/** Reads a number with its unit between two limits. */
export function readNumber(kind: NumberKind, range: { least?: number; most?: number }, text: string): Scalar {
  const { named, units, isWhole } = NUMBERS[kind];
  const match = /^(\d{1,16}(?:\.\d{1,9})?) ?([a-zA-Z%]{0,3})$/.exec(text.trim());
  const unit = match?.[2] ?? '';
  const factor = unit === '' ? 1 : units[unit];
  const { least = 0, most = Number.MAX_SAFE_INTEGER } = range;
  const allowed = `allowed: ${formatNumber(kind, least)} to ${formatNumber(kind, most)}`;
  if (!match || factor === undefined) return { expected: named, hint: allowed };
  // 0.3 s is 300 ms, whatever 0.3 * 1000 is.
  const value = Number((Number(match[1]) * factor).toPrecision(15));
  if (isWhole && !Number.isInteger(value)) return { expected: named, hint: allowed };
  if (value < least || value > most) return { expected: named, hint: allowed };
  return { value };
}

/** The shortest way to write it that `readNumber` reads back: `150MB`, `5m`, `80%`. */
export function formatNumber(kind: NumberKind, value: number): string {
  if (kind === 'percent') return `${value}%`;
  const { units } = NUMBERS[kind];
  const whole = Object.entries(units).filter(([, factor]) => value > 0 && value % factor === 0);
  const ways = whole.map(([unit, factor]) => `${value / factor}${unit}`);
  return ways.reduce((best, way) => (way.length < best.length || best === String(value) ? way : best), String(value));
}

function readBoolean(text: string): Scalar {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return { value: word === 'true' };
  const meant = ['yes', 'on', '1'].includes(word) ? 'true' : ['no', 'off', '0'].includes(word) ? 'false' : null;
  return { expected: 'true or false', hint: meant && `did you mean ${meant}?` };
}

function readChoice(values: readonly string[], text: string): Scalar {
  if (values.includes(text)) return { value: text };
  const near = suggest(text, values);
  return { expected: `one of ${values.join(', ')}`, hint: near && `did you mean ${near}?` };
}

function readUrl(schemes: readonly string[], text: string): Scalar {
  // What stands behind a + is the driver of another program: postgresql+asyncpg.
  const scheme = /^([a-z]+)(?:\+\w+)?:\/\//i.exec(text)?.[1];
  if (scheme !== undefined && schemes.includes(scheme.toLowerCase())) return { value: new Secret(text) };
  return { expected: 'an address', hint: `it begins with ${schemes.map((name) => `${name}://`).join(' or ')}` };
}

function readZone(text: string): Scalar {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).format(0);
    return { value: text };
  } catch {
    const near = suggest(text, ['UTC', ...Intl.supportedValuesOf('timeZone')]);
    return {
      expected: 'a time zone such as Europe/Berlin, UTC or +02:00',
      hint: near && `did you mean ${near}?`,
    };
  }
}

/** `~` is the home folder, as a shell has it; a relative path is meant from the file it stands in. */
function absolute(text: string, { folder, env }: ScalarContext): string {
  const home = homeFolder(env);
  if (text === '~') return home;
  return text.startsWith('~/') ? join(home, text.slice(2)) : resolve(folder, text);
}
