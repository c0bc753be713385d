/** The `pm2` that the shell would find, and its version, from its package: it is never run. */
import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { safeText } from '../pm2/access.ts';
import { asFields, asText, fieldOf } from '../pm2/fields.ts';
import type { Pm2Cli } from './snapshot.ts';

const maxPackageBytes = 256 * 1024;
/** `bin/pm2` lies one folder below its package; wrappers of package managers lie deeper. */
const levels = 4;

/** `path` is the PATH of the environment. Null where no `pm2` is there, or it is not PM2's own package. */
export async function findCli(path: string | undefined): Promise<Pm2Cli | null> {
  for (const folder of (path ?? '').split(':')) {
    if (!isAbsolute(folder)) continue;
    const found = join(folder, 'pm2');
    try {
      if (!(await lstat(await realpath(found))).isFile()) continue;
    } catch {
      continue;
    }
    const version = await packageVersion(await realpath(found));
    return version === null ? null : { path: safeText(found), version };
  }
  return null;
}

async function packageVersion(script: string): Promise<string | null> {
  let folder = dirname(script);
  for (let level = 0; level < levels; level += 1, folder = dirname(folder)) {
    try {
      const file = join(folder, 'package.json');
      if ((await lstat(file)).size > maxPackageBytes) return null;
      const fields = asFields(JSON.parse(await readFile(file, 'utf8')));
      if (fieldOf(fields, 'name') === 'pm2') return asText(fieldOf(fields, 'version'), 32);
    } catch {
      // No package here, or none that can be read: perhaps a folder above.
    }
  }
  return null;
}
