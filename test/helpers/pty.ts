import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import { deadlineIn } from './deadline.ts';
import { type LinkSpeed, slowLink } from './slow-link.ts';
import { cellAt, createTerminal, framed, type ScreenCell } from './terminal.ts';

/** How a program ended. */
export interface PtyExit {
  readonly code: number;
  /** The signal's number, 0 for none. */
  readonly signal: number;
}

export interface PtyOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the program; TERM is `xterm-256color` unless set here. Defaults to ours, without what marks a CI. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  /**
   * How wide the terminal takes emoji to be: 11 (two cells, as terminals of today do) or 6 (one cell, as the old ones
   * and a plain xterm.js do). Defaults to 11.
   */
  readonly unicode?: 6 | 11;
  /** Answers nothing that the program asks of its terminal. */
  readonly isSilent?: boolean;
  /** A slow line between the program and the terminal, both ways. */
  readonly link?: LinkSpeed;
}

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** Said when it fails: what was waited for. */
  readonly what?: string;
}

/** A program running in a real pseudo-terminal, read by a terminal emulator. */
export interface Pty {
  readonly pid: number;
  /** The path of the terminal's own device. */
  readonly device: string;
  readonly columns: number;
  readonly rows: number;
  /** Every byte the program wrote so far. */
  readonly bytesWritten: number;
  /** `performance.now()` of the last byte that arrived; 0 before the first. */
  readonly lastByteAt: number;
  /** Resolves when the program ended and its last output is on the screen. */
  readonly exit: Promise<PtyExit>;
  /** How it ended, or null while it runs. */
  readonly ended: PtyExit | null;
  /** Calls back with each chunk as it arrives, before it is interpreted; `at` is `performance.now()`. Returns how to stop. */
  onBytes(listener: (bytes: Buffer, at: number) => void): () => void;
  /** Types the text as it stands: one call is one chunk. */
  press(keys: string): void;
  /** The rows of the screen, without the spaces at their ends. */
  text(): string[];
  /** One row, 0 at the top. */
  line(row: number): string;
  cell(x: number, y: number): ScreenCell;
  /** Resolves as soon as the condition holds on what is shown; throws with the screen when it does not in time. */
  waitFor(condition: RegExp | ((pty: Pty) => boolean), options?: WaitOptions): Promise<void>;
  /** Resolves when what the program wrote so far has been interpreted. */
  settled(): Promise<void>;
  /** Reads nothing more of what the program writes. */
  stall(): void;
  resize(columns: number, rows: number): void;
  isAlternate(): boolean;
  isCursorVisible(): boolean;
  cursor(): { readonly x: number; readonly y: number };
  /** Auto-wrap (DECAWM). */
  isWrapping(): boolean;
  isSynchronized(): boolean;
  isBracketedPaste(): boolean;
  title(): string;
  /** Everything written, decoded, for what must never appear. Only the last 4 MiB are kept. */
  transcript(): string;
  /** The line discipline as `stty` reads it. The device must still be open in some process. */
  stty(): { readonly isCanonical: boolean; readonly isEcho: boolean; readonly settings: string };
  /** Signals the program started, as a supervisor would. */
  kill(signal?: NodeJS.Signals): void;
  /** Closes our end, as when the connection is lost: the kernel sends SIGHUP and writing gives EIO. */
  hangUp(): void;
  /** Ends what still runs (SIGKILL) and frees the emulator. Safe to call twice. */
  dispose(): Promise<void>;
}

const TRANSCRIPT_BYTES = 4 << 20;
/** Nothing more comes from a program that has ended when nothing came in this time, in which we looked. */
const DRAIN_MS = 50;

/** The properties of node-pty's Unix terminal that its declaration leaves out. */
interface UnixTerminal {
  readonly ptsName: string;
  readonly _socket: { destroy(error?: Error): void };
}

function environment(given: PtyOptions['env']): Record<string, string> {
  const env: Record<string, string | undefined> = given ? { ...given } : { ...process.env };
  if (!given) for (const name of ['CI', 'COLUMNS', 'LINES', 'NO_COLOR', 'FORCE_COLOR', 'TERM']) delete env[name];
  env['TERM'] ??= 'xterm-256color';
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Starts a program in a pseudo-terminal. The caller disposes of it, also when the test fails. */
export function startPty(options: PtyOptions): Pty {
  let columns = options.columns ?? 120;
  let rows = options.rows ?? 40;
  const terminal = createTerminal(columns, rows, options.unicode ?? 11);
  const pty = spawn(options.command, [...(options.args ?? [])], {
    cols: columns,
    rows,
    env: environment(options.env),
    encoding: null,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const unix = pty as unknown as UnixTerminal;

  let bytesWritten = 0;
  let lastByteAt = 0;
  let pendingWrites = 0;
  let isCursorVisible = true;
  let title = '';
  let ended: PtyExit | null = null;
  let isDisposed = false;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const listeners = new Set<() => void>();
  const byteListeners = new Set<(bytes: Buffer, at: number) => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };

  // xterm's public interface does not tell the cursor's visibility: it is read off the sequences that set it.
  const cursorMode = (visible: boolean) => (params: (number | number[])[]) => {
    if (params.includes(25)) isCursorVisible = visible;
    return false;
  };
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, cursorMode(true));
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, cursorMode(false));
  terminal.onTitleChange((next) => {
    title = next;
  });
  // What the program asks of its terminal (position, attributes) is answered as a terminal does.
  const { link } = options;
  const toProgram = (text: string): void => {
    if (!ended && !isDisposed) pty.write(text);
  };
  const there = link && slowLink(link, (bytes) => toProgram(bytes.toString('utf8')));
  const send = (text: string): void => (there ? there.push(Buffer.from(text)) : toProgram(text));
  if (!options.isSilent) terminal.onData(send);

  const interpret = (bytes: Buffer): void => {
    if (isDisposed) return;
    pendingWrites++;
    terminal.write(bytes, () => {
      pendingWrites--;
      changed();
    });
  };
  const back = link && slowLink(link, interpret);
  pty.onData((chunk) => {
    const bytes = chunk as unknown as Buffer;
    bytesWritten += bytes.length;
    lastByteAt = performance.now();
    for (const listener of byteListeners) listener(bytes, lastByteAt);
    kept.push(bytes);
    keptBytes += bytes.length;
    if (keptBytes > TRANSCRIPT_BYTES * 2) {
      const all = Buffer.concat(kept);
      kept = [all.subarray(all.length - TRANSCRIPT_BYTES)];
      keptBytes = TRANSCRIPT_BYTES;
    }
    if (back) back.push(bytes);
    else interpret(bytes);
  });

  // node-pty closes its end 200 ms after the program's, also where we did not get to read in that time what it said last.
  const close = unix._socket.destroy.bind(unix._socket);
  unix._socket.destroy = (error) => {
    if (error) return close(error);
    const before = bytesWritten;
    setTimeout(() => (bytesWritten === before ? close() : unix._socket.destroy()), DRAIN_MS);
  };

  const exit = new Promise<PtyExit>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      ended = { code: exitCode, signal: signal ?? 0 };
      void settled().then(() => {
        changed();
        resolve(ended as PtyExit);
      });
    });
  });

  async function settled(): Promise<void> {
    while (pendingWrites > 0 && !isDisposed) {
      await new Promise<void>((resolve) => {
        const once = () => {
          listeners.delete(once);
          resolve();
        };
        listeners.add(once);
      });
    }
  }

  const row = (y: number): string => {
    const buffer = terminal.buffer.active;
    return buffer.getLine(buffer.baseY + y)?.translateToString(true) ?? '';
  };

  const self: Pty = {
    pid: pty.pid,
    device: unix.ptsName,
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },
    get bytesWritten() {
      return bytesWritten;
    },
    get lastByteAt() {
      return lastByteAt;
    },
    get ended() {
      return ended;
    },
    exit,
    onBytes(listener) {
      byteListeners.add(listener);
      return () => byteListeners.delete(listener);
    },
    press(keys) {
      if (ended) throw new Error(`the program has ended (${JSON.stringify(ended)}), it takes no keys`);
      send(keys);
    },
    text: () => Array.from({ length: rows }, (_, y) => row(y)),
    line: row,
    cell: (x, y) => cellAt(terminal, x, y),
    async waitFor(condition, { timeoutMs = 10_000, what } = {}) {
      const holds = condition instanceof RegExp ? () => condition.test(self.text().join('\n')) : () => condition(self);
      const failure = (why: string) =>
        new Error(
          `${why} while waiting for ${what ?? String(condition)}; the screen shows:\n${framed(self.text(), columns)}`,
        );
      await new Promise<void>((resolve, reject) => {
        const finish = (error?: Error) => {
          clearInterval(ticker);
          listeners.delete(look);
          if (error) reject(error);
          else resolve();
        };
        const look = () => {
          try {
            if (holds()) finish();
            else if (ended && pendingWrites === 0) finish(failure(`the program ended ${JSON.stringify(ended)}`));
            else if (deadline.isOver()) finish(failure(`nothing after ${timeoutMs} ms`));
          } catch (error) {
            finish(error as Error);
          }
        };
        const deadline = deadlineIn(timeoutMs);
        // A condition may look at more than the screen (a file, a process), so it is also asked between writes.
        const ticker = setInterval(look, 50);
        listeners.add(look);
        look();
      });
    },
    settled,
    stall: () => pty.pause(),
    resize(nextColumns, nextRows) {
      columns = nextColumns;
      rows = nextRows;
      terminal.resize(columns, rows);
      pty.resize(columns, rows);
    },
    isAlternate: () => terminal.buffer.active.type === 'alternate',
    isCursorVisible: () => isCursorVisible,
    cursor: () => ({ x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY }),
    isWrapping: () => terminal.modes.wraparoundMode,
    isSynchronized: () => terminal.modes.synchronizedOutputMode,
    isBracketedPaste: () => terminal.modes.bracketedPasteMode,
    title: () => title,
    transcript: () => Buffer.concat(kept).toString('utf8'),
    stty() {
      // O_NOCTTY: the terminal must not become the tests' own.
      const fd = openSync(unix.ptsName, constants.O_RDWR | constants.O_NOCTTY);
      try {
        const settings = execFileSync('stty', ['-a'], { stdio: [fd, 'pipe', 'pipe'], encoding: 'utf8' });
        return {
          isCanonical: /(?<!-)\bicanon\b/.test(settings),
          isEcho: /(?<!-)\becho\b/.test(settings),
          settings,
        };
      } finally {
        closeSync(fd);
      }
    },
    kill(signal = 'SIGTERM') {
      process.kill(pty.pid, signal);
    },
    hangUp() {
      close();
    },
    async dispose() {
      if (isDisposed) return;
      if (!ended) {
        try {
          process.kill(pty.pid, 'SIGKILL');
        } catch {
          // It ended between the look and the signal.
        }
        await exit;
      }
      isDisposed = true;
      there?.close();
      back?.close();
      close();
      terminal.dispose();
      changed();
    },
  };
  return self;
}
