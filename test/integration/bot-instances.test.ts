import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresSnapshot } from '../../src/sources/postgres/snapshot.ts';
import { postgresSource } from '../../src/sources/postgres/source.ts';
import { type Source, systemClock } from '../../src/sources/source.ts';
import { postgresPrograms, startTestPostgres, type TestPostgres } from '../helpers/postgres-server.ts';

let server: TestPostgres;
const sources: Source<'postgres'>[] = [];

/** What a first reading says of the registry; each has a connection of its own. */
async function instances(): Promise<PostgresSnapshot['instances']> {
  const address = server.address({ role: 'reader', password: 'p1' });
  const source = postgresSource({ found: { address, isConfigured: true }, clock: systemClock });
  sources.push(source);
  const snapshot = await source.read(new AbortController().signal);
  expect(snapshot.problems).toEqual([]);
  return snapshot.instances;
}

for (const programs of postgresPrograms()) {
  describe.skipIf(programs.folder === null)(`bot_instances on ${programs.title}`, () => {
    beforeAll(async () => {
      server = await startTestPostgres({ log_statement: 'none' }, programs);
      await server.run("CREATE ROLE reader LOGIN PASSWORD 'p1'");
    });
    afterEach(async () => {
      for (const source of sources.splice(0)) await source.close();
      await server.run('DROP TABLE IF EXISTS bot_instances');
    });
    afterAll(() => server.remove());

    test('a database without such a table says nothing of bots', async () => {
      expect(await instances()).toBe(null);
    });

    test('its rows are read without what is configured, texts clean and without secrets', async () => {
      await server.run(
        `CREATE TABLE bot_instances (id uuid, name text, status text, last_restart timestamptz, updated_at timestamp, config jsonb, token text)`,
        `INSERT INTO bot_instances VALUES
          ('00000000-0000-0000-0000-000000000002', E'weather\\x1b[31m bot', 'online', to_timestamp(1700000000), null, '{"token":"hunter2"}', 'hunter2'),
          ('00000000-0000-0000-0000-000000000001', 'bot 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0', 'offline', null, null, null, 'hunter2')`,
        'GRANT SELECT ON bot_instances TO reader',
      );
      const found = await instances();
      expect(found).toMatchObject({ table: 'public.bot_instances', mayRead: true, isCut: false });
      expect(found?.rows).toEqual([
        expect.objectContaining({ id: '00000000-0000-0000-0000-000000000001', status: 'offline', lastRestartAt: null }),
        {
          id: '00000000-0000-0000-0000-000000000002',
          name: 'weather bot',
          processName: null,
          status: 'online',
          lastRestartAt: 1_700_000_000_000,
          updatedAt: null,
        },
      ]);
      expect(JSON.stringify(found)).not.toMatch(/hunter2|AAHdqTcv/);
    });

    test('columns of other types and names, and rights on some of them alone, are no error', async () => {
      await server.run(
        "CREATE TYPE bot_status AS ENUM ('online', 'archived')",
        'CREATE TABLE bot_instances (id int, status bot_status, last_restart text, pm2_name text, name text)',
        "INSERT INTO bot_instances VALUES (7, 'archived', 'yesterday', 'bot_worker_7', 'secret name')",
        'GRANT SELECT (id, status, pm2_name) ON bot_instances TO reader',
      );
      expect((await instances())?.rows).toEqual([
        { id: '7', name: null, processName: 'bot_worker_7', status: 'archived', lastRestartAt: null, updatedAt: null },
      ]);
    });

    test('a table that may not be read is there all the same, without rows', async () => {
      await server.run(
        'CREATE TABLE bot_instances (id int, status text)',
        "INSERT INTO bot_instances VALUES (1, 'online')",
      );
      expect(await instances()).toMatchObject({ table: 'public.bot_instances', mayRead: false, rows: [] });
    });
  });
}
