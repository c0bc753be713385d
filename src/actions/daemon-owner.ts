/** Whose a PM2 daemon is, as its files prove it: not even its own user can give them to another. */
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The uid of the daemon that serves the home, by the owner of its socket. `pm2.pid` would not do: whoever can write it names
 * the process of anyone. The folder must be of the same owner, who else could put another's socket in its place.
 * Throws an `Error` with a sentence.
 */
export async function daemonUid(home: string): Promise<number> {
  const folder = await stat(home);
  const socket = await lstat(join(home, 'rpc.sock'));
  if (!socket.isSocket()) throw new Error(`${home}/rpc.sock is no socket, so it is not known whose the daemon is`);
  if (folder.uid !== socket.uid)
    throw new Error(
      `${home} belongs to uid ${folder.uid} and its daemon to uid ${socket.uid}: whose the logs are is not certain`,
    );
  if ((folder.mode & 0o002) !== 0) throw new Error(`${home} can be written by everybody`);
  return socket.uid;
}
