/** Users of the machine as /etc/passwd has them. Those of LDAP and the like are not there: asking for them needs a child. */
import { readFile } from 'node:fs/promises';

export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  /** Absolute. */
  readonly home: string;
}

/** The user of that uid, or null. */
export async function accountOf(uid: number, path = '/etc/passwd'): Promise<Account | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name = '', , number, group, , home = ''] = line.split(':');
    if (name === '' || Number(number) !== uid || !/^\d+$/.test(group ?? '') || !home.startsWith('/')) continue;
    return { uid, gid: Number(group), name, home };
  }
  return null;
}
