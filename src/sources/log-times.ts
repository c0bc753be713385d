/**
 * When each log was last written to. Whoever looks at a file notes it here, and the columns that show it are written
 * where it changes: a second in which no log grew costs nothing, however many bots there are.
 */

/** Where a bot logs; out and err can be one file. */
export interface LogPair {
  readonly outLogPath: string | null;
  readonly errLogPath: string | null;
}

export interface LogTimes {
  /** Somebody looks at this file from now on, and says what they find. */
  follow(path: string): void;
  unfollow(path: string): void;
  isFollowed(path: string): boolean;
  /** Counts the changes of what is followed. */
  readonly version: number;
  /** `writtenAt` is epoch ms; NaN where nothing was ever written, or it cannot be told. */
  note(path: string, writtenAt: number): void;
  /** Keeps `into` at the newest line of each bot, from now until what is returned is called. */
  show(pairs: readonly LogPair[], into: Float64Array): () => void;
}

interface Cell {
  readonly into: Float64Array;
  readonly index: number;
  readonly out: Time | null;
  readonly err: Time | null;
}

interface Time {
  writtenAt: number;
  /** Who shows it; most files are one bot's, and a list for each would be a hundred bytes. */
  cell: Cell | null;
  others: Cell[];
}

/** Of most files. It is never written to. */
const noCells: Cell[] = [];

function addCell(time: Time, cell: Cell): void {
  if (time.cell === null) time.cell = cell;
  else if (time.others === noCells) time.others = [cell];
  else time.others.push(cell);
}

function dropCells(time: Time, into: Float64Array): void {
  const left = time.others.filter((cell) => cell.into !== into);
  if (time.cell?.into === into) time.cell = left.shift() ?? null;
  time.others = left.length === 0 ? noCells : left;
}

export function createLogTimes(): LogTimes {
  const times = new Map<string, Time>();
  const followed = new Set<string>();
  let version = 0;

  function timeOf(path: string): Time {
    let time = times.get(path);
    if (time === undefined) {
      time = { writtenAt: Number.NaN, cell: null, others: noCells };
      times.set(path, time);
    }
    return time;
  }

  /** What nobody shows any more is forgotten. */
  function hide(path: string | null, into: Float64Array): void {
    const time = path === null ? undefined : times.get(path);
    if (path === null || time === undefined) return;
    dropCells(time, into);
    if (time.cell === null && !followed.has(path)) times.delete(path);
  }

  return {
    get version() {
      return version;
    },
    follow(path) {
      if (followed.has(path)) return;
      followed.add(path);
      version += 1;
    },
    unfollow(path) {
      if (!followed.delete(path)) return;
      version += 1;
      if (times.get(path)?.cell === null) times.delete(path);
    },
    isFollowed: (path) => followed.has(path),
    note(path, writtenAt) {
      const time = followed.has(path) ? timeOf(path) : times.get(path);
      if (time === undefined || Object.is(time.writtenAt, writtenAt)) return;
      time.writtenAt = writtenAt;
      if (time.cell !== null) write(time.cell);
      for (const cell of time.others) write(cell);
    },
    show(pairs, into) {
      for (let index = 0; index < pairs.length; index += 1) {
        const { outLogPath, errLogPath } = pairs[index] as LogPair;
        const out = outLogPath === null ? null : timeOf(outLogPath);
        const err = errLogPath === null || errLogPath === outLogPath ? null : timeOf(errLogPath);
        const cell = { into, index, out, err };
        if (out !== null) addCell(out, cell);
        if (err !== null) addCell(err, cell);
        write(cell);
      }
      return () => {
        for (const { outLogPath, errLogPath } of pairs) {
          hide(outLogPath, into);
          hide(errLogPath, into);
        }
      };
    },
  };
}

function write({ into, index, out, err }: Cell): void {
  const outAt = out === null ? Number.NaN : out.writtenAt;
  const errAt = err === null ? Number.NaN : err.writtenAt;
  into[index] = Number.isNaN(errAt) || outAt > errAt ? outAt : errAt;
}

/** Of a file as it was found: an empty file was never written to, and /dev/null is no log. */
export function writtenAt(
  stats: { isFile(): boolean; readonly size: number; readonly mtimeMs: number } | null,
): number {
  return stats !== null && stats.size > 0 && stats.isFile() ? stats.mtimeMs : Number.NaN;
}
