/** User names from /etc/passwd. Names from LDAP and the like stay numbers: asking for them would need a child. */
import { readFileSync, statSync } from 'node:fs';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';

let names: Map<number, string> | null = null;

/** The pairs of uid and name in the text of a passwd file; lines that are none are skipped. */
export function parsePasswd(text: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const line of text.split('\n')) {
    const fields = line.split(':');
    const [name, , uid] = fields;
    if (name && uid && /^\d+$/.test(uid) && !found.has(Number(uid))) found.set(Number(uid), name);
  }
  return found;
}

/** The name of a user, or `uid 1234` where /etc/passwd has none. The file is read once. */
export function userName(uid: number): string {
  return knownName(uid) ?? `uid ${uid}`;
}

/** Whose a process is (its folder in /proc), cleaned; empty when it has just ended. */
export function ownerOf(folder: string): string {
  try {
    return redact(clean(userName(statSync(folder).uid)));
  } catch {
    return '';
  }
}

/** The user as `sudo -u` takes it in a shell. */
export function sudoUser(uid: number): string {
  const name = knownName(uid);
  return name !== undefined && /^[a-z_][\w-]*\$?$/i.test(name) ? name : `'#${uid}'`;
}

function knownName(uid: number): string | undefined {
  if (names === null) {
    try {
      names = parsePasswd(readFileSync('/etc/passwd', 'utf8'));
    } catch {
      // Without the file (macOS keeps users elsewhere) every user is shown by number.
      names = new Map();
    }
  }
  return names.get(uid);
}
