/** One system that the demo runs: PM2 with its fleet, and whatever joins it. The supervisor starts them in order. */
export interface Part {
  readonly name: string;
  /**
   * Starts it inside the demo's folder and gives the environment variables by which the monitor finds it.
   * Rejects with `DemoError` where the reason is known. Whatever it starts carries `room.env`.
   */
  start(room: Room): Promise<Readonly<Record<string, string>>>;
  /** Ends it politely, where that is worth the time. What is left afterwards is killed by its mark. */
  stop(): Promise<void>;
}

/** What a part is given: its place, and the environment that all its processes must carry. */
export interface Room {
  /** The demo's folder, 0700, removed with all that is in it. */
  readonly folder: string;
  /** A clean environment, without the person's secrets, with the mark by which the supervisor finds every process. */
  readonly env: Readonly<Record<string, string>>;
  /** Says on the person's stderr what is being done. */
  say(text: string): void;
}

/** A reason why the demo cannot run, in a sentence for the person. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
