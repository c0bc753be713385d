// The build's stamp: an empty file whose time says when the newest build began. No dependencies, any Node.
import { closeSync, existsSync, openSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Creates the file or gives it the present time. */
export function touch(file) {
  closeSync(openSync(file, 'a', 0o600));
  utimesSync(file, new Date(), new Date());
}

/** Whether nothing that the build reads is newer than its stamp. Folders count: their time tells of removed files. */
export function isBuilt(root, stamp) {
  if (!existsSync(stamp) || !existsSync(join(root, 'dist/botop.js'))) return false;
  const builtAt = statSync(stamp).mtimeMs;
  return !['src', 'scripts/build.mjs', 'package-lock.json'].some((path) => isNewer(join(root, path), builtAt));
}

function isNewer(path, builtAt) {
  const status = statSync(path);
  if (status.mtimeMs > builtAt) return true;
  return status.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), builtAt));
}
