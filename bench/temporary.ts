import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of ours until it is stopped. */
export interface TemporaryFolder {
  readonly path: string;
  stop(): Promise<void>;
}

export function makeFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'botop-bench-'));
  return {
    path,
    async stop() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
