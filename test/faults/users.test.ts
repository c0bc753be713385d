import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, screenOf, startMonitor } from '../helpers/monitor.ts';
import { folderOf, noPlainUser, type OpenProgram, openProgram } from '../helpers/plain-user.ts';
import { ownPm2, type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import { type Pty, startPty } from '../helpers/pty.ts';

/** Neither has a name on this machine, as in many containers. */
const [ANNA, BEN] = [12_001, 12_002];
/** What the daemon's socket tells, and a moment later the look at the home itself, which may be at once. */
const REFUSED = new RegExp(`Denied: belongs to uid ${ANNA}|Home of (?:uid ${ANNA}|another user) is closed to us`);

describe.skipIf(noPlainUser !== '')(`users other than root (${noPlainUser || 'as root'})`, () => {
  let pm2: Pm2Daemon;
  let person: Person;
  let program: OpenProgram;
  const homes: Record<number, string> = {};
  const keep = keepTerminals();

  beforeAll(async () => {
    program = openProgram();
    for (const uid of [ANNA, BEN]) homes[uid] = folderOf(uid);
    pm2 = await startPm2(ownPm2, {}, ANNA);
    await pm2.start({ name: 'weather-bot', code: 'setInterval(() => {}, 1000)' });
    person = createPerson({ PM2_HOME: pm2.home });
  });
  afterAll(async () => {
    person?.remove();
    await pm2?.remove();
    for (const home of Object.values(homes)) rmSync(home, { recursive: true, force: true });
    program?.remove();
  });

  async function monitorOf(
    uid: number,
    options: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Pty> {
    const home = homes[uid] as string;
    const { command, args } = program.as(uid);
    const pty = startPty({
      command,
      args: [...args, ...options],
      env: { ...person.env, HOME: home, XDG_STATE_HOME: join(home, 'state'), PM2_HOME: join(home, '.pm2'), ...env },
      cwd: '/',
      columns: 100,
      rows: 30,
    });
    keep(pty);
    await pty.waitFor((shown) => shown.isBracketedPaste() && /help/.test(shown.line(shown.rows - 1)), {
      what: 'the monitor',
      timeoutMs: 20_000,
    });
    return pty;
  }

  const ends = async (pty: Pty): Promise<void> => {
    pty.press('\u0003');
    expect((await pty.exit).code).toBe(0);
  };

  test('a daemon of another user is read by root, who leaves nothing in its home', async () => {
    const files = (): string[] => readdirSync(pm2.home, { recursive: true }).map(String).toSorted();
    const before = files();
    const pty = await startMonitor({ person, columns: 100, rows: 30 });
    keep(pty);
    await pty.waitFor(/weather-bot\s+ok/);
    await ends(pty);
    expect(files()).toEqual(before);
  });

  test('its own user watches it, though the system has no name for that user', async () => {
    const pty = await monitorOf(ANNA, [], { PM2_HOME: pm2.home });
    await pty.waitFor(/weather-bot\s+ok/);
    await ends(pty);
  });

  test('anybody else is told whose it is and how to watch it, and sees no bot', async () => {
    const pty = await monitorOf(BEN, ['--pm2-home', pm2.home]);
    await pty.waitFor(REFUSED);
    expect(screenOf(pty)).toContain(`Run as that user: sudo -u '#${ANNA}' botop`);
    expect(screenOf(pty)).not.toMatch(/weather-bot/);
    await ends(pty);
  });

  test('among logs that are closed to it, it reads its own, and tells the others as unreadable', async () => {
    const logs = join(homes[BEN] as string, 'logs');
    mkdirSync(logs);
    const line = (text: string): string => `${new Date().toISOString()} ERROR ${text}\n`;
    writeFileSync(join(logs, 'open.log'), line('what everybody may read'), { mode: 0o644 });
    writeFileSync(join(logs, 'shut.log'), line('what only root may read'), { mode: 0o600 });
    const pty = await monitorOf(BEN, ['--logs', join(logs, '*.log'), '--view', 'errors']);
    await pty.waitFor(/what everybody may read/);
    await pty.waitFor(/permission denied/i);
    expect(screenOf(pty)).not.toMatch(/what only root/);
    await ends(pty);
  });

  test('with a home that is closed to it, it runs all the same', async () => {
    const pty = await monitorOf(BEN, [], { HOME: homes[ANNA] as string, XDG_STATE_HOME: '', PM2_HOME: '' });
    await pty.waitFor(REFUSED);
    await ends(pty);
  });
});
