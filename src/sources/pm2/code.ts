/** What code lies where bots run from, and when it changed: looked at each minute, in the background. */
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { asFields, asText, fieldOf } from './fields.ts';
import { openRegular } from './files.ts';
import { findGitFolder, type HeadMove, readHead, readMoves } from './git-head.ts';
import type { Bot, BotCode, Deploy } from './snapshot.ts';

export interface CodeWatch {
  /** Takes the bots of a list. */
  arrange(bots: readonly Bot[]): void;
  /** Begins to look at what is due; never waits. `now` is epoch ms. */
  look(now: number): void;
  /**
   * What is known of the code of the bot at that place of the list; null while nothing is. The same object as long as
   * nothing changed.
   */
  of(index: number): BotCode | null;
  close(): void;
}

const everyMs = 60_000;
/** Deploys older than this are history of another kind. */
const windowMs = 24 * 60 * 60_000;
const maxDeploys = 16;
const maxPackageBytes = 1024 * 1024;
const levels = 8;
const maxPlaces = 5_000;

/** Bots with one script folder and one working folder share one. */
interface Place {
  readonly scriptFolder: string;
  readonly cwd: string;
  lookedAt: number;
  /** Of the files looked at: equal texts, nothing changed. */
  version: string | null;
  commit: string | null;
  /** Changes that were seen while they happened. */
  readonly seen: Deploy[];
  code: BotCode | null;
}

export function createCodeWatch(): CodeWatch {
  const places = new Map<string, Place>();
  /** Of each bot of the list, so that nothing is put together for each bot each second. */
  let arranged: readonly (Place | null)[] = [];
  let isLooking = false;
  let isClosed = false;

  function enter(bot: Bot): Place | null {
    const key = `${bot.cwd}\n${dirname(bot.script)}`;
    let place = places.get(key);
    if (place === undefined) {
      if (places.size >= maxPlaces || !isAbsolute(bot.cwd)) return null;
      const scriptFolder = isAbsolute(bot.script) ? dirname(bot.script) : bot.cwd;
      const nothing = { version: null, commit: null, seen: [], code: null };
      place = { scriptFolder, cwd: bot.cwd, lookedAt: Number.NEGATIVE_INFINITY, ...nothing };
      places.set(key, place);
    }
    return place;
  }

  /** One after the other, so that a share that hangs holds up nothing but this. */
  async function lookAt(due: readonly Place[], now: number): Promise<void> {
    isLooking = true;
    for (const place of due) {
      if (isClosed) break;
      place.lookedAt = now;
      await lookOnce(place, now);
    }
    isLooking = false;
  }

  return {
    arrange(bots) {
      arranged = bots.map(enter);
      if (places.size <= bots.length) return;
      const used = new Set(arranged);
      for (const [key, place] of places) if (!used.has(place)) places.delete(key);
    },
    look(now) {
      if (isLooking || isClosed) return;
      let due: Place[] | null = null;
      for (const place of places.values()) {
        // Whoever set the clock back must not wait until it is as late again.
        if (now >= place.lookedAt && now - place.lookedAt < everyMs) continue;
        due ??= [];
        due.push(place);
      }
      if (due !== null) void lookAt(due, now);
    },
    of: (index) => arranged[index]?.code ?? null,
    close() {
      isClosed = true;
    },
  };
}

async function lookOnce(place: Place, now: number): Promise<void> {
  const found = await readPackage(place.scriptFolder);
  const gitFolder = await findGitFolder(place.cwd).catch(() => null);
  const head = gitFolder === null ? null : await readHead(gitFolder);
  const version = found?.version ?? null;
  const commit = head?.commit ?? null;
  const { code } = place;
  if (code !== null && version === place.version && commit === place.commit) return;
  const moves = gitFolder === null ? [] : await readMoves(gitFolder);
  if (code !== null) {
    const versions = { fromVersion: place.version, toVersion: version };
    const commits = { fromCommit: place.commit, toCommit: commit };
    const at = moves.findLast(({ to }) => to === commit)?.at ?? (version === place.version ? now : (found?.at ?? now));
    place.seen.push({ at: Math.min(at, now), ...versions, ...commits });
    if (place.seen.length > maxDeploys) place.seen.shift();
  }
  place.version = version;
  place.commit = commit;
  const isKnown = version !== null || commit !== null || code !== null;
  const deploys = merge(moves, place.seen, now);
  place.code = isKnown ? { version, commit, branch: head?.branch ?? null, deploys } : null;
}

/** What the reflog tells, also of the time before we looked, and what was seen besides; oldest first. */
function merge(moves: readonly HeadMove[], seen: readonly Deploy[], now: number): Deploy[] {
  const deploys = new Map<string, Deploy>();
  const keyFor = ({ fromCommit, toCommit, at }: Deploy): string =>
    fromCommit === toCommit ? `${at}` : `${at}\n${toCommit}`;
  for (const { at, from, to } of moves) {
    const deploy = { at, fromVersion: null, toVersion: null, fromCommit: from, toCommit: to };
    deploys.set(keyFor(deploy), deploy);
  }
  for (const deploy of seen) {
    const key = keyFor(deploy);
    deploys.set(key, { ...deploy, fromCommit: deploys.get(key)?.fromCommit ?? deploy.fromCommit });
  }
  return [...deploys.values()]
    .filter(({ at }) => now - at < windowMs && at <= now)
    .sort((a, b) => a.at - b.at)
    .slice(-maxDeploys);
}

interface Package {
  /** Null where it says none. */
  readonly version: string | null;
  /** Epoch ms: when its file was written. */
  readonly at: number;
}

/** The package that a script belongs to, as PM2 finds it: the first above it. */
async function readPackage(folder: string): Promise<Package | null> {
  for (let level = 0, at = folder; level < levels; level += 1, at = dirname(at)) {
    const path = join(at, 'package.json');
    const size = await stat(path).then(
      (stats) => stats.size,
      () => -1,
    );
    if (size >= 0) return size > maxPackageBytes ? null : readVersion(path);
    if (dirname(at) === at) return null;
  }
  return null;
}

async function readVersion(path: string): Promise<Package | null> {
  try {
    const file = await openRegular(path);
    try {
      const text = await file.readFile('utf8');
      // The time of what was read: a file written meanwhile has a later one, and is looked at in a minute.
      const { mtimeMs } = await file.stat();
      return { version: asText(fieldOf(asFields(JSON.parse(text)), 'version'), 64), at: mtimeMs };
    } finally {
      await file.close();
    }
  } catch {
    // Being written, or not to be trusted.
    return null;
  }
}
