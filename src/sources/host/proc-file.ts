/** Files of /proc read again and again through one kept descriptor into one kept buffer. */
import { closeSync, openSync, readSync, readvSync } from 'node:fs';
import { type FailureCode, SourceError } from '../source.ts';

/** No file we read is longer on any machine seen; what is beyond is not read. */
const MAX_BYTES = 1 << 20;

export class ProcFile {
  readonly path: string;
  /** The bytes of the last read, valid up to what `read` returned. */
  buffer: Buffer;
  /** The buffer again: `readvSync` checks less of what it is given than `readSync`. */
  #into: readonly Buffer[];
  #descriptor = -1;

  constructor(path: string, sizeBytes = 8192) {
    this.path = path;
    this.buffer = Buffer.allocUnsafe(sizeBytes);
    this.#into = [this.buffer];
  }

  /** Reads the file anew from its start. Returns how many bytes of `buffer` it filled; throws `SourceError`. */
  read(): number {
    try {
      if (this.#descriptor < 0) this.#descriptor = openSync(this.path, 'r');
      let length = readvSync(this.#descriptor, this.#into, 0);
      // A full buffer may hide a rest; /proc gives a short read only at the end or at a record's border.
      while (length === this.buffer.length && length < MAX_BYTES) {
        const grown = Buffer.allocUnsafe(this.buffer.length * 2);
        this.buffer.copy(grown, 0, 0, length);
        this.buffer = grown;
        this.#into = [grown];
        length += readSync(this.#descriptor, grown, length, grown.length - length, length);
      }
      return length;
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
