/** Who is at the keyboard, as far as the machine can tell: for the audit. */
import { clean } from '../text/clean.ts';

export interface Who {
  /** `anna@203.0.113.7`: who became root by sudo, else the user; the SSH client when there is one. */
  readonly name: string;
  /** Our effective uid; null where there are none. */
  readonly uid: number | null;
}

/**
 * SUDO_USER counts only for root: anybody else could have set it. It stays a statement of the environment, no proof.
 */
export function whoIs(env: NodeJS.ProcessEnv, user: { readonly username: string; readonly uid: number }): Who {
  const sudoUser = user.uid === 0 ? env['SUDO_USER'] : undefined;
  const person = sudoUser !== undefined && sudoUser !== '' ? sudoUser : user.username;
  const client = (env['SSH_CONNECTION'] ?? env['SSH_CLIENT'] ?? '').split(' ')[0] ?? '';
  const name = client === '' ? person : `${person}@${client}`;
  return { name: clean(name).slice(0, 120), uid: user.uid < 0 ? null : user.uid };
}
