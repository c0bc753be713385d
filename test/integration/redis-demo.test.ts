import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { redisPart } from '../../src/demo/redis.ts';
import { findRedis } from '../../src/sources/redis/address.ts';
import { redisSource } from '../../src/sources/redis/source.ts';
import { systemClock } from '../../src/sources/source.ts';
import { until } from '../helpers/pm2-daemon.ts';
import { redisProgram } from '../helpers/redis-server.ts';

const reason = typeof redisProgram === 'string' ? `: ${redisProgram}` : '';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-demo-test-')));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const roomOf = (folder: string, said: string[]) => ({
  folder,
  env: { PATH: '/usr/bin:/bin', HOME: folder },
  say: (text: string) => void said.push(text),
});

describe.skipIf(reason !== '')(`the demo's Redis${reason}`, () => {
  test('has keys, traffic and lookups in vain, and is gone afterwards', () =>
    inFolder(async (folder) => {
      const part = redisPart();
      const env = await part.start(roomOf(folder, []));
      const source = redisSource({ found: findRedis({ url: env['REDIS_URL'] ?? null }), clock: systemClock });
      const read = () => source.read(new AbortController().signal);
      try {
        expect((await read()).keyspaces).toEqual([{ index: 0, keys: 4040, expires: 4000 }]);
        await until('lookups are counted', async () => {
          const { hitPercent } = await read();
          return hitPercent !== null && hitPercent > 50;
        });
      } finally {
        await part.stop();
      }
      await expect(read()).rejects.toMatchObject({ code: expect.stringMatching(/^(?:refused|absent)$/) });
      await source.close();
    }));
});

test('where no program can be had the demo goes on without it and says why', () =>
  inFolder(async (folder) => {
    const said: string[] = [];
    const program = join(folder, 'redis-server');
    writeFileSync(program, '#!/bin/sh\necho "Fatal error, cannot allocate"\nexit 1\n', { mode: 0o755 });
    const env = await redisPart({ PATH: folder }).start(roomOf(folder, said));
    expect(Object.keys(env)).toEqual(['BOTOP_DEMO_NO_REDIS']);
    expect(env['BOTOP_DEMO_NO_REDIS']).toMatch(/^it ended while starting/);
    expect(said.at(-1)).toMatch(/^Redis is left out: it ended while starting/);
  }));
