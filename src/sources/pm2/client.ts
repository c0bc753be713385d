/**
 * A client of PM2's own sockets: the one file that knows their protocol. It never starts a daemon.
 */

/** What the client can be asked; every call rejects with `SourceError` and never hangs past its timeout. */
export interface Pm2Client {
  readonly home: string;
  /** Calls a method of the daemon and gives its answer, raw. `timeoutMs` defaults to 5 000. */
  call(method: string, args: readonly unknown[], options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<unknown>;
  close(): void;
}
