/** Whether a PM2 socket may be spoken to, and what it means when it cannot. */
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { sudoUser, userName } from '../proc/users.ts';
import { SourceError } from '../source.ts';
import type { OtherDaemon } from './snapshot.ts';

/** What to do about a daemon that does nothing. */
export const frozenHint = 'its bots run on, but nothing restarts them; kill -CONT wakes a daemon that was stopped';

/** A text from outside, fit for a message. */
export function safeText(text: string): string {
  return clean(redact(text));
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}

/**
 * The messages say the verdict first and in few words: what a narrow screen cuts off is the rest. Which home is meant
 * is added by the source, where there are several.
 */
function deniedFor(home: string, uid: number): SourceError {
  const user = safeText(userName(uid));
  return new SourceError('denied', `denied: belongs to ${user}`, {
    hint: `run as that user: sudo -u ${sudoUser(uid)} botop --pm2-home ${shellQuote(safeText(home))}`,
  });
}

async function absentFrom(home: string): Promise<SourceError> {
  const code = await stat(home).then(
    () => null,
    (error: unknown) => errorCode(error),
  );
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SourceError('absent', `no such folder: ${safeText(home)}`, {
      hint: 'a PM2 home is named by --pm2-home, else by PM2_HOME, and is ~/.pm2 otherwise',
    });
  }
  return new SourceError('absent', 'not running: no PM2 daemon', {
    hint: 'its bots are not supervised; pm2 resurrect starts what was saved',
  });
}

/**
 * Refuses a socket that somebody else could have put there: its owner has to be us, root or the owner of the home,
 * and a link has to belong to root or to the owner of what it points to. Throws `SourceError` (`absent`, `denied`,
 * `protocol` when it is no socket).
 */
export async function checkSocket(home: string, path: string): Promise<void> {
  const ourUid = process.getuid?.() ?? 0;
  try {
    const link = await lstat(path);
    const target = link.isSymbolicLink() ? await stat(path) : link;
    if (!target.isSocket()) throw new SourceError('protocol', `${safeText(path)} is not a socket`);
    if (link.isSymbolicLink() && link.uid !== 0 && link.uid !== target.uid) {
      throw new SourceError(
        'denied',
        `${safeText(path)} is a link of ${safeText(userName(link.uid))} to another user's socket`,
      );
    }
    if (target.uid !== ourUid && target.uid !== 0 && target.uid !== (await stat(dirname(path))).uid) {
      throw new SourceError(
        'denied',
        `${safeText(path)} belongs to ${safeText(userName(target.uid))}, not to the owner of its folder`,
      );
    }
  } catch (error) {
    throw error instanceof SourceError ? error : await explainConnectError(home, path, error);
  }
}

/** What a failed connection to the socket means. Always gives a `SourceError`. */
export async function explainConnectError(home: string, path: string, error: unknown): Promise<SourceError> {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return absentFrom(home);
    case 'ECONNREFUSED':
      return new SourceError('refused', 'dead: its socket refuses', {
        hint: 'pm2 resurrect starts what was saved; the pm2 command alone would start an empty daemon',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return deniedFor(home, await ownerOf(path));
    case 'EAGAIN':
      return new SourceError('frozen', 'frozen: accepts no more connections', { hint: frozenHint, cause: error });
    default:
      return new SourceError(
        'failed',
        `cannot connect to ${safeText(path)}: ${safeText((error as Error).message ?? String(error))}`,
        {
          cause: error,
        },
      );
  }
}

/** The owner of the deepest part of the path that we are allowed to look at. */
async function ownerOf(path: string): Promise<number> {
  for (let part = path; ; part = dirname(part)) {
    try {
      return (await stat(part)).uid;
    } catch {
      // Not even its attributes may be read: the folder above says whose it is.
      if (dirname(part) === part) return 0;
    }
  }
}

/** The option that watches another daemon, as it is typed. */
export const howToWatch = ({ user, home }: OtherDaemon): string => `PM2 of ${user}: --pm2-home ${shellQuote(home)}`;
