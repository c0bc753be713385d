/** What should run by PM2's dump against what runs: pure functions. */
import type { Bot, Pm2Dump } from '../sources/pm2/snapshot.ts';
import { isStoppedOnPurpose } from './fleet.ts';

/** A bot by what a dump knows it by, and of how many of its processes it is said. */
export interface Drifted {
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
}

/** Each sorted by name. A bot that fails is no drift: it is there, and its state says how it does. */
export interface DumpDrift {
  /** Saved, and PM2 does not have them: a resurrect would start them. */
  readonly missing: readonly Drifted[];
  /** PM2 has them and they were not saved: they are gone after the next start of the machine. */
  readonly extra: readonly Drifted[];
  /** Saved as running and stopped on purpose since: a resurrect would start them. */
  readonly stopped: readonly Drifted[];
}

interface Counts {
  readonly name: string;
  readonly namespace: string;
  saved: number;
  savedRunning: number;
  present: number;
  stopped: number;
}

/** Null where nothing was ever saved. Modules are not compared: PM2 starts them by itself. */
export function compareDump(dump: Pm2Dump | null, bots: readonly Bot[]): DumpDrift | null {
  if (dump === null) return null;
  const all = new Map<string, Counts>();
  const countsOf = ({ name, namespace }: { readonly name: string; readonly namespace: string }): Counts => {
    const key = `${namespace}\n${name}`;
    let counts = all.get(key);
    if (counts === undefined) {
      counts = { name, namespace, saved: 0, savedRunning: 0, present: 0, stopped: 0 };
      all.set(key, counts);
    }
    return counts;
  };
  for (const saved of dump.bots) {
    const counts = countsOf(saved);
    counts.saved += 1;
    if (!saved.isStopped) counts.savedRunning += 1;
  }
  for (const bot of bots) {
    // The outgoing worker of a reload has its successor beside it.
    if (bot.isModule || typeof bot.id === 'string') continue;
    const counts = countsOf(bot);
    counts.present += 1;
    if (isStoppedOnPurpose(bot)) counts.stopped += 1;
  }
  const pick = (count: (counts: Counts) => number): Drifted[] =>
    [...all.values()]
      .map((counts) => ({ name: counts.name, namespace: counts.namespace, count: count(counts) }))
      .filter((drifted) => drifted.count > 0)
      .sort((a, b) => a.name.localeCompare(b.name) || a.namespace.localeCompare(b.namespace));
  return {
    missing: pick(({ saved, present }) => saved - present),
    extra: pick(({ saved, present }) => present - saved),
    // Of those saved as stopped nobody expects that they run.
    stopped: pick(({ saved, savedRunning, stopped }) => stopped - (saved - savedRunning)),
  };
}
