/**
 * Before all tests: one folder for everything that they put into the temporary folder. However the run ends, also by
 * SIGKILL, a process of its own then ends what still runs with that folder in its environment or its command, and
 * removes the folder. A test that leaves something is named: each has to end its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryParent } from '../../src/demo/temporary-folder.ts';

const STRIP = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];

/** Called once for each project of the configuration; the first has done it all. */
export default function setup(): (() => Promise<void>) | undefined {
  if (process.env['BOTOP_TEST_FOLDER'] !== undefined) return undefined;
  const folder = realpathSync(mkdtempSync(join(temporaryParent(), 'botop-run-')));
  // PostgreSQL runs as another user beneath it when root tests.
  chmodSync(folder, 0o711);
  const sweeper = spawn(process.execPath, [...STRIP, join(import.meta.dirname, 'sweeper.ts'), folder], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
    env: {},
  });
  sweeper.unref();
  process.env['BOTOP_TEST_FOLDER'] = folder;
  process.env['TMPDIR'] = folder;
  return async () => {
    sweeper.stdin.end();
    if (sweeper.exitCode === null) await once(sweeper, 'exit');
  };
}
