/**
 * What somebody has before their eyes. Who draws a bot says so; who samples them reads those each second and the others
 * more rarely. The processes of the machine are looked through only while they are shown.
 */
export interface Attention {
  /** Figures of this bot are being shown. */
  see(home: string, id: number | string): void;
  /** Whether they were shown lately. */
  isSeen(home: string, id: number | string): boolean;
  /** The busiest processes of the machine are being shown. */
  seeProcesses(): void;
  /** Whether they were shown lately. */
  readonly areProcessesSeen: boolean;
  /** A beat has passed. */
  beat(): void;
}

/** Beats for which a bot counts as seen: the screen may skip one, since it draws nothing while its writer waits. */
const SEEN_BEATS = 3;

export function createAttention(): Attention {
  const homes = new Map<string, Map<number | string, number>>();
  let now = 0;
  let processesSeenAt = Number.NEGATIVE_INFINITY;

  return {
    see(home, id) {
      let bots = homes.get(home);
      if (bots === undefined) homes.set(home, (bots = new Map()));
      bots.set(id, now);
    },
    isSeen(home, id) {
      const seenAt = homes.get(home)?.get(id);
      return seenAt !== undefined && now - seenAt <= SEEN_BEATS;
    },
    seeProcesses() {
      processesSeenAt = now;
    },
    get areProcessesSeen() {
      return now - processesSeenAt <= SEEN_BEATS;
    },
    beat() {
      now += 1;
      // Bots that are gone must not gather here.
      if (now % 600 === 0) homes.clear();
    },
  };
}
