/** A standby of a test's PostgreSQL, which follows it until it is promoted, and an address that leads to either. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { appendFile, chmod, chown, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { until } from './pm2-daemon.ts';
import type { TestPostgres } from './postgres-server.ts';

export interface Standby {
  /** The folder of its socket; the superuser and the password are those of the server it follows. */
  readonly socketFolder: string;
  /** Ends it at once. */
  remove(): Promise<void>;
}

/**
 * Copies the data of the server, which is stopped for that, and starts both. `folder` is the server's own
 * `socketFolder`, since both run as one user.
 */
export async function startStandby(primary: TestPostgres): Promise<Standby> {
  const place = join(primary.socketFolder, 'standby');
  const data = join(place, 'data');
  await primary.stop('SIGINT');
  await mkdir(place, { mode: 0o700 });
  await cp(join(primary.socketFolder, 'data'), data, { recursive: true });
  await writeFile(join(data, 'standby.signal'), '');
  const login = `host=${primary.socketFolder} user=postgres password=${primary.password} application_name=standby`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${login}'\n`);
  await chmod(data, 0o700);
  const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (owner.uid !== undefined) {
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    for (const entry of entries) await chown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
    await chown(place, owner.uid, owner.gid);
  }
  await primary.start();
  const logFile = join(place, 'server.log');
  const log = openSync(logFile, 'a', 0o600);
  const settings = { listen_addresses: '', unix_socket_directories: place, fsync: 'off', shared_buffers: '16MB' };
  const more = { dynamic_shared_memory_type: 'mmap', max_worker_processes: '4', max_connections: '40' };
  const args = Object.entries({ ...settings, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(primary.socketFolder, 'native/bin/postgres'), ['-D', data, ...args], {
    cwd: place,
    env: { PATH: '/usr/bin:/bin', HOME: place, LC_ALL: 'C' },
    stdio: ['ignore', log, log],
    ...owner,
  });
  closeSync(log);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const remove = async (): Promise<void> => {
    child.kill('SIGQUIT');
    await ended;
    await rm(place, { recursive: true, force: true });
  };
  try {
    await until('the standby follows', () => {
      if (child.exitCode !== null) throw new Error(readFileSync(logFile, 'utf8'));
      return /started streaming WAL/.test(readFileSync(logFile, 'utf8'));
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return { socketFolder: place, remove };
}

export interface Switchboard {
  /** Whoever connects from now on is led to the server of this folder. */
  leadTo(socketFolder: string): void;
  close(): Promise<void>;
}

/** A socket of PostgreSQL's name in `folder` that leads to the server of another one. */
export async function startSwitchboard(folder: string, socketFolder: string): Promise<Switchboard> {
  const name = '.s.PGSQL.5432';
  let target = socketFolder;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(join(target, name));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(join(folder, name), resolve));
  return {
    leadTo(next) {
      target = next;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
