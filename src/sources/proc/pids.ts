/** The processes of this machine, one after the other. */
import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** So many are looked at before other work gets its turn: 10 to 15 µs each. */
const batch = 200;

/** Calls `visit` with the pid of each; with none where there is no /proc. */
export async function eachPid(procRoot: string, visit: (pid: number) => void): Promise<void> {
  let looked = 0;
  for (const entry of foldersOf(procRoot)) {
    const pid = Number(entry);
    if (!Number.isSafeInteger(pid)) continue;
    looked += 1;
    if (looked % batch === 0) await nextTurn();
    visit(pid);
  }
}

function foldersOf(procRoot: string): readonly string[] {
  try {
    return readdirSync(procRoot);
  } catch {
    return [];
  }
}
