/**
 * What the bytes of a line must be for its text, as it is shown, to match: steps over bytes made of steps over
 * characters. It may say yes too often and never no wrongly: whatever cleaning drops, whatever may be redacted where
 * that matters, and each sequence of bytes beyond ASCII where many characters are asked for count as matches.
 */
import type { Beyond, PatternProgram } from '../../text/pattern-program.ts';
import { REDACTED } from '../../text/redact.ts';
import { TEARS } from './tear.ts';

/** Bytes from `from` to `to` lead to the node `next`. */
interface Edge {
  readonly from: number;
  readonly to: number;
  readonly next: number;
}

type Node =
  | { readonly kind: 'bytes'; readonly edges: Edge[] }
  | { readonly kind: 'fork'; readonly nexts: readonly number[] }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' }
  | { readonly kind: 'head' };

/** Nodes that the machine is in, in the order of their numbers. */
export type NodeSet = readonly number[];

const MATCH = 0;
/** Before the first character that stays: bytes beyond ASCII at the start of a line may all be dropped. */
const HEAD = 1;
const SPACE = 0x20;
const TAB = 0x09;
const TAB_BLANKS = 4;
/** … */
const CUT_MARK = 0x2026;

export class ByteMachine {
  readonly #nodes: Node[] = [{ kind: 'match' }, { kind: 'head' }];
  readonly #starts: number[] = [];
  /** Nodes that take any character and stay: whatever comes, what follows them can be reached. */
  readonly #patient = new Set<number>();
  /** It is in these before each character. */
  readonly #anywhere: NodeSet;
  /** It is in these at the start of a line. */
  readonly first: NodeSet;
  /** It tells nothing: every line may match. */
  readonly isIdle: boolean;
  /** The mark at the end of a line that was cut may be part of a match: the machine knows nothing of longer lines. */
  readonly takesCut: boolean;

  /** `secrets` is what a text must hold to be redacted; null where that is not known. */
  constructor(program: PatternProgram, secrets: PatternProgram | null) {
    const start = this.#add(program);
    this.#starts.push(start);
    for (const sequence of TEARS) this.#starts.push(this.#sequence(sequence, MATCH));
    const needsSecrets = this.#mayTouch(start);
    if (needsSecrets && secrets) this.#starts.push(this.#add(secrets));
    this.#anywhere = this.#closure(this.#starts, false, false);
    this.first = union(this.#closure(this.#starts, true, false), [HEAD]);
    this.isIdle = (needsSecrets && !secrets) || isMatch(this.first);
    this.takesCut = program.steps.some((step) => step.kind === 'character' && takes(step.set.beyond, CUT_MARK));
  }

  /** Where it is behind a byte, which is no line feed. */
  step(set: NodeSet, byte: number): NodeSet {
    // What a tab and other white space is shown as.
    if (byte === TAB) {
      let next = set;
      for (let blanks = 0; blanks < TAB_BLANKS && !isMatch(next); blanks += 1) next = this.#next(next, SPACE);
      return next;
    }
    if (byte > TAB && byte < 0x0e) return union(set, this.#next(set, SPACE));
    return this.#next(set, byte);
  }

  /** Whether it matches where the line ends. */
  matchesAtEnd(set: NodeSet): boolean {
    const ends = set.flatMap((at) => this.#endOf(at));
    return ends.length > 0 && isMatch(this.#closure(ends, true, true));
  }

  #next(set: NodeSet, byte: number): NodeSet {
    const next = union(this.#advance(set, byte), this.#anywhere);
    return byte >= 0x80 && set.includes(HEAD) ? union(next, this.first) : next;
  }

  #endOf(at: number): number[] {
    const node = this.#nodes[at] as Node;
    return node.kind === 'end' ? [node.next] : [];
  }

  #advance(set: NodeSet, byte: number): NodeSet {
    const nexts: number[] = [];
    for (const at of set) {
      const node = this.#nodes[at] as Node;
      if (node.kind !== 'bytes') continue;
      for (const { from, to, next } of node.edges) if (byte >= from && byte <= to) nexts.push(next);
    }
    return nexts.length === 0 ? [] : this.#closure(nexts, false, false);
  }

  /** All nodes that wait for a byte, for the end, or are the match, from some on without a byte. */
  #closure(from: readonly number[], isStart: boolean, isEnd: boolean): NodeSet {
    const seen = new Set<number>();
    const waiting = [...from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const node = this.#nodes[at] as Node;
      if (node.kind === 'fork') waiting.push(...node.nexts);
      else if ((node.kind === 'start' && isStart) || (node.kind === 'end' && isEnd)) waiting.push(node.next);
    }
    const kept = [...seen].filter((at) => !['fork', 'start'].includes((this.#nodes[at] as Node).kind));
    return kept.sort((a, b) => a - b);
  }

  #push(node: Node): number {
    return this.#nodes.push(node) - 1;
  }

  /** Returns where the program begins. */
  #add({ steps, start }: PatternProgram): number {
    const base = this.#nodes.length;
    const nodes = steps.map((step): Node => {
      switch (step.kind) {
        case 'fork':
          return { kind: 'fork', nexts: step.nexts.map((next) => base + next) };
        case 'start':
        case 'end':
          return { kind: step.kind, next: base + step.next };
        case 'match':
          return { kind: 'fork', nexts: [MATCH] };
        case 'fail':
          return { kind: 'fork', nexts: [] };
        case 'character':
          return { kind: 'bytes', edges: asciiEdges(step.set.ascii, base + step.next) };
        default:
          return step satisfies never;
      }
    });
    this.#nodes.push(...nodes);
    for (const [index, step] of steps.entries()) {
      if (step.kind !== 'character') continue;
      const { ascii, beyond } = step.set;
      const { edges } = nodes[index] as Extract<Node, { kind: 'bytes' }>;
      this.#addBeyond(edges, beyond, base + step.next);
      const isAny = beyond === 'some' && ascii.every((taken, code) => taken === 1 || code === 0x0a);
      if (isAny && this.#closure([base + step.next], false, false).includes(base + index)) {
        this.#patient.add(base + index);
      }
    }
    return base + start;
  }

  #addBeyond(edges: Edge[], beyond: Beyond, next: number): void {
    if (beyond === 'some' || 'ranges' in beyond) {
      // One byte after the other, as many as there are: where a character ends is not looked at.
      const more: Edge[] = [];
      const again = this.#push({ kind: 'bytes', edges: more });
      if (beyond === 'some') {
        edges.push({ from: 0x80, to: 0xff, next }, { from: 0x80, to: 0xff, next: again });
        more.push({ from: 0x80, to: 0xff, next }, { from: 0x80, to: 0xff, next: again });
        return;
      }
      for (const [from, to] of leadsOf(beyond.ranges)) edges.push({ from, to, next: again });
      more.push({ from: 0x80, to: 0xbf, next }, { from: 0x80, to: 0xbf, next: again });
      return;
    }
    for (const code of beyond) {
      const [first = 0, ...rest] = Buffer.from(String.fromCodePoint(code), 'utf8');
      const sequence = rest.map((byte): readonly [number, number] => [byte, byte]);
      edges.push({ from: first, to: first, next: this.#sequence(sequence, next) });
    }
  }

  /** Bytes one after the other, then `next`; returns where they begin. */
  #sequence(ranges: readonly (readonly [number, number])[], next: number): number {
    return ranges.reduceRight(
      (behind, [from, to]) => this.#push({ kind: 'bytes', edges: [{ from, to, next: behind }] }),
      next,
    );
  }

  /** Whether what stands in the place of a secret may be part of a match that the secret is none of. */
  #mayTouch(start: number): boolean {
    const begin = this.#closure([start], true, true);
    // What matches anything before it does not begin within.
    const spared = new Set(begin.flatMap((at) => this.#reachedByAll(at)));
    return [REDACTED, `'${REDACTED}'`].some((text) => {
      const bytes = Buffer.from(text, 'latin1');
      let inside: NodeSet = [];
      for (const byte of bytes) {
        inside = this.#closure(this.#advance(union(inside, begin), byte), true, true);
        if (isMatch(inside) && !spared.has(MATCH)) return true;
      }
      if (inside.some((at) => !spared.has(at))) return true;
      return this.#nodes.some((node, at) => node.kind === 'bytes' && this.#passes(at, bytes));
    });
  }

  /** Whether a node leads through all of the bytes, or to a match within them, where not every text would lead. */
  #passes(from: number, bytes: Buffer): boolean {
    const spared = new Set(this.#reachedByAll(from));
    let set: NodeSet = [from];
    for (const byte of bytes) {
      set = this.#closure(this.#advance(set, byte), true, true);
      if (isMatch(set) && !spared.has(MATCH)) return true;
    }
    return set.some((at) => !spared.has(at));
  }

  #reachedByAll(at: number): NodeSet {
    const node = this.#nodes[at] as Node;
    if (!this.#patient.has(at) || node.kind !== 'bytes') return [];
    return this.#closure([(node.edges[0] as Edge).next], true, true);
  }
}

/** Whether it matched: nothing more needs to be looked at. */
export function isMatch(set: NodeSet): boolean {
  return set[0] === MATCH;
}

function takes(beyond: Beyond, code: number): boolean {
  if (beyond === 'some') return true;
  return 'ranges' in beyond ? beyond.ranges.some(([from, to]) => from <= code && code <= to) : beyond.includes(code);
}

/** What the first byte of characters in some ranges may be, as ranges that do not meet. */
function leadsOf(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const leads: [number, number][] = [];
  for (const range of ranges) {
    const [from, to] = range.map((code) => Buffer.from(String.fromCodePoint(code), 'utf8')[0] as number) as [
      number,
      number,
    ];
    const last = leads.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else leads.push([from, to]);
  }
  return leads;
}

function asciiEdges(ascii: Uint8Array, next: number): Edge[] {
  const edges: Edge[] = [];
  for (let code = 0; code < ascii.length; code += 1) {
    if (ascii[code] !== 1) continue;
    const from = code;
    while (code + 1 < ascii.length && ascii[code + 1] === 1) code += 1;
    edges.push({ from, to: code, next });
  }
  return edges;
}

function union(a: NodeSet, b: NodeSet): NodeSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}
