/** What PostgreSQL's own log says that botop's sessions sent. */
import { readFileSync } from 'node:fs';

/** The settings of a server whose log is read. */
export const LOGGED = { log_statement: 'all', log_line_prefix: '%a|%p|' };

/** A statement, or several in one text, of which the first line is told. */
export interface SaidStatement {
  /** The server's process that took it. */
  readonly pid: string;
  readonly text: string;
}

/** Sent as text or by name, by every session that calls itself botop. */
export function saidByBotop({ logFile }: { readonly logFile: string }): SaidStatement[] {
  const lines = readFileSync(logFile, 'utf8').matchAll(
    /^botop[^|]*\|(?<pid>\d+)\|LOG: {2}(?:statement|execute \w+): (?<text>.*)$/gm,
  );
  return [...lines].map(({ groups }) => ({ pid: groups?.['pid'] ?? '', text: groups?.['text'] ?? '' }));
}

/** Those that are not in a transaction that can write nothing; the first of a process begins one. */
export function notInReadings(said: readonly SaidStatement[]): SaidStatement[] {
  const within = new Set<string>();
  return said.filter(({ pid, text }) => {
    if (text.startsWith('BEGIN READ ONLY;')) return false;
    const isWithin = within.has(pid);
    if (text === 'BEGIN READ ONLY') within.add(pid);
    else if (/^(?:COMMIT|ROLLBACK)$/.test(text)) within.delete(pid);
    else return !isWithin || !/^(?:SET LOCAL \w+_timeout = \d+|(?:select|with) .*)$/.test(text);
    return false;
  });
}
