/** The same, typed by hand: names and statements quoted for SQL, and that for a shell. */
import type { PostgresLogin } from '../sources/postgres/snapshot.ts';
import { clean } from '../text/clean.ts';
import { shellQuote } from '../text/shell-quote.ts';

/** An identifier in SQL, always quoted; what a terminal would act on is written by its number. */
export function quoteIdentifier(name: string): string {
  if (clean(name) === name) return `"${name.replaceAll('"', '""')}"`;
  const escaped = [...name].map((char) => {
    const code = char.codePointAt(0) as number;
    if (char === '\\') return '\\\\';
    if (char === '"') return '""';
    return code >= 0x20 && code < 0x7f ? char : `\\+${code.toString(16).padStart(6, '0')}`;
  });
  return `U&"${escaped.join('')}"`;
}

/** A server's own moment as a literal of SQL, in any of its styles; unknown is NULL, which equals nothing; else throws. */
export function quoteLiteral(text: string): string {
  if (text === '') return 'NULL';
  if (!/^[\w .:+/-]+$/.test(text)) throw new Error('only what the server itself wrote as a moment is sent back to it');
  return `'${text}'`;
}

/** `psql -h … -d … -c '…' -c '…'`. The password is left for psql to ask for. */
export function psqlCommand(login: PostgresLogin, statements: readonly string[]): string {
  const { host, port, user, database } = login;
  const options = ['-h', host, '-p', String(port), '-U', user, '-d', database].map(shellWord);
  return ['psql', ...options, ...statements.flatMap((statement) => ['-c', shellWord(statement)])].join(' ');
}

/** A shell's word without control characters, which quotes would not hold back from the terminal. */
function shellWord(text: string): string {
  return shellQuote(clean(text));
}
