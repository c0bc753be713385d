import { clean } from '../../text/clean.ts';
import { redact } from '../../text/redact.ts';
import type { Screen } from './screen.ts';

/** Why the program ends, with the status it exits with. */
export type Ending =
  | { readonly reason: 'asked'; readonly status: number }
  | { readonly reason: 'signal'; readonly status: number; readonly signal: NodeJS.Signals }
  /** The terminal is gone: closed, its connection lost, or npm above us has died. */
  | { readonly reason: 'lost'; readonly status: 129 }
  | { readonly reason: 'failed'; readonly status: 1; readonly error: unknown };

export interface TerminalOptions {
  readonly screen: Screen;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Ends what runs. Called once, after the terminal was given back. When it takes longer than
   * `graceMs` the program exits without waiting.
   */
  readonly onEnd: (ending: Ending) => void | Promise<void>;
  /** Asked when it ends. Default 800: with a vanished terminal the program must be gone within a second. */
  readonly graceMs?: () => number;
  /** Called when the terminal is taken again after a stop; nothing the person saw before is certain any more. */
  readonly onResume?: () => void;
}

/** The one owner of the terminal and of what ends the program. */
export interface Terminal {
  size(): { readonly columns: number; readonly rows: number };
  /** Takes the terminal, and from here on answers signals, errors and a vanishing terminal. */
  enter(): void;
  /** Gives the terminal back, ends what runs, exits with the status. */
  end(status: number): void;
  /** Gives the terminal back, prints the error on stderr, ends what runs, exits 1. */
  fail(error: unknown): void;
  /** For Ctrl-Z, which raw mode delivers as a key: stops the job, goes on with a full repaint when continued. */
  suspend(): void;
  /** Clears the terminal and paints all anew, in the size it has now. */
  redraw(): void;
  /** To be called on a tick: ends the program when npm, which passes no SIGHUP on, is no longer its parent. */
  checkParent(): void;
}

const STATUSES = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 } as const;

/** Long enough for a stop signal to arrive; when nothing stopped us by then there is no job control. */
const STOP_MS = 100;

/** So long its end waits for what the terminal was asked, ms. */
const ANSWER_MS = 500;

const STACK_LINES_MAX = 8;

/** What is printed of an error: its message and the top of its stack, cleaned and without secrets. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  // Whole first: a key can span lines.
  const lines = redact(text).split('\n').slice(0, STACK_LINES_MAX);
  return `botop: ${lines.map(clean).join('\n')}\n`;
}

/** The size a terminal's stream tells, the classic one where it tells none. */
export function sizeOf(stdout: { readonly columns?: number; readonly rows?: number }): {
  readonly columns: number;
  readonly rows: number;
} {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

/** What Node keeps to itself of a terminal's stream. */
interface Inner {
  /** Asks the kernel for its size, which it else does on SIGWINCH only. */
  _refreshSize?(): void;
  /** By itself Node waits in a write until a terminal has taken it: one that takes nothing would stop the program. */
  readonly _handle?: { setBlocking?(isBlocking: boolean): void };
}

/** Makes the owner; nothing is touched before `enter()`. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { screen, stdin, stdout, stderr } = options;
  const parent = options.env['npm_lifecycle_event'] === undefined ? undefined : process.ppid;
  let isEnding = false;
  let isLost = false;
  let suspended: { readonly isRaw: boolean; readonly timer: NodeJS.Timeout } | undefined;

  const setRaw = (isRaw: boolean): void => {
    if (!stdin.isTTY || isLost) return;
    try {
      stdin.setRawMode(isRaw);
    } catch {
      // Only a terminal that is gone refuses, and then there are no modes to restore.
      isLost = true;
    }
  };

  const setBlocking = (isBlocking: boolean): void => (stdout as Inner)._handle?.setBlocking?.(isBlocking);

  const giveBack = (): void => {
    if (!isLost) screen.leave();
    setBlocking(true);
    if (stdin.isRaw) setRaw(false);
  };

  const finish = (ending: Ending): void => {
    if (isEnding) return;
    isEnding = true;
    // The keyboard stays ours until what the terminal was asked is answered: the shell would take it for typed.
    const answered = isLost ? null : screen.whenAnswered(ANSWER_MS);
    if (!isLost) screen.leave();
    if (ending.reason === 'failed') stderr.write(describeError(ending.error));
    const exit = (): never => process.exit(ending.status);
    const report = (error: unknown): never => {
      stderr.write(describeError(error));
      return process.exit(ending.status === 0 ? 1 : ending.status);
    };
    setTimeout(exit, options.graceMs?.() ?? 800);
    try {
      Promise.all([options.onEnd(ending), answered]).then(exit, report);
    } catch (error) {
      report(error);
    }
  };

  const lose = (): void => {
    isLost = true;
    screen.hold();
    finish({ reason: 'lost', status: 129 });
  };

  /** A stopped job is told of no new size. */
  const takeSize = (): void => {
    if (!isLost) (stdout as Inner)._refreshSize?.();
    const { columns, rows } = sizeOf(stdout);
    screen.resize(columns, rows);
  };

  const resume = (): void => {
    if (isEnding) return;
    const isRaw = suspended?.isRaw ?? stdin.isRaw;
    clearTimeout(suspended?.timer);
    suspended = undefined;
    if (!process.listeners('SIGTSTP').includes(stopSelf)) process.on('SIGTSTP', stopSelf);
    // The shell may have changed the modes meanwhile, and a mode that is set already is not set again.
    if (isRaw) {
      setRaw(false);
      setRaw(true);
    }
    takeSize();
    setBlocking(false);
    if (screen.isEntered) screen.repaint();
    else screen.enter();
    options.onResume?.();
  };

  /** `group` 0 is the whole job, so that npm stops with us and the shell takes over. */
  const stop = (group: number): void => {
    if (isEnding || suspended !== undefined) return;
    const isRaw = stdin.isRaw;
    giveBack();
    // In a process group that nobody could continue the kernel drops the stop: then we go on as if continued.
    suspended = { isRaw, timer: setTimeout(resume, STOP_MS) };
    process.off('SIGTSTP', stopSelf);
    process.kill(group, 'SIGTSTP');
  };

  const stopSelf = (): void => stop(process.pid);

  const listen = (): void => {
    for (const [signal, status] of Object.entries(STATUSES)) {
      process.on(signal, () => {
        // A second signal does not wait for what still runs.
        if (isEnding) process.exit(status);
        if (signal === 'SIGHUP') isLost = !stdout.writable;
        finish({ reason: 'signal', status, signal: signal as NodeJS.Signals });
      });
    }
    process.on('SIGTSTP', stopSelf);
    process.on('SIGCONT', resume);
    process.on('exit', giveBack);
    // Before any other listener: whatever prints must print on the normal screen.
    process.on('uncaughtExceptionMonitor', giveBack);
    process.on('uncaughtException', (error) => finish({ reason: 'failed', status: 1, error }));
    process.on('unhandledRejection', (error) => finish({ reason: 'failed', status: 1, error }));
    stdout.on('error', lose);
    stdout.on('close', lose);
    stdin.on('error', lose);
    stdin.on('end', lose);
    stdin.on('close', lose);
    // Where even stderr is gone nobody is left to be told.
    stderr.on('error', () => undefined);
    stdout.on('resize', () => {
      const { columns, rows } = sizeOf(stdout);
      screen.resize(columns, rows);
    });
  };

  let isListening = false;
  return {
    size: () => sizeOf(stdout),
    enter() {
      if (!isListening) listen();
      isListening = true;
      setBlocking(false);
      screen.enter();
    },
    end: (status) => finish({ reason: 'asked', status }),
    fail: (error) => finish({ reason: 'failed', status: 1, error }),
    suspend: () => stop(0),
    redraw() {
      takeSize();
      screen.repaint();
    },
    checkParent() {
      // The terminal may be alive: npm alone was killed. So it is given back, unlike where writing to it failed.
      if (parent !== undefined && process.ppid !== parent) finish({ reason: 'lost', status: 129 });
    },
  };
}
