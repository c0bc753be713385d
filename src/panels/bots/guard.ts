/** What is wrong with a daemon, and how many bots outlived theirs, as the bots panel tells it. */
import { valueOf } from '../../sources/source.ts';
import { type DaemonVerdict, FAILURE_WORDS, judgeDaemons, orphansOf } from '../../state/daemon-guard.ts';
import { homeTag } from '../../state/home-tag.ts';
import type { World } from '../../state/world.ts';
import { ago } from '../../text/format.ts';
import { ORPHANS_MOST } from './groups.ts';

/** `2 ORPHANS`; empty where there is none. */
export function orphanCount(world: Pick<World, 'guard'>): string {
  const { length } = orphansOf(world);
  return length === 0 ? '' : `${length} ORPHAN${length === 1 ? '' : 'S'}`;
}

/**
 * What is wrong with the daemons, the worst first, and what to do, in one line; null where nothing has to be said. Of
 * several homes each is named. `isGathered`: the orphans are one line of the list.
 */
export function troubleOf(world: World, isGathered: boolean): string | null {
  const verdicts = judgeDaemons(world);
  const [worst, ...others] = [...ofSeverity(verdicts, 'bad'), ...ofSeverity(verdicts, 'warn')];
  if (worst !== undefined) {
    const isOneOf = verdicts.length > 1;
    const words = isOneOf ? `${homeTag(worst.home, world.pm2)}: ${worst.words}` : worst.words;
    if (others.length === 0) return [words, worst.todo].filter(Boolean).join(' · ');
    const rest = others.map((verdict) => `${homeTag(verdict.home, world.pm2)}: ${verdict.words}`);
    return [`${others.length + 1} of ${verdicts.length} PM2 in trouble`, words, ...rest, worst.todo]
      .filter(Boolean)
      .join(' · ');
  }
  const { length } = orphansOf(world);
  if (length === 0) return null;
  // What to press comes first: a narrow panel cuts the rest.
  if (length === 1) return 'K on the ORPHAN ends it · 1 bot outlived its daemon and may poll twice';
  const how = isGathered ? 'K on their line' : length > ORPHANS_MOST ? '“: kill all orphans”' : 'Space K';
  return `${how} ends ORPHANS · ${length} bots outlived their daemon and may poll twice`;
}

/** What is to be known of daemons and is no trouble: one line for each. */
export function daemonNotes(world: World, home: string | null = null): readonly string[] {
  const verdicts = judgeDaemons(world);
  const noted = verdicts.filter(
    (verdict) => verdict.state === 'other-version' && (home ?? verdict.home) === verdict.home,
  );
  return noted.map((verdict) => {
    const tag = verdicts.length > 1 && home === null ? `${homeTag(verdict.home, world.pm2)}: ` : '';
    return `${tag}${verdict.words} · ${verdict.todo}`;
  });
}

function ofSeverity(verdicts: readonly DaemonVerdict[], wanted: DaemonVerdict['severity']): readonly DaemonVerdict[] {
  return verdicts.filter(({ severity }) => severity === wanted);
}

/** The verdict first, in a word: `DAEMON DEAD 5s`; of several homes with their names; empty where all are fresh. */
export function staleWords({ pm2, now }: World): string {
  const hasHomes = pm2.length > 1;
  const words: string[] = [];
  for (const { id, reading } of pm2) {
    if (reading.state !== 'stale' && !(reading.state === 'down' && hasHomes)) continue;
    const since = reading.state === 'stale' ? reading.readAt : reading.since;
    const tag = hasHomes ? `${homeTag(valueOf(reading)?.home ?? id.replace(/^pm2:/, ''), pm2)} ` : '';
    words.push(`${tag}${reading.error ? FAILURE_WORDS[reading.error.code] : 'STALE'} ${ago(now - since)}`);
  }
  // What there is no room for is counted, not cut.
  return words.length > 2 ? `${words.length} of ${pm2.length} PM2 without an answer: ${words[0]}` : words.join(', ');
}
