/**
 * Passes over lines that a pattern cannot match, by their bytes: the states that the byte machine comes to are kept as
 * rows of a table, made as they are met, and a byte costs one look into it.
 */
import { type ByteMachine, isMatch, type NodeSet } from './byte-machine.ts';
import type { Finder } from './finder.ts';

/** In the table: not looked at yet, and a match. */
const UNKNOWN = -1;
const FOUND = -2;
const ROW = 256;
const FIRST_STATES = 32;
/** 1 MiB. A pattern that comes to more states is not held against bytes. */
const MAX_STATES = 1_024;
const LINE_FEED = 0x0a;
/**
 * Each look waits for the one before; four places of a chunk that are looked at in turn do not wait for each other. In
 * one run, in CPU time a MiB with the reading: one at a time 2.3 ms, four 1.1.
 */
const LANES = 4;
/** So much is looked at first by itself: where many lines match, the other lanes would be in vain. */
const ALONE_BYTES = 1_024;
const LANE_BYTES = 1_024;
/** A line of so many bytes may be cut on the screen: a tab is shown as four blanks. */
const UNCUT_BYTES = 1_024;

class StateTable {
  /** The offset of the row of the next state, by row and byte. */
  rows = new Int32Array(FIRST_STATES * ROW).fill(UNKNOWN);
  /** It has more states than are kept. */
  isFull = false;
  readonly #machine: ByteMachine;
  readonly #sets: NodeSet[] = [];
  readonly #known = new Map<string, number>();

  /** The state at the start of a line is row 0. */
  constructor(machine: ByteMachine) {
    this.#machine = machine;
    this.#rowOf(machine.first);
  }

  /** Looks at what was not looked at yet. */
  learn(row: number, byte: number): number {
    const set = this.#sets[row / ROW] as NodeSet;
    const next = byte === LINE_FEED ? this.#atEnd(set) : this.#behind(set, byte);
    this.rows[row + byte] = next;
    return next;
  }

  #atEnd(set: NodeSet): number {
    return this.#machine.matchesAtEnd(set) ? FOUND : 0;
  }

  #behind(set: NodeSet, byte: number): number {
    const next = this.#machine.step(set, byte);
    return isMatch(next) ? FOUND : this.#rowOf(next);
  }

  #rowOf(set: NodeSet): number {
    const key = set.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#sets.length >= MAX_STATES) {
      this.isFull = true;
      return FOUND;
    }
    const row = (this.#sets.push(set) - 1) * ROW;
    this.#known.set(key, row);
    if (row + ROW > this.rows.length) {
      const larger = new Int32Array(this.rows.length * 2).fill(UNKNOWN);
      larger.set(this.rows);
      this.rows = larger;
    }
    return row;
  }
}

/**
 * Where a line that may match ends, or before; -1 without one. `from` is the start of a line. Null when the machine
 * tells nothing.
 */
export function createPatternFinder(machine: ByteMachine): Finder | null {
  if (machine.isIdle) return null;
  const table = new StateTable(machine);

  function follow(row: number, byte: number): number {
    const next = table.rows[row | byte] as number;
    return next === UNKNOWN ? table.learn(row, byte) : next;
  }

  /** From a state on to the end of a line at `to`. */
  function goOn(bytes: Buffer, from: number, to: number, state: number): number {
    let { rows } = table;
    let row = state;
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] as number;
      let next = rows[row | byte] as number;
      if (next < 0) {
        if (next === UNKNOWN) {
          next = table.learn(row, byte);
          rows = table.rows;
        }
        if (next === FOUND) return at;
      }
      row = next;
    }
    if (to === 0 || bytes[to - 1] === LINE_FEED) return -1;
    const last = rows[row + LINE_FEED] as number;
    return (last === UNKNOWN ? table.learn(row, LINE_FEED) : last) === FOUND ? to - 1 : -1;
  }

  /** The same for a stretch of many lines, from the start of one on. */
  function goBeside(bytes: Buffer, from: number, to: number): number {
    const length = (to - from) / LANES;
    const b = lineAfter(bytes, from + length, to);
    const c = lineAfter(bytes, Math.max(b, from + 2 * length), to);
    const d = lineAfter(bytes, Math.max(c, from + 3 * length), to);
    const steps = Math.min(b - from, c - b, d - c, to - d);
    rowsOfLanes.fill(0);
    for (let done = 0; ; done += 1) {
      done = race(table.rows, bytes, done, steps, from, b, c, d);
      if (done >= steps) break;
      const nextW = follow(rowsOfLanes[0] as number, bytes[from + done] as number);
      const nextX = follow(rowsOfLanes[1] as number, bytes[b + done] as number);
      const nextY = follow(rowsOfLanes[2] as number, bytes[c + done] as number);
      const nextZ = follow(rowsOfLanes[3] as number, bytes[d + done] as number);
      // What lies behind a match is looked at when the match was.
      if (nextW === FOUND) return from + done;
      const hit = nextX === FOUND ? b + done : nextY === FOUND ? c + done : nextZ === FOUND ? d + done : -1;
      if (hit !== -1) {
        const before = goOn(bytes, from + done + 1, b, nextW);
        if (before !== -1 || nextX === FOUND) return earlier(before, hit);
        const second = goOn(bytes, b + done + 1, c, nextX);
        if (second !== -1 || nextY === FOUND) return earlier(second, hit);
        return earlier(goOn(bytes, c + done + 1, d, nextY), hit);
      }
      rowsOfLanes[0] = nextW;
      rowsOfLanes[1] = nextX;
      rowsOfLanes[2] = nextY;
      rowsOfLanes[3] = nextZ;
    }
    const [w = 0, x = 0, y = 0, z = 0] = rowsOfLanes;
    const end = from + steps;
    const first = goOn(bytes, end, b, w);
    if (first !== -1) return first;
    const second = goOn(bytes, b + steps, c, x);
    if (second !== -1) return second;
    const third = goOn(bytes, c + steps, d, y);
    return third !== -1 ? third : goOn(bytes, d + steps, to, z);
  }

  function search(bytes: Buffer, from: number, to: number): number {
    const near = lineAfter(bytes, from + ALONE_BYTES, to);
    const hit = goOn(bytes, from, near, 0);
    if (hit !== -1 || near === to) return hit;
    return to - near < LANES * LANE_BYTES ? goOn(bytes, near, to, 0) : goBeside(bytes, near, to);
  }

  return (bytes, from, to) => {
    if (table.isFull) return from;
    const hit = search(bytes, from, to);
    if (table.isFull) return from;
    return machine.takesCut ? earlier(longLine(bytes, from, hit === -1 ? to : hit), hit) : hit;
  };
}

/** Where the lanes of a stretch are: one stretch is looked at at a time. */
const rowsOfLanes = new Int32Array(LANES);

/**
 * All lanes from a step on, each from its place; returns the first step that leads nowhere known, else `steps`. Small, and
 * without a branch that is rarely taken: then it is compiled well.
 */
function race(
  rows: Int32Array,
  bytes: Uint8Array,
  from: number,
  steps: number,
  a: number,
  b: number,
  c: number,
  d: number,
): number {
  let w = rowsOfLanes[0] as number;
  let x = rowsOfLanes[1] as number;
  let y = rowsOfLanes[2] as number;
  let z = rowsOfLanes[3] as number;
  let at = from;
  for (; at < steps; at += 1) {
    // Rows begin at multiples of 256: or-ing is adding, which needs no check for overflow.
    const nextW = rows[w | (bytes[a + at] as number)] as number;
    const nextX = rows[x | (bytes[b + at] as number)] as number;
    const nextY = rows[y | (bytes[c + at] as number)] as number;
    const nextZ = rows[z | (bytes[d + at] as number)] as number;
    if ((nextW | nextX | nextY | nextZ) < 0) break;
    w = nextW;
    x = nextX;
    y = nextY;
    z = nextZ;
  }
  rowsOfLanes[0] = w;
  rowsOfLanes[1] = x;
  rowsOfLanes[2] = y;
  rowsOfLanes[3] = z;
  return at;
}

/**
 * For lines that hold one of some words, and that a pattern may match: where most with a word do not match, the words
 * are not looked for.
 */
export function withWords(words: Finder, pattern: Finder): Finder {
  let isWordless = false;
  return (bytes, from, to) => {
    if (isWordless) return pattern(bytes, from, to);
    for (let at = from, lines = 1; ; lines += 1) {
      const hit = words(bytes, at, to);
      if (hit === -1) return -1;
      const start = Math.max(at, hit === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, hit - 1) + 1);
      const end = lineAfter(bytes, hit + 1, to);
      const match = pattern(bytes, start, end);
      if (match !== -1) return match;
      if (end >= to) return -1;
      at = end;
      if (lines >= MANY_LINES && at - from < lines * FEW_BYTES) {
        isWordless = true;
        return pattern(bytes, at, to);
      }
    }
  };
}

const MANY_LINES = 32;
const FEW_BYTES = 1_024;

/** The earlier of two places; -1 is none. */
function earlier(a: number, b: number): number {
  if (a === -1) return b;
  return b === -1 ? a : Math.min(a, b);
}

/** The start of the first line that begins at or behind a place, `to` when none does. */
function lineAfter(bytes: Buffer, place: number, to: number): number {
  const at = Math.ceil(place);
  if (at >= to) return to;
  const found = bytes.indexOf(LINE_FEED, at - 1);
  return found === -1 || found >= to ? to : found + 1;
}

/** The start of the first line that is long, looking at one place in each stretch of that length. */
function longLine(bytes: Buffer, from: number, to: number): number {
  for (let at = from; to - at > UNCUT_BYTES; ) {
    const last = bytes.lastIndexOf(LINE_FEED, at + UNCUT_BYTES);
    if (last < at) return at;
    at = last + 1;
  }
  return -1;
}
