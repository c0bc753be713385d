import type { LogsSnapshot } from '../../src/sources/logs/snapshot.ts';
import type { Source } from '../../src/sources/source.ts';

/** Reads until each log was read back: on a busy machine, and where a file system answers late, in several readings. */
export async function readBack(source: Source<'logs'>): Promise<LogsSnapshot> {
  for (;;) {
    const logs = await source.read(AbortSignal.timeout(10_000));
    if (logs.files.every(({ state }) => state !== 'waiting')) return logs;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
