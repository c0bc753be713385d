/** The level among the first words of a line that is written for people. */
import { type LineLevel, levelOfWord } from './level.ts';

const BLANKS_AND_MARKS = /[\s\-|:,;>*#•–—]*/y;
const WORD = /[A-Za-z0-9_.:/@#$*=+"-]+/y;

/** How many words may stand before the level: pid, thread, logger, host. */
const MAX_WORDS = 6;

/**
 * The level among the first words of a line. Words before it must look like a logger's name, a pid or a place: at the
 * first word of plain speech the search ends, or "no ERROR was found" would be an error.
 */
export function readHead(text: string): { level: LineLevel; component: string; end: number } | null {
  let at = 0;
  let component = '';
  for (let words = 0; words < MAX_WORDS; words += 1) {
    BLANKS_AND_MARKS.lastIndex = at;
    BLANKS_AND_MARKS.test(text);
    at = BLANKS_AND_MARKS.lastIndex;
    const bracket = '[(<{'.indexOf(text[at] ?? ' ');
    if (bracket >= 0) {
      const close = text.indexOf('])>}'[bracket] as string, at);
      if (close < 0 || close - at > 80) return null;
      const inner = text.slice(at + 1, close).trim();
      // `[error]`, and Apache's `[core:error]`.
      const colon = inner.lastIndexOf(':');
      const level = levelOfWord(inner) ?? levelOfWord(inner.slice(colon + 1));
      if (level) return { level, component: component || inner.slice(0, Math.max(0, colon)), end: close + 1 };
      if (component === '' && /[A-Za-z]/.test(inner)) component = inner;
      at = close + 1;
      continue;
    }
    WORD.lastIndex = at;
    const match = WORD.exec(text);
    if (!match) return null;
    const end = WORD.lastIndex;
    const word = match[0];
    const bare = word.replace(/[:\-.*"]+$/, '');
    const level = levelOfWord(bare);
    const isShouted = bare === bare.toUpperCase();
    if (level && (isShouted || word[bare.length] === ':' || text[end] === ']')) {
      return { level, component, end: at + bare.length };
    }
    // Python's default: `CRITICAL:root:no disk`.
    const joined = /^([A-Z]{3,11}):/.exec(word);
    const first = joined ? levelOfWord(joined[1] as string) : null;
    if (joined && first) return { level: first, component, end: at + joined[0].length };
    const isPlace =
      /[\d._/:@#$=-]/.test(word) || word === 'AM' || word === 'PM' || /^ ?[-|:]/.test(text.slice(end, end + 2));
    if (!isPlace) return null;
    if (component === '' && /[A-Za-z]/.test(bare)) component = bare;
    at = end;
  }
  return null;
}
