/** What a configuration's schema is made of, and what follows from it: the types of the values and their defaults. */
import type { Secret } from './secret.ts';

/** The kinds of number, each with the unit it is written and kept in. */
export type NumberKind = 'integer' | 'ratio' | 'percent' | 'bytes' | 'duration';
export type TextKind = 'text' | 'path' | 'zone';
export type ScalarKind = NumberKind | TextKind | 'boolean' | 'choice' | 'url';

export interface ScalarNode<Kind extends ScalarKind = ScalarKind, Value = unknown> {
  readonly kind: Kind;
  readonly help: string;
  /** What holds when the key is left out; null for nothing. */
  readonly default: Value;
  /** Limits of a number, both allowed. Durations are in ms. */
  readonly least?: number;
  readonly most?: number;
  /** All that a choice may be. */
  readonly values?: readonly string[];
  /** The schemes of a url, each also with a driver behind a +. It is a secret: neither it nor a part of it is ever shown. */
  readonly schemes?: readonly string[];
  /** A key its group cannot do without. */
  readonly isRequired?: true;
  /** As written in the example file, where the default says too little. */
  readonly example?: string;
}

/** A limit of a number that is worse the larger it is, written as `{ warn, bad }`. */
export interface LimitNode<Kind extends NumberKind = NumberKind> {
  readonly kind: 'limit';
  readonly of: Kind;
  readonly help: string;
  readonly default: Threshold;
  readonly least: number;
  readonly most: number;
}

interface ListNode {
  readonly kind: 'list';
  readonly entry: SchemaNode;
  readonly help: string;
  readonly most: number;
  readonly example: readonly string[];
}

/** Written in one way or the other; what is written tells which by being a scalar, a list or a map. */
interface EitherNode {
  readonly kind: 'either';
  readonly of: readonly SchemaNode[];
  readonly help: string;
  readonly example: string;
}

interface GroupNode {
  readonly kind: 'group';
  readonly keys: Readonly<Record<string, SchemaNode>>;
  readonly help: string;
}

export type SchemaNode = ScalarNode | LimitNode | ListNode | EitherNode | GroupNode;

/** From which values on something is shown as a warning, and as bad; `bad` is left out where there is no such value. */
export interface Threshold {
  readonly warn: number;
  readonly bad?: number;
}

/** The unit ends the name of a value in the program; in the file it stands with the value: `memory: 150MB`. */
const SUFFIXES = { percent: 'Percent', bytes: 'Bytes', duration: 'Ms' } as const;
type Suffixes = typeof SUFFIXES;

type UnitOf<Node> = Node extends { readonly kind: 'limit'; readonly of: infer Kind }
  ? Kind
  : Node extends { readonly kind: infer Kind }
    ? Kind
    : never;
type FieldName<Key extends string, Node> =
  UnitOf<Node> extends keyof Suffixes ? `${Key}${Suffixes[UnitOf<Node> & keyof Suffixes]}` : Key;

type ScalarOf<Node> = Node extends { readonly kind: NumberKind }
  ? number
  : Node extends { readonly kind: 'boolean' }
    ? boolean
    : Node extends { readonly kind: 'url' }
      ? Secret
      : Node extends { readonly kind: 'choice'; readonly values: readonly (infer Value)[] }
        ? Value
        : string;

/** What a node's value is in the program. */
export type ValueOf<Node> = Node extends { readonly kind: 'group'; readonly keys: infer Keys }
  ? { readonly [Key in keyof Keys & string as FieldName<Key, Keys[Key]>]: FieldOf<Keys[Key]> }
  : Node extends { readonly kind: 'limit' }
    ? Threshold
    : Node extends { readonly kind: 'list'; readonly entry: infer Entry }
      ? readonly ValueOf<Entry>[]
      : Node extends { readonly kind: 'either'; readonly of: readonly (infer Option)[] }
        ? Option extends unknown
          ? ValueOf<Option>
          : never
        : ScalarOf<Node>;

/** The same as a key of a group, where it may be left out. */
type FieldOf<Node> = Node extends { readonly isRequired: true }
  ? ValueOf<Node>
  : Node extends { readonly kind: 'list' | 'either' } | { readonly default: null }
    ? ValueOf<Node> | null
    : ValueOf<Node>;

/** The name in the program of a key of the file. */
export function fieldName(key: string, node: SchemaNode): string {
  const unit = node.kind === 'limit' ? node.of : node.kind;
  return unit in SUFFIXES ? `${key}${SUFFIXES[unit as keyof Suffixes]}` : key;
}

/** The value of a node that is not in the file: its `ValueOf`, or null where nothing holds then. */
export function defaultOf(node: SchemaNode): unknown {
  if (node.kind === 'list' || node.kind === 'either') return null;
  if (node.kind !== 'group') return node.default;
  const entries = Object.entries(node.keys);
  return Object.fromEntries(entries.map(([key, child]) => [fieldName(key, child), defaultOf(child)]));
}
