/** Which files are followed, by identity: a file with two names, or with a new one, is read once. */
import type { OpenLog } from './open-log.ts';

/** How far a file was read that nobody has open any more. */
export interface Finished {
  readonly offset: number;
  readonly signature: Buffer;
}

const MAX_FINISHED = 2_000;

export class LogRegistry {
  readonly #owners = new Map<string, object>();
  readonly #finished = new Map<string, Finished>();

  /** Who follows a file; undefined when nobody does. */
  ownerOf(key: string): object | undefined {
    return this.#owners.get(key);
  }

  finishedOf(key: string): Finished | undefined {
    return this.#finished.get(key);
  }

  /** Keeps in mind how far a file was read that nobody follows. */
  finish(key: string, finished: Finished): void {
    this.#finished.delete(key);
    this.#finished.set(key, finished);
    if (this.#finished.size > MAX_FINISHED) this.#finished.delete(this.#finished.keys().next().value as string);
  }

  claim(log: OpenLog, owner: object): void {
    this.#owners.set(log.key, owner);
    this.#finished.delete(log.key);
  }

  /** Keeps in mind how far a file was read that is closed now. */
  release(log: OpenLog): void {
    this.#owners.delete(log.key);
    this.finish(log.key, { offset: log.offset, signature: Buffer.from(log.signature) });
  }
}
