/**
 * A client of PM2's own sockets: the one file that knows their protocol. It never starts a daemon.
 */
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { SourceError } from '../source.ts';
import { checkSocket, explainConnectError, frozenHint, safeText } from './access.ts';
import { AnswerReader } from './answer.ts';
import { createFrameParser, decodeArgument, encodeCall, maxFrameBytes } from './frame.ts';

/** What the client can be asked; every call rejects with `SourceError` and never hangs past its timeout. */
export interface Pm2Client {
  readonly home: string;
  /** Calls a method of the daemon and gives its answer, raw. */
  call(method: string, args: readonly unknown[], options?: CallOptions): Promise<unknown>;
  close(): void;
}

export interface CallOptions {
  /** 5 000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Of an answer that is a list: called with each element as it arrives; the answer is what it gave. Neither the bytes nor
   * the elements are kept, so that a list takes no more memory than what is made of it.
   */
  readonly each?: (element: unknown) => unknown;
}

export interface Pm2ClientOptions {
  readonly maxFrameBytes?: number;
  /** A new connection stands: the daemon behind it may be another one than before. */
  readonly onConnect?: () => void;
  /** The connection was lost without `close` being called: the daemon died, or spoke nonsense. */
  readonly onLost?: () => void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SourceError) => void;
  readonly each: ((element: unknown) => unknown) | null;
}

/** These answer from memory: when they do not answer in time, the daemon does nothing at all. */
const instantMethods: ReadonlySet<string> = new Set(['ping', 'getVersion', 'getMonitorData']);

/** Read at once. All reads go into one piece of memory: a thousand bots would leave a hundred for the next collection. */
const readBytes = 64 * 1024;

/** What a frozen daemon may leave unread before the connection is dropped, so that our memory stays bounded. */
const maxUnsentBytes = 1024 * 1024;

/**
 * Connects on the first call and keeps the connection; calls run side by side. A lost connection rejects what is
 * pending (`refused`) and the next call connects again: there is no retry loop in here. Daemons 5.4 to 7.0.
 */
export function createPm2Client(home: string, options: Pm2ClientOptions = {}): Pm2Client {
  const path = join(home, 'rpc.sock');
  const pending = new Map<string, Pending>();
  let connecting: Promise<Socket> | null = null;
  let socket: Socket | null = null;
  let lastId = 0;
  let isClosed = false;
  /** Reads the answer that is arriving; null while it is kept until it is complete. */
  let reader: AnswerReader<unknown> | null = null;

  /** Whose answer it is stands behind it: while a list is all that is waited for, it is that, or one that came too late. */
  function openReader(): AnswerReader<unknown> | null {
    const [only, another] = pending.values();
    reader = only?.each != null && another === undefined ? new AnswerReader(only.each) : null;
    return reader;
  }

  function lose(lost: Socket, error: SourceError): void {
    lost.destroy();
    if (socket !== lost) return;
    socket = null;
    connecting = null;
    for (const call of pending.values()) call.reject(error);
    pending.clear();
    if (!isClosed) options.onLost?.();
  }

  function receive(args: Buffer[]): void {
    const arrived = reader;
    reader = null;
    const id = decodeArgument(args.at(-1) as Buffer);
    // A reply whose call has already timed out: nobody waits for it, and parsing it would cost as much as a list.
    const call = typeof id === 'string' ? pending.get(id) : undefined;
    if (call === undefined) return;
    try {
      call.resolve(resultIn(args.length > 1 ? readAnswer(args[0] as Buffer, arrived, call.each) : undefined));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      call.reject(error);
    }
  }

  async function connect(): Promise<Socket> {
    await checkSocket(home, path);
    const parser = createFrameParser(receive, options.maxFrameBytes ?? maxFrameBytes, openReader);
    const next: Socket = createConnection({
      path,
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (count, buffer) => {
          try {
            parser.push((buffer as Buffer).subarray(0, count));
          } catch (error) {
            lose(next, notItsProtocol(error as Error));
          }
          return true;
        },
      },
    });
    try {
      await new Promise<void>((resolve, reject) => {
        next.once('connect', resolve);
        next.once('error', reject);
      });
    } catch (error) {
      next.destroy();
      throw await explainConnectError(home, path, error);
    }
    if (isClosed) {
      next.destroy();
      throw new SourceError('failed', 'the client is closed');
    }
    socket = next;
    const ended = () => lose(next, new SourceError('refused', 'lost: the daemon closed the connection'));
    next.on('error', ended);
    next.on('close', ended);
    next.on('end', ended);
    options.onConnect?.();
    return next;
  }

  function connection(): Promise<Socket> {
    if (socket !== null && socket.writableLength > maxUnsentBytes) {
      lose(socket, new SourceError('frozen', 'frozen: reads nothing', { hint: frozenHint }));
    }
    if (connecting === null) {
      const attempt = connect();
      connecting = attempt;
      attempt.catch(() => {
        if (connecting === attempt) connecting = null;
      });
    }
    return connecting;
  }

  function timedOut(method: string, timeoutMs: number): SourceError {
    const seconds = (timeoutMs / 1000).toLocaleString('en-GB', { maximumFractionDigits: 1 });
    if (!instantMethods.has(method))
      return new SourceError('timeout', `PM2 has not answered ${method} within ${seconds} s`);
    return new SourceError('frozen', `frozen: no answer for ${seconds} s`, { hint: frozenHint });
  }

  return {
    home,
    call(method, args, { timeoutMs = 5_000, signal, each = null } = {}) {
      return new Promise<unknown>((resolve, reject) => {
        lastId += 1;
        const id = `b${lastId}`;
        const settle = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          pending.delete(id);
        };
        const call: Pending = {
          resolve: (value) => {
            settle();
            resolve(value);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
          each,
        };
        const onAbort = () => call.reject(new SourceError('timeout', `the call of ${method} was cancelled`));
        const timer = setTimeout(() => call.reject(timedOut(method, timeoutMs)), timeoutMs);
        if (isClosed) return call.reject(new SourceError('failed', 'the client is closed'));
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort, { once: true });
        pending.set(id, call);
        connection().then(
          (open) => {
            if (pending.has(id)) open.write(encodeCall({ type: 'call', method, args }, id));
          },
          (error: SourceError) => call.reject(error),
        );
      });
    },
    close() {
      isClosed = true;
      const error = new SourceError('failed', 'the client is closed');
      for (const call of [...pending.values()]) call.reject(error);
      socket?.destroy();
      socket = null;
    },
  };
}

function notItsProtocol(cause: Error): SourceError {
  return new SourceError('protocol', `PM2 sent what is not its protocol: ${cause.message}`, { cause });
}

/** The daemon's answer, decoded; `arrived` has read it already. */
function readAnswer(bytes: Buffer, arrived: AnswerReader<unknown> | null, each: Pending['each']): unknown {
  if (arrived !== null) return arrived.end();
  if (each === null) return decodeArgument(bytes);
  const whole = new AnswerReader(each);
  whole.push(bytes);
  return whole.end();
}

/** What the method gave. Throws `SourceError` for PM2's own error, and where there is no result. */
function resultIn(reply: unknown): unknown {
  if (typeof reply === 'object' && reply !== null) {
    const { error, args } = reply as { error?: unknown; args?: unknown };
    if (error !== undefined && error !== null) throw new SourceError('failed', `PM2 says: ${errorText(error)}`);
    if (Array.isArray(args)) return args[0];
  }
  throw new SourceError('protocol', 'PM2 answered without a result');
}

/** PM2's error is a text, or an object whose message may quote a bot's environment. */
function errorText(error: unknown): string {
  if (typeof error === 'string') return safeText(error);
  const message = (error as { message?: unknown }).message;
  return typeof message === 'string' ? safeText(message) : 'an error without a message';
}
