/**
 * Loads the built program, in which each chunk is a function in a file; those that are always needed together share one.
 * V8's compiled form of a file is kept when its functions have run. Node's own cache keeps what is compiled when a file
 * is loaded, and that is none of the functions that are called later.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { type CacheOwner, clearCache, findCache, makeCache } from './compile-cache.ts';

/** Gives what a chunk exports; of one that awaits while it is loaded, a promise of it. */
export type Load = (chunk: string) => unknown;

/** A chunk as the build wraps it: `import` of others is `load`, of Node's own modules `require`. */
type Body = (
  load: Load,
  require: NodeJS.Require,
  module: { exports: unknown },
  meta: { readonly url: string },
) => unknown;

export interface Bundle extends CacheOwner {
  /** Where the files are, absolute. */
  readonly folder: string;
  /** Tells what this build wrote from what any other did: V8 itself asks no more of a text than how long it is. */
  readonly id: string;
  /** The file of each chunk that has none of its own name. */
  readonly files: Readonly<Record<string, string>>;
  /** Only what ran with this chunk is kept: of what shows a version there would be little in it. */
  readonly keptWith: string;
  /** Calls back when it is time to keep what was compiled; by default 20 s after the start, or when it ends. */
  readonly whenRun?: (keep: () => void) => void;
}

/** By then everything has been done once, ms. Of a monitor that ran for hours V8 has forgotten what the start needed. */
const KEPT_AFTER_MS = 20_000;

export function openBundle(bundle: Bundle): Load {
  const { folder, id, files, keptWith, whenRun = runFor20s } = bundle;
  const bodies = new Map<string, Body>();
  const made = new Map<string, unknown>();
  const compiled: { readonly script: Script; readonly name: string }[] = [];
  const require = createRequire(join(folder, 'botop.js'));
  const cache = findCache(bundle);

  function read(file: string): void {
    const filename = join(folder, file);
    // What another V8 has made, or with other options, V8 refuses.
    const name = `${id}-${process.version}-${process.arch}-${file.replaceAll('/', '-')}`;
    const cachedData = cache === null ? null : readKept(join(cache, name));
    const script = new Script(readFileSync(filename, 'latin1'), { filename, ...(cachedData && { cachedData }) });
    if (cachedData === null || script.cachedDataRejected) compiled.push({ script, name });
    for (const [chunk, body] of Object.entries(script.runInThisContext() as Record<string, Body>))
      bodies.set(chunk, body);
  }

  function load(chunk: string): unknown {
    if (made.has(chunk)) return made.get(chunk);
    if (!bodies.has(chunk)) read(files[chunk] ?? chunk);
    const module = { exports: {} };
    const meta = {
      get url() {
        return pathToFileURL(join(folder, chunk)).href;
      },
    };
    const loading = bodies.get(chunk)?.(load, require, module, meta);
    const exports = loading instanceof Promise ? loading.then(() => module.exports) : module.exports;
    made.set(chunk, exports);
    return exports;
  }

  whenRun(() => {
    const kept = compiled.length > 0 && made.has(keptWith) ? makeCache(bundle) : null;
    if (kept === null) return;
    clearCache(kept);
    for (const { script, name } of compiled) keep(join(kept, name), script.createCachedData());
  });
  return load;
}

function runFor20s(keep: () => void): void {
  let isKept = false;
  // Not again at the end: options of V8 that are set meanwhile would have it refused.
  const once = () => {
    if (!isKept) keep();
    isKept = true;
  };
  setTimeout(once, KEPT_AFTER_MS).unref();
  process.once('exit', once);
}

function readKept(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    // There is none yet.
    return null;
  }
}

/** Never half of it under its name. Where it cannot be written the next start compiles again. */
function keep(path: string, bytes: Buffer): void {
  const own = `${path}.${process.pid}`;
  try {
    writeFileSync(own, bytes, { mode: 0o600 });
    renameSync(own, path);
  } catch {
    removeIfThere(own);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Nor can it be removed where nothing can be written: the next clearing takes it.
  }
}
