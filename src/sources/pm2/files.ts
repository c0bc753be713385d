/** Opening files of a PM2 home that others may have written, linked or replaced. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

/** The file is there and must not be followed or is no regular file. */
export class UntrustedFile extends Error {
  override readonly name = 'UntrustedFile';
}

/**
 * Opens a regular file for reading. A link is followed only when link and file have one owner, or root made the
 * link; a pipe in the file's place is never waited for. Throws `UntrustedFile`, or the system's error.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const link = await lstat(path);
  if (link.isSymbolicLink() && link.uid !== 0 && link.uid !== (await stat(path)).uid) {
    throw new UntrustedFile('a link to a file of another owner');
  }
  const noFollow = link.isSymbolicLink() ? 0 : constants.O_NOFOLLOW;
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | noFollow);
  try {
    if (!(await file.stat()).isFile()) throw new UntrustedFile('not a regular file');
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}
