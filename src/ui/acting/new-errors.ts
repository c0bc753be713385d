/** Kinds of errors that a bot has had only since a moment: as many errors as before may be others than before. */
import type { ErrorGroup } from '../../state/errors/view.ts';
import type { World } from '../../state/world.ts';

/** What is watched for new kinds of errors. */
export interface NewErrors {
  /** By the path of a log: epoch ms since when what comes in it is new. */
  readonly since: ReadonlyMap<string, number>;
  /** Fingerprints of what was there before, and of what was told. */
  readonly known: Set<string>;
  /** Of the errors that were looked through. */
  version: number;
}

type Errors = Pick<World['errors'], 'groups' | 'marks' | 'version'>;

/** `names` are those of the bots that write these logs. */
export function watchNewErrors(
  since: ReadonlyMap<string, number>,
  names: ReadonlySet<string>,
  { groups }: Errors,
): NewErrors {
  const known = new Set<string>();
  const first = Math.min(...since.values());
  for (const { fingerprint, firstAt, bots } of groups) {
    if (firstAt < first && [...bots.keys()].some((bot) => names.has(bot))) known.add(fingerprint);
  }
  return { since, known, version: -1 };
}

/** The next kind that is new, told once; null when there is none. Costs nothing while no error comes. */
export function nextNewError(watched: NewErrors, { groups, marks, version }: Errors): ErrorGroup | null {
  if (watched.version === version) return null;
  for (const group of groups) {
    if (group.level === 'warn' || watched.known.has(group.fingerprint) || !isSince(watched, group)) continue;
    watched.known.add(group.fingerprint);
    if (marks.of(group.fingerprint)?.isKnown !== true) return group;
  }
  watched.version = version;
  return null;
}

/** Whether one of them came in a watched log since then. Seen there alone, it must not have been before either. */
function isSince({ since }: NewErrors, { samples, firstAt, bots }: ErrorGroup): boolean {
  return samples.some(({ path, at }) => {
    const from = since.get(path);
    return from !== undefined && at >= from && (bots.size > 1 || firstAt >= from);
  });
}
