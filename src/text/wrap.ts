/** Breaks a text into lines, at blanks where it can. */
import { measure, truncate } from './width.ts';

/** The lines of `text`, each at most `columns` wide. A word that is wider than a line is cut at its end. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const next = line === '' ? word : `${line} ${word}`;
    if (measure(next) <= columns) {
      line = next;
      continue;
    }
    if (line !== '') lines.push(line);
    line = truncate(word, columns);
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}
