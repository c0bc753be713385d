/**
 * Who runs this, by the system's list of users. A container may run under a number that is not in it, and where it
 * comes over the network it may be out of reach: then there is the number, and no more.
 */
import { homedir, userInfo } from 'node:os';

export interface SystemUser {
  /** -1 on systems without uids. */
  readonly uid: number;
  /** The uid in digits where it has no name. */
  readonly username: string;
  /** From the list, whatever $HOME says; `/` where it is not told. */
  readonly home: string;
}

export function systemUser(): SystemUser {
  try {
    const { uid, username, homedir: home } = userInfo();
    return { uid, username, home };
  } catch {
    const uid = process.geteuid?.() ?? -1;
    return { uid, username: String(uid), home: '/' };
  }
}

/** `$HOME`, else the home folder by the list of users, else `/`. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { HOME: home } = env;
  if (home) return home;
  try {
    return homedir();
  } catch {
    return '/';
  }
}
