/** The lines that a person picks out of a log: an event, what is marked, the text to copy. */
import type { MergedLine } from '../../sources/logs/merge.ts';
import type { LogSession } from './session.ts';

/** A line with those that belong to the same event, of what is held; nothing for no line. */
export function eventAt(lines: readonly MergedLine[], line: MergedLine | undefined): readonly MergedLine[] {
  if (!line) return [];
  const own = lines.filter(({ log }) => log === line.log);
  let first = own.indexOf(line);
  while (first > 0 && own[first]?.isPart) first -= 1;
  let end = first + 1;
  while (own[end]?.isPart) end += 1;
  return own.slice(first, end);
}

/** As they are shown, whenever they were marked. */
export function inOrder(lines: Iterable<MergedLine>): readonly MergedLine[] {
  return [...lines].sort((a, b) => (a.log === b.log ? a.place - b.place : a.at - b.at || a.log - b.log));
}

/** The lines whole, cleaned and redacted; of several bots each with the name of its own. */
export async function copyOf(lines: readonly MergedLine[], session: LogSession): Promise<string> {
  const nameOf = ({ log }: MergedLine): string => session.files[log]?.bot ?? '';
  const isMixed = new Set(lines.map(nameOf)).size > 1;
  const texts: string[] = [];
  for (const line of lines) texts.push((isMixed ? `${nameOf(line)} | ` : '') + (await session.whole(line)));
  return texts.join('\n');
}
