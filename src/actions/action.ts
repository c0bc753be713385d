/**
 * The contract of everything botop can change.
 *
 * An action is one object in one file. It says what it would do (command, consequences), reads its targets again
 * before the prompt and before it fires, does it, and watches what became of it. It never asks and never writes the
 * audit: the executor does, for all of them alike.
 */
import type { Pm2Client } from '../sources/pm2/client.ts';
import type { Bot } from '../sources/pm2/snapshot.ts';
import type { Notice, PostgresConnection } from '../sources/postgres/client.ts';
import type { Clock } from '../sources/source.ts';
import type { LastAct } from './audit-history.ts';
import type { EvidenceStore } from './evidence.ts';
import type { Target } from './target.ts';

export type { BotTarget, HomeTarget, OrphanTarget, SessionTarget, TableTarget, Target } from './target.ts';

/** R1 disruptive, one target; R2 wide or interrupting; R3 destroys data or evidence; `copy`: never run by us. */
export type Risk = 'R1' | 'R2' | 'R3' | 'copy';

/** What an action may use of the outside world. */
export interface ActionDeps {
  readonly clock: Clock;
  /** A short-lived client of the daemon of that home; the caller closes it. Never starts a daemon. */
  pm2(home: string): Pm2Client;
  /**
   * A connection of its own to the PostgreSQL of that source, under the same login; the caller closes it. Rejects with an
   * explained `SourceError`.
   */
  postgres(sourceId: string, onNotice?: (notice: Notice) => void): Promise<PostgresConnection>;
  /** The connection that reading keeps, for a statement of a moment where no other is to be had; closing it does nothing. */
  postgresSeat?(sourceId: string): PostgresConnection | null;
  /** Where the end of what is destroyed is kept. */
  readonly evidence: EvidenceStore;
  /** Waits; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** How long a bot must stay up, or stopped, to count as such, in ms; 10 s without it. */
  readonly settleMs?: number;
  /** What the logs of the bot say since `since` (epoch ms); null, or absent, where they are not followed. */
  logsSince?(bot: Bot, since: number): LogsSince | null;
  /** The newest thing done from here to any bot of these unique_ids, as the audit tells; null where it knows of none. */
  lastAct?(uniqueIds: ReadonlySet<string>): Promise<LastAct | null>;
  /** Bots of the home whose daemon is gone, as they were last seen; null where that is not known. */
  orphans?(home: string): readonly { readonly name: string; readonly pid: number }[] | null;
  /** The environment of the person who runs us: what a child is given is chosen from it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What was logged in a span of time. */
export interface LogsSince {
  /** ERROR and FATAL. */
  readonly errors: number;
  /** Epoch ms of the newest write, or null when there was none in that time. */
  readonly writtenAt: number | null;
}

/** What the person must say before the action can be asked for: how many instances, which signal. */
export interface Argument<T extends Target = Target> {
  /** What is wanted, in a few words: `how many instances`. */
  readonly what: string;
  /** What stands there to begin with. */
  initial(targets: readonly T[]): string;
  /** What can be chosen from; empty where anything may be typed. */
  choices(targets: readonly T[]): readonly string[];
  /** Why this text will not do, or null. */
  check(text: string, targets: readonly T[]): string | null;
  /** The action with its argument: what is asked, audited and done. Call it only with what `check` has passed. */
  bind(text: string): Action<T>;
}

/** How an action goes about many targets. */
export interface Pace {
  /** How many at a time. */
  readonly concurrency: number;
  /** How long each must be well before the next is begun, in ms; 10 s without it. */
  readonly settleMs?: number;
}

/** What the person's own shell already knows, so that a command typed by hand need not say it. */
export interface Shell {
  /** The home `pm2` would use there, absolute. */
  readonly pm2Home: string;
  /** The user who would type it. */
  readonly user: string;
}

/** What became of a target between taking it and now. `reason` and `note` are sentences without a full stop. */
export type Resolved<T extends Target = Target> =
  | { readonly state: 'same'; readonly target: T /** `restarted meanwhile, 4211 → 4260`. */; readonly note?: string }
  | { readonly state: 'gone'; readonly reason: string }
  | { readonly state: 'other'; readonly reason: string }
  | { readonly state: 'unread'; readonly reason: string };

/** What was done before the prompt so that it can be shown in it: evidence saved, a preview, an age. */
export interface Preparation {
  /** Lines for the prompt: `evidence: /home/anna/.local/state/botop/evidence/…`. */
  readonly notes: readonly string[];
  /** What could only be said after looking; they stand before the action's own consequences. */
  readonly consequences?: readonly string[];
  /** Takes the place of the action's phrase: `without evidence`. */
  readonly phrase?: string;
}

/**
 * What the system answered; `message` is cleaned and redacted, and holds its notices where there are any.
 *
 * - `done`: it said yes.
 * - `failed`: it refused or could not. A yes with a notice that nothing was done is a no.
 * - `unanswered`: it was told and never answered (old daemons); `verify` finds out what became of it.
 */
export interface RunResult {
  readonly state: 'done' | 'failed' | 'unanswered';
  readonly message: string;
}

/** One line of what is known after an action: `pid 4211 → 4260`, `up 10 s`. */
export interface Check {
  readonly text: string;
  readonly state: 'waiting' | 'good' | 'bad' | 'unknown';
}

/** What became of one target. `unknown`: it could not be read any more, which is never good. */
export interface Verdict {
  readonly state: 'watching' | 'good' | 'bad' | 'unknown';
  readonly checks: readonly Check[];
  /** Whether a bad end leaves it worse off than before; a wide action stops there. Absent means yes. */
  readonly isWorse?: boolean;
}

export interface Action<T extends Target = Target> {
  /** The verb, as in the palette and the audit: `restart`. */
  readonly id: string;
  /** Absent: it is found in the palette only. */
  readonly key?: string;
  /** For the footer and the help: `restart`. */
  readonly label: string;
  /** What is asked, without the question mark: `Scale api to 4`; absent: made of the label. */
  question?(whom: string): string;
  /** Its place in the footer, the smaller the earlier; absent: among the first. */
  readonly footer?: number;
  readonly targetKind: T['kind'];
  /** After this one target's `run` counts as unanswered, in ms. */
  readonly runTimeoutMs: number;
  /** Whether `run` is cancelled when the monitor ends (a long VACUUM), instead of being finished first. */
  readonly endsWithMonitor?: boolean;
  /** What must be said before; the action as it stands here is then never fired, only what `bind` makes of it. */
  readonly argument?: Argument<T>;
  /** Of many targets: one after the other, and 10 s each, without it. */
  readonly pace?: Pace;
  /** Whether it may be aimed at what cannot be read now: a daemon that is dead. */
  readonly mayBeUnread?: boolean;
  risk(targets: readonly T[]): Risk;
  /** Why it makes no sense for this target now (`already stopped`, a missing right), or null. Policy is not its business. */
  unavailable(target: T): string | null;
  /** Whether its bots are looked at for ten minutes more once it went well. */
  readonly isWatchedOn?: boolean;
  /** Why it is left out where several are chosen, though it could be done to this one alone; or null. */
  leaveOut?(target: T): string | null;
  /** The same, typed by hand; quoted for a shell. */
  command(targets: readonly T[], shell: Shell): string;
  /** What will happen, a sentence each without a full stop, the gravest first. `now` is epoch ms. */
  consequences(targets: readonly T[], now: number): readonly string[];
  /** What R3 has the person type: `flush weather-bot`. Required of an action that can be R3. */
  phrase?(targets: readonly T[]): string;
  /** What must be done before the person is asked (evidence). Runs after policy and `resolve`, writes nothing elsewhere. */
  prepare?(targets: readonly T[], deps: ActionDeps, signal: AbortSignal): Promise<Preparation>;
  /** Reads the targets again from the system itself: one answer each, in their order. */
  resolve(targets: readonly T[], deps: ActionDeps, signal: AbortSignal): Promise<readonly Resolved<T>[]>;
  /**
   * The same while the question is open, every two seconds, and so by what costs next to nothing. Absent: what is read
   * anyway tells of its targets.
   */
  glance?(targets: readonly T[], deps: ActionDeps, signal: AbortSignal): Promise<readonly Resolved<T>[]>;
  run(target: T, deps: ActionDeps, signal: AbortSignal): Promise<RunResult>;
  /** Watches what became of it and reports each change; ends with the final verdict. `target` is as before the run. */
  verify(target: T, deps: ActionDeps, signal: AbortSignal, report: (verdict: Verdict) => void): Promise<Verdict>;
}
