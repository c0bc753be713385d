/** Files of /proc read again and again through one kept descriptor into one kept buffer. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type FailureCode, SourceError } from '../source.ts';

/** No file we read is longer on any machine seen; what is beyond is not read. */
const MAX_BYTES = 1 << 20;

export class ProcFile {
  readonly path: string;
  /** The bytes of the last read, valid up to what `read` returned. */
  buffer: Buffer;
  #descriptor = -1;

  constructor(path: string, sizeBytes = 8192) {
    this.path = path;
    this.buffer = Buffer.allocUnsafe(sizeBytes);
  }

  /** Reads the file anew from its start. Returns how many bytes of `buffer` it filled; throws `SourceError`. */
  read(): number {
    try {
      if (this.#descriptor < 0) this.#descriptor = openSync(this.path, 'r');
      let length = 0;
      for (;;) {
        const got = readSync(this.#descriptor, this.buffer, length, this.buffer.length - length, length);
        length += got;
        // A full buffer may hide a rest; /proc gives a short read only at the end or at a record's border.
        if (got === 0 || length < this.buffer.length) return length;
        if (length >= MAX_BYTES) return length;
        const grown = Buffer.allocUnsafe(this.buffer.length * 2);
        this.buffer.copy(grown, 0, 0, length);
        this.buffer = grown;
      }
    } catch (error) {
      this.close();
      throw unreadable(this.path, error);
    }
  }

  /** The same, with -1 where the file cannot be read: for what not every kernel has. */
  tryRead(): number {
    try {
      return this.read();
    } catch (error) {
      if (error instanceof SourceError) return -1;
      throw error;
    }
  }

  close(): void {
    if (this.#descriptor < 0) return;
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    closeSync(descriptor);
  }
}

const CODES: Readonly<Record<string, FailureCode>> = { ENOENT: 'absent', EACCES: 'denied', EPERM: 'denied' };

/** The error of a file as a source's failure. */
export function unreadable(path: string, error: unknown): SourceError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new SourceError(CODES[code] ?? 'failed', `cannot read ${path}: ${code || 'unknown error'}`, { cause: error });
}
