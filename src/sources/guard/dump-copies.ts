/**
 * Copies of `dump.pm2`, kept since the file can be overwritten empty. A dump holds environments: of each variable the
 * name is kept, and of PM2's own fields those that say what ran and how.
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { statIn } from '../local-folder.ts';
import { safeText } from '../pm2/access.ts';
import { dumpEntries, readDumpFile } from '../pm2/dump.ts';
import { asFields, asText, type Fields, fieldOf } from '../pm2/fields.ts';
import type { DumpCopies } from './snapshot.ts';

/** Where copies may be kept, or why nowhere. */
export type CopiesFolder =
  | { readonly state: 'usable'; readonly path: string }
  | { readonly state: 'unusable'; readonly reason: string };

export interface DumpKeeper {
  /** Keeps a copy when the dump says something else than the newest copy. `isLocal`: see `statIn`. Never throws. */
  keep(now: number, isLocal: boolean): Promise<DumpCopies>;
}

export const maxCopies = 10;

const keptFields = [
  'name',
  'namespace',
  'status',
  'pm_id',
  'pm_exec_path',
  'pm_cwd',
  'args',
  'node_args',
  'exec_interpreter',
  'exec_mode',
  'instances',
  'autorestart',
  'watch',
  'cron_restart',
  'max_memory_restart',
  'restart_delay',
  'exp_backoff_restart_delay',
  'max_restarts',
  'min_uptime',
  'kill_timeout',
  'wait_ready',
  'listen_timeout',
  'merge_logs',
  'log_date_format',
  'pm_out_log_path',
  'pm_err_log_path',
  'version',
  'username',
] as const;

export function createDumpKeeper(home: string, folder: () => Promise<CopiesFolder>): DumpKeeper {
  const source = join(home, 'dump.pm2');
  let known = '';
  // Where nothing was ever saved no cryptography is loaded for it.
  const prefix = (): string => (known ||= `dump-${createHash('sha256').update(home).digest('hex').slice(0, 8)}-`);
  let seen = '';
  let last: DumpCopies | null = null;

  async function copies(path: string): Promise<string[]> {
    return (await readdir(path)).filter((name) => name.startsWith(prefix()) && name.endsWith('.json')).sort();
  }

  async function describe(path: string, problem: string | null): Promise<DumpCopies> {
    const names = await copies(path);
    const newest = names.at(-1);
    const newestAt = newest === undefined ? null : (await stat(join(path, newest))).mtimeMs;
    return { folder: path, count: names.length, newestAt, problem };
  }

  async function newestText(path: string): Promise<string | null> {
    const newest = (await copies(path)).at(-1);
    if (newest === undefined) return null;
    const file = await open(join(path, newest), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  }

  async function write(path: string, text: string, now: number): Promise<void> {
    const part = join(path, `.${prefix()}${randomUUID()}.part`);
    const file = await open(
      part,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    // Written whole or not at all; names sort by time.
    await rename(part, join(path, `${prefix()}${new Date(now).toISOString().replaceAll(':', '-')}.json`));
    for (const old of (await copies(path)).slice(0, -maxCopies)) await unlink(join(path, old));
  }

  return {
    async keep(now, isLocal) {
      let version: string;
      try {
        const stats = await statIn(isLocal, source);
        version = `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
      } catch {
        // Nothing was ever saved here, or it is not ours to read: there is nothing to keep.
        return last ?? { folder: null, count: 0, newestAt: null, problem: null };
      }
      if (version === seen && last !== null) return last;
      const place = await folder();
      if (place.state === 'unusable') return { folder: null, count: 0, newestAt: null, problem: place.reason };
      try {
        const file = await readDumpFile(source);
        const text = file && maskDump(file.bytes.toString('utf8'));
        if (text !== null && text !== (await newestText(place.path))) await write(place.path, text, now);
        last = await describe(place.path, null);
        seen = version;
        return last;
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return {
          folder: place.path,
          count: last?.count ?? 0,
          newestAt: last?.newestAt ?? null,
          problem: code ?? safeText(message),
        };
      }
    },
  };
}

/** A dump's text with nothing secret in it, or null when it is no dump (half written, or none). */
export function maskDump(text: string): string | null {
  const entries = dumpEntries(text);
  if (entries === null) return null;
  return `${JSON.stringify(entries.map(maskEntry), null, 1)}\n`;
}

function maskEntry(entry: unknown): Record<string, unknown> {
  const outer = asFields(entry);
  const fields = asFields(fieldOf(outer, 'pm2_env')) ?? outer;
  const variables = asFields(fieldOf(fields, 'env'));
  const kept = keptFields.flatMap((key) => {
    const value = maskValue(key, fieldOf(fields, key));
    // The environment is spread over the fields: where a variable of that name has won, it is no field of PM2's.
    return value === undefined || fieldOf(variables, key) !== undefined ? [] : [[key, value] as const];
  });
  return { ...Object.fromEntries(kept), env: namesOf(variables) };
}

function maskValue(key: string, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return asText(value, 4_096) ?? undefined;
  if (!Array.isArray(value)) return undefined;
  // What follows an option that is named after a secret is only found when both are one text.
  const words = value.filter((word) => typeof word === 'string' || typeof word === 'number').slice(0, 100);
  return key === 'args' || key === 'node_args' ? (asText(words.join(' '), 8_192) ?? undefined) : undefined;
}

function namesOf(variables: Fields | null): readonly string[] {
  return Object.keys(variables ?? {})
    .slice(0, 1_000)
    .flatMap((name) => asText(name, 128) ?? [])
    .sort();
}
