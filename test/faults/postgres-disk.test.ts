import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresServer, type PostgresServer } from '../../src/demo/postgres-server.ts';
import { openPostgres } from '../../src/sources/postgres/client.ts';
import { parseDatabaseUrl } from '../../src/sources/postgres/dsn.ts';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, screenOf, startMonitor } from '../helpers/monitor.ts';
import { postgresPrograms } from '../helpers/postgres-server.ts';
import { mountSmallDisk, noSmallDisk, type SmallDisk } from '../helpers/small-disk.ts';

const [programs] = postgresPrograms();
const whyNot = programs?.folder == null ? (programs?.title ?? 'no PostgreSQL') : noSmallDisk;

describe.skipIf(whyNot !== '')(`PostgreSQL on a disk of its own (${whyNot || 'mounted'})`, () => {
  let folder: string;
  let disk: SmallDisk;
  let server: PostgresServer;
  let person: Person;
  let url: string;
  const keep = keepTerminals();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'botop-pg-disk-'));
    // It runs as nobody.
    chmodSync(folder, 0o711);
    // Its programs take 58 MB and its data 44 MB.
    disk = mountSmallDisk(join(folder, 'disk'), '200m');
    server = await createPostgresServer({ folder: disk.folder, env: { PATH: '/usr/bin:/bin', HOME: disk.folder } });
    await server.start();
    url = `postgresql://postgres:${server.password}@/postgres?host=${server.socketFolder}`;
    person = createPerson({ DATABASE_URL: url });
  });
  afterAll(async () => {
    person?.remove();
    await server?.stop();
    disk?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('full: it is read on while it refuses writes; that it went down over its log is told with the last values; with room it is read again', async () => {
    const outside = await openPostgres(parseDatabaseUrl(url, {}, 'nobody'), {
      applicationName: 'x',
      timeoutMs: 10_000,
    });
    await outside.query('CREATE TABLE letters AS SELECT generate_series(1, 1000) AS id');
    const pty = await startMonitor({ person, args: ['--view', 'database'], columns: 120, rows: 40 });
    keep(pty);
    await pty.waitFor(/letters/);
    disk.fill();
    const more = "CREATE TABLE more AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)";
    await expect(outside.query(more)).rejects.toThrow(/No space left on device/);
    const session = await openPostgres(parseDatabaseUrl(url, {}, 'nobody'), {
      applicationName: 'late',
      timeoutMs: 5_000,
    });
    await session.query('BEGIN');
    await pty.waitFor(/late/, { what: 'a session from after the fault' });
    expect(screenOf(pty)).not.toMatch(/postgres (down|stale)|POSTGRES [A-Z]/);
    // Without room for its log it ends, and cannot recover.
    const log = async (): Promise<never> => {
      for (;;) await outside.query('SELECT txid_current(), pg_switch_wal()');
    };
    await expect(log()).rejects.toThrow(/No space left|cut|terminat/);
    await pty.waitFor(/POSTGRES (DOWN|NO ANSWER|NOT READ)/, { what: 'that it went down' });
    expect(screenOf(pty)).toMatch(/letters/);
    for (const connection of [outside, session]) connection.close();
    await server.stop();
    disk.free();
    await server.start();
    await pty.waitFor((screen) => !/postgres (down|stale)|POSTGRES [A-Z]/.test(screenOf(screen)), {
      what: 'it to be read again',
    });
    await pty.waitFor(/letters/);
  });
});
