/** Appending lines to a file of ours that nobody else may have laid there, with one older file kept. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, statfs, unlink } from 'node:fs/promises';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
/** O_NONBLOCK: a FIFO laid in its place must fail, not hang. */
const APPEND = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
/** A lock this old is left by a process that died. */
const LOCK_OLD_MS = 60_000;

/**
 * Appends one line, in one write, so that lines of several sessions never mix. When the file has reached `maxBytes` it
 * becomes `olderPath` first. Throws with a sentence when the file is not ours alone or cannot be written.
 */
export async function appendLine(
  path: string,
  line: string,
  limits: { readonly maxBytes: number; readonly olderPath: string; readonly uid: number },
): Promise<void> {
  let file = await openOwn(path, limits.uid);
  try {
    if ((await file.stat()).size >= limits.maxBytes && (await rotate(path, limits))) {
      await file.close();
      file = await openOwn(path, limits.uid);
    }
    const bytes = Buffer.from(`${line}\n`);
    const { bytesWritten } = await file.write(bytes);
    // A full disk takes part of a line: close it, so that the next one is whole again.
    if (bytesWritten < bytes.length) {
      await file.write('\n').catch(() => undefined);
      throw new Error('the disk is full');
    }
  } finally {
    await file.close();
  }
}

/** Throws as `appendLine` would, as far as that can be known without writing; makes the file when there is none. */
export async function checkAppend(path: string, uid: number): Promise<void> {
  await (await openOwn(path, uid)).close();
  const { bavail, blocks } = await statfs(path);
  // File systems without blocks (some network ones) tell 0 of both.
  if (bavail === 0 && blocks > 0) throw new Error('the disk is full');
}

async function openOwn(path: string, uid: number): Promise<FileHandle> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await open(path, APPEND | O_CREAT | O_EXCL, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    let file: FileHandle;
    try {
      file = await open(path, APPEND);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another session rotated it between the two opens.
      if (code === 'ENOENT' && attempt < 3) continue;
      if (code === 'ELOOP') throw new Error(`${path} is a link`, { cause: error });
      if (code === 'ENXIO') throw new Error(`${path} is no regular file`, { cause: error });
      throw error;
    }
    const stat = await file.stat();
    const wrong = !stat.isFile()
      ? 'is no regular file'
      : stat.uid !== uid
        ? `belongs to uid ${stat.uid}, not to us`
        : stat.nlink > 1
          ? 'has a second name'
          : null;
    if (wrong !== null) {
      await file.close();
      throw new Error(`${path} ${wrong}`);
    }
    if ((stat.mode & 0o077) !== 0) await file.chmod(0o600);
    return file;
  }
}

/** Whether the file was put aside. Under a lock: of two sessions that find it full, one must not put aside the new one. */
async function rotate(path: string, limits: { maxBytes: number; olderPath: string }): Promise<boolean> {
  const lockPath = `${path}.lock`;
  let lock: FileHandle;
  try {
    lock = await open(lockPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const age =
      Date.now() -
      (await lstat(lockPath).then(
        (stat) => stat.mtimeMs,
        () => Date.now(),
      ));
    if (age > LOCK_OLD_MS) await unlink(lockPath).catch(() => undefined);
    // The line goes into the full file: a little more than the limit is better than a lost line.
    return false;
  }
  try {
    if ((await lstat(path)).size < limits.maxBytes) return true;
    await rename(path, limits.olderPath);
    return true;
  } finally {
    await lock.close();
    await unlink(lockPath);
  }
}
