/**
 * Whether anybody looks through tmux. Detached, it goes on taking what is written and answers what it is asked; but its
 * socket may be executed only while somebody is attached to one of its sessions.
 */
import { constants, statSync, watch } from 'node:fs';

/** TERM as tmux sets it: a terminal that was opened from a pane inherits TMUX, and is seen by itself. */
const INSIDE = /^(?:tmux|screen)/;

export interface Attachment {
  /** True as well where it cannot be told. */
  readonly isAttached: boolean;
  close(): void;
}

/** Calls back when somebody comes or goes. Whoever was never seen to be there may be one who cannot be seen. */
export function watchAttached(env: Readonly<Record<string, string | undefined>>, changed: () => void): Attachment {
  const [socket = ''] = (env['TMUX'] ?? '').split(',');
  const attachment = { isAttached: true, close() {} };
  if (socket === '' || !INSIDE.test(env['TERM'] ?? '')) return attachment;
  let wasSeen = false;

  function take(isAttached: boolean): void {
    wasSeen ||= isAttached;
    if (!wasSeen || attachment.isAttached === isAttached) return;
    attachment.isAttached = isAttached;
    changed();
  }

  function look(): void {
    try {
      take((statSync(socket).mode & constants.S_IXUSR) !== 0);
    } catch {
      // Somebody may have swept /tmp: tmux and who looks at it go on without it.
      take(true);
    }
  }

  try {
    const watcher = watch(socket, { persistent: false }, look).on('error', () => take(true));
    attachment.close = () => watcher.close();
    look();
  } catch {
    // Where nobody would tell that somebody is back, all are taken to be there.
  }
  return attachment;
}
