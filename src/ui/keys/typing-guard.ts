/**
 * Tells a text that is typed from keys that are chosen. Somebody who believes that a question is open types its answer
 * into the list; its letters are keys there. So what is typed on after a question is over by itself, or was refused, is
 * dropped until there is a pause, and a question opened among letters is deaf for one. Times are monotonic ms.
 */
import { PAUSE_MS } from '../acting/prompt.ts';

/** Whoever read why nothing is asked has not pressed the next key by then. */
const READ_MS = 500;

/** Keys of which one after the other is pressed on purpose: they move, select and open views. */
const MOVES = /^[jkgGnN1-9*[\]<>]$/;
/** Any other character is part of a text, but those that open a field to type into. */
const LETTER = /^[^\p{Cc}/&:?]$/u;

export interface TypingGuard {
  /** A key that is not typed into a field; whether it is to be dropped. */
  drops(key: string, at: number): boolean;
  /** A key went into a question, and was no answer of one. */
  heard(at: number): void;
  /** Whether the key that has just come, if it has, came among letters. */
  isTyping(at: number): boolean;
  /** What took letters is gone, or was never there; `isTyping`: and letters are coming. */
  deafen(at: number, isTyping: boolean): void;
}

/** `isAsking`: the keys that ask for an action. Of these the first may come at once: what it opens is deaf for a pause. */
export function createTypingGuard(isAsking: (key: string) => boolean): TypingGuard {
  let lastAt = Number.NEGATIVE_INFINITY;
  let beforeAt = Number.NEGATIVE_INFINITY;
  let deafUntil = Number.NEGATIVE_INFINITY;
  let dropped = 0;

  function hear(at: number): void {
    beforeAt = lastAt;
    lastAt = at;
  }

  return {
    drops(key, at) {
      const isText = LETTER.test(key) || key === 'space' || key === 'enter';
      const isMove = MOVES.test(key) || key === 'space';
      if (at < deafUntil && isText && !((isMove || isAsking(key)) && dropped === 0)) {
        dropped += 1;
        deafUntil = at + PAUSE_MS;
        return true;
      }
      // Alone they are no text; in one they are letters like all others.
      if (isMove || key === 'enter' ? at - lastAt < PAUSE_MS : LETTER.test(key)) hear(at);
      return false;
    },
    heard: hear,
    isTyping: (at) => at - lastAt < PAUSE_MS && lastAt - beforeAt < PAUSE_MS,
    deafen(at, isTyping) {
      if (at >= deafUntil) dropped = 0;
      deafUntil = Math.max(deafUntil, at + (isTyping ? PAUSE_MS : READ_MS));
      if (isTyping) dropped += 1;
    },
  };
}
