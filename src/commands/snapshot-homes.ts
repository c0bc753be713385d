import type { Orphan } from '../sources/guard/snapshot.ts';
import { valueOf } from '../sources/source.ts';
import { type DaemonVerdict, judgeDaemons } from '../state/daemon-guard.ts';
import { compareDump, type DumpDrift } from '../state/dump-drift.ts';
import type { World } from '../state/world.ts';
import { isoTime, known } from './snapshot-values.ts';

/** `homes[]` of the document: a watched PM2 home, whether or not a daemon answers in it. */
export interface HomeDocument extends DaemonVerdict {
  readonly owner: string | null;
  /** Of the processes that serve it; null while they were not looked for. */
  readonly daemonPids: readonly number[] | null;
  readonly orphans: readonly OrphanDocument[] | null;
  readonly savedAt: string | null;
  /** Null where nothing was saved, or no daemon was read. */
  readonly drift: DumpDrift | null;
}

interface OrphanDocument extends Pick<Orphan, 'pid' | 'id' | 'name' | 'user' | 'command' | 'processes'> {
  readonly startedAt: string | null;
  readonly memoryBytes: number | null;
}

export function homeDocuments(world: Pick<World, 'pm2' | 'guard' | 'now'>): HomeDocument[] {
  const guard = world.guard && valueOf(world.guard.reading);
  return judgeDaemons(world).map((verdict, index) => {
    const seen = guard?.homes.find(({ home }) => home === verdict.home) ?? null;
    const reading = world.pm2[index]?.reading;
    const snapshot = reading === undefined ? null : valueOf(reading);
    return {
      ...verdict,
      owner: seen?.owner ?? null,
      daemonPids: seen && seen.daemons.map(({ pid }) => pid),
      orphans: seen && seen.orphans.map(orphanDocument),
      savedAt: isoTime(snapshot?.dump?.savedAt),
      drift: snapshot && compareDump(snapshot.dump, snapshot.bots),
    };
  });
}

function orphanDocument({ pid, id, name, user, command, processes, startedAt, memoryBytes }: Orphan): OrphanDocument {
  return {
    pid,
    id,
    name,
    user,
    command,
    processes,
    startedAt: isoTime(startedAt),
    memoryBytes: known(memoryBytes),
  };
}
