/**
 * The contract of everything botop can change.
 *
 * An action is one object in one file. It says what it would do (command, consequences), reads its targets again
 * before the prompt and before it fires, does it, and watches what became of it. It never asks and never writes the
 * audit: the executor does, for all of them alike.
 */
import type { Pm2Client } from '../sources/pm2/client.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { Clock } from '../sources/source.ts';

/** R1 disruptive, one target; R2 wide or interrupting; R3 destroys data or evidence; `copy`: never run by us. */
export type Risk = 'R1' | 'R2' | 'R3' | 'copy';

/** A bot's identity: home + pm_id + unique_id. The rest is what was known when the target was taken. */
export interface BotTarget {
  readonly kind: 'bot';
  readonly home: string;
  readonly id: number | string;
  readonly uniqueId: string;
  /** Cleaned for the screen. */
  readonly name: string;
  readonly bot: Bot;
}

/** What an action is aimed at. New kinds of target join this union. */
export type Target = BotTarget;

/** What an action may use of the outside world. */
export interface ActionDeps {
  readonly clock: Clock;
  /** A short-lived client of the daemon of that home; the caller closes it. Never starts a daemon. */
  pm2(home: string): Pm2Client;
  /** Waits, cancelled by the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What became of a target between taking it and now. */
export type Resolved<T extends Target = Target> =
  | { readonly state: 'same'; readonly target: T; /** `restarted meanwhile, 4211 → 4260`. */ readonly note?: string }
  | { readonly state: 'gone'; readonly reason: string }
  | { readonly state: 'other'; readonly reason: string }
  | { readonly state: 'unread'; readonly reason: string };

/** What the system answered. `message` is cleaned and redacted. */
export interface RunResult {
  readonly isOk: boolean;
  readonly message: string;
}

/** One line of what is known after an action: `pid 4211 → 4260`, `up 10 s`. */
export interface Check {
  readonly text: string;
  readonly state: 'waiting' | 'good' | 'bad';
}

/** What became of it. */
export interface Verdict {
  readonly state: 'watching' | 'good' | 'bad';
  readonly checks: readonly Check[];
}

export interface Action<T extends Target = Target> {
  /** The verb, as in the palette and the audit: `restart`. */
  readonly id: string;
  readonly key: string;
  /** For the footer and the help: `restart`. */
  readonly label: string;
  readonly targetKind: T['kind'];
  risk(targets: readonly T[]): Risk;
  /** Why it makes no sense for this target now (`already stopped`), or null. Policy is not its business. */
  unavailable(target: T): string | null;
  /** The same, typed by hand; quoted for a shell. */
  command(targets: readonly T[]): string;
  /** What will happen, a sentence each, the gravest first. */
  consequences(targets: readonly T[], now: number): readonly string[];
  /** Reads the target again from the system itself. */
  resolve(target: T, deps: ActionDeps, signal: AbortSignal): Promise<Resolved<T>>;
  run(target: T, deps: ActionDeps, signal: AbortSignal): Promise<RunResult>;
  /** Watches what became of it and reports each change; ends with the final verdict. */
  verify(
    target: T,
    deps: ActionDeps,
    signal: AbortSignal,
    report: (verdict: Verdict) => void,
  ): Promise<Verdict>;
}
