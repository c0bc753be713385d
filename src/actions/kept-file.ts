/** A small file of ours in the state folder: read with care, and replaced whole or not at all. */
import { constants } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { openStateFolder, type StatePlace } from './state-folder.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

export interface KeptFile {
  /** Null when there is none. Throws with a sentence. */
  read(): Promise<string | null>;
  /** Mode 0600; a reader finds the old text or the new. Throws with a sentence. */
  write(text: string): Promise<void>;
}

/** Whether it may have been written: looking for it makes no folder. */
async function mayBeThere({ xdgStateHome: xdg, homes }: StatePlace, name: string): Promise<boolean> {
  const bases = xdg !== undefined && isAbsolute(xdg) ? [xdg] : homes.map((home) => join(home, '.local', 'state'));
  const looks = bases.map((base) =>
    lstat(join(base, 'botop', name)).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
    ),
  );
  return (await Promise.all(looks)).includes(true);
}

/** The file `name` of the state folder, never longer than `maxBytes`. Nothing is made before the first write. */
export function keptFile(place: StatePlace, name: string, maxBytes: number): KeptFile {
  async function pathOf(): Promise<string> {
    const folder = await openStateFolder(place);
    if (folder.state === 'unusable') throw new Error(folder.reason);
    return join(folder.path, name);
  }

  return {
    async read() {
      if (!(await mayBeThere(place, name))) return null;
      const path = await pathOf();
      try {
        const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        try {
          const stat = await file.stat();
          if (!stat.isFile()) throw new Error(`${path} is no regular file`);
          if (stat.uid !== place.uid) throw new Error(`${path} belongs to uid ${stat.uid}, not to us`);
          if (stat.size > maxBytes) throw new Error(`${path} is larger than anything written here`);
          return await file.readFile('utf8');
        } finally {
          await file.close();
        }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return null;
        if (code === 'ELOOP') throw new Error(`${path} is a link`, { cause: error });
        throw error;
      }
    },
    async write(text) {
      const path = await pathOf();
      if (Buffer.byteLength(text) > maxBytes) throw new Error(`${path} would be too large`);
      const draft = `${path}.${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
      const file = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } catch (error) {
        await unlink(draft);
        throw error;
      } finally {
        await file.close();
      }
      await rename(draft, path);
    },
  };
}
