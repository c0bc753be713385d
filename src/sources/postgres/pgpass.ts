import { readFileSync, statSync } from 'node:fs';

interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password of a login in libpq's password file, or null. As libpq does it: a file that others may read is left
 * alone, the first line that fits wins, and a socket's folder is called localhost.
 */
export function pgpassLookup(path: string, login: Login): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || (stat.mode & 0o077) !== 0) return null;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // Another user's: libpq goes on without it too.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return null;
    throw error;
  }
  return findPassword(text, login);
}

/** The same in the text of such a file. */
export function findPassword(text: string, { host, port, database, user }: Login): string | null {
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const [password, ...reversed] = fieldsOf(line).toReversed();
    const fields = reversed.toReversed();
    if (password === undefined || fields.length !== 4) continue;
    if (fields.every((field, i) => field === '*' || field === wanted[i])) return password;
  }
  return null;
}

/** The five fields of a line; a backslash takes the next character as it is. */
function fieldsOf(line: string): string[] {
  const fields = [''];
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (char === ':' && fields.length < 5) fields.push('');
    else fields[fields.length - 1] += char === '\\' && i + 1 < line.length ? (line[++i] as string) : char;
  }
  return fields;
}
