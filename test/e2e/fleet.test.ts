import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, snapshotOf, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2, until } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { commandLine } from '../helpers/tree.ts';

const SECRET = '7412589630:AAH-never_to_be_seen_0123456789abcdef';
const SECRET_LINE = 'https://api.telegram.org/bot7412589630:AAH-never_to_be_seen_0123456789abcdef/getMe';

const IDLE = 'setInterval(() => {}, 1000)';
const CRASHING = 'setTimeout(() => process.exit(1), 1200)';
const TALKING = `setInterval(() => console.log(${JSON.stringify(`\u001b]0;owned\u0007\u001b[2J ${SECRET_LINE}`)}), 500)`;

let pm2: Pm2Daemon;
let person: Person;
const keep = keepTerminals();

beforeAll(async () => {
  pm2 = await startPm2();
  await pm2.start(
    { name: 'weather-bot', code: TALKING, env: { BOT_TOKEN: SECRET, DATABASE_PASSWORD: 'hunter2-never-seen' } },
    { name: 'crash-bot', code: CRASHING },
    { name: 'quiet-bot', code: IDLE, namespace: 'tg' },
    { name: 'api', code: IDLE, instances: 2, exec_mode: 'cluster' },
    { name: 'parked-bot', code: IDLE },
  );
  await pm2.cli('stop', 'parked-bot');
  await pm2.cli('save');
  person = createPerson({ PM2_HOME: pm2.home });
});

afterAll(async () => {
  person?.remove();
  await pm2?.remove();
});

async function monitor(args: readonly string[] = [], columns = 120, rows = 40): Promise<Pty> {
  const pty = await startMonitor({ person, args, columns, rows });
  keep(pty);
  return pty;
}

/** The row of a bot on the screen. */
function rowOf(pty: Pty, name: string): string {
  return pty.text().find((line) => /^│[ ▸]/.test(line) && line.includes(name)) ?? '';
}

describe('the bots on the screen', () => {
  test('a crash loop is FLAPPING, the worst first, and the stopped bot is listed apart', async () => {
    const pty = await monitor();
    await pty.waitFor(() => /FLAPPING/.test(rowOf(pty, 'crash-bot')), { what: 'the crash loop to be called FLAPPING' });
    await pty.waitFor(() => /4 of 5 running · 1 FLAPPING/.test(pty.line(0)), { what: 'the count in the header' });
    const panel = pty.text().slice(
      0,
      pty.text().findIndex((line) => line.startsWith('╰')),
    );
    const words = panel.map((line) => /^│[ ▸]\s*(?:\d+\s+)?([\w-]+)/.exec(line)?.[1]);
    const order = words.filter((word) => word?.endsWith('-bot'));
    expect(order[0]).toBe('crash-bot');
    expect(order.at(-1)).toBe('parked-bot');
  });

  test('what a person does with the pm2 command is seen, exactly that, on the screen and in the snapshot', async () => {
    const pty = await monitor();
    await pty.waitFor(/quiet-bot/);
    await pm2.cli('stop', 'quiet-bot');
    await pty.waitFor(() => /stopped/.test(rowOf(pty, 'quiet-bot')), { what: 'quiet-bot to be stopped' });
    await pm2.start({ name: 'new-bot', code: IDLE });
    await pty.waitFor(() => /ok/.test(rowOf(pty, 'new-bot')), { what: 'new-bot to appear' });
    const victim = (await pm2.jlist()).find((bot) => bot['name'] === 'new-bot')?.['pid'] as number;
    process.kill(victim, 'SIGKILL');
    const { bots } = await until('the snapshot to know the new process', async () => {
      const seen = await snapshotOf(person);
      const bot = seen.bots.find((known: any) => known.name === 'new-bot');
      return bot?.restarts === 1 && bot.pid !== victim ? seen : undefined;
    });
    expect(bots.find((bot: any) => bot.name === 'quiet-bot')).toMatchObject({ status: 'stopped', state: 'stopped' });
    await pty.waitFor(() => /ok\s.*\s1\s/.test(rowOf(pty, 'new-bot')), { what: 'one restart of new-bot' });
    await pm2.cli('delete', 'new-bot');
    await pty.waitFor(() => rowOf(pty, 'new-bot') === '', { what: 'new-bot to be gone' });
    await pm2.cli('start', 'quiet-bot');
    await pty.waitFor(() => /ok/.test(rowOf(pty, 'quiet-bot')), { what: 'quiet-bot to run again' });
  });

  test('snapshot and pm2 jlist agree on every bot, field by field', async () => {
    const { bots } = await snapshotOf(person);
    const listed = await pm2.jlist();
    const of = (bot: any) => ({
      id: bot['pm_id'],
      name: bot['name'],
      namespace: bot['pm2_env'].namespace,
      mode: bot['pm2_env'].exec_mode === 'cluster_mode' ? 'cluster' : 'fork',
    });
    expect(bots.map(({ id, name, namespace, mode }: any) => ({ id, name, namespace, mode }))).toEqual(listed.map(of));
    const steady = listed.filter((bot) => bot['name'] !== 'crash-bot');
    for (const bot of steady) {
      const env = bot['pm2_env'];
      const seen = bots.find((known: any) => known.id === bot['pm_id']);
      expect(seen).toMatchObject({ status: env.status, restarts: env.restart_time, home: pm2.home });
      expect(seen.pid ?? 0).toBe(bot['pid']);
    }
  });
});

describe('what comes from outside', () => {
  test('names and log lines with escapes, of 300 characters and with emoji change nothing but their own cells', async () => {
    const names = ['\u001b[31mred', `long-${'x'.repeat(295)}`, 'party-🎉-bot'];
    for (const [i, name] of names.entries()) {
      // PM2 would name its files after the bot, and no file has a name of 300 characters.
      const files = { out_file: `out-${i}.log`, error_file: `error-${i}.log`, pid_file: `bot-${i}.pid` };
      await pm2.start({ name, code: TALKING, ...files });
    }
    const pty = await monitor();
    await pty.waitFor(/party-/);
    await pty.waitFor(/long-xxx/);
    expect(pty.title()).toBe('');
    const right = pty.text().filter((line) => line.includes('party-') || line.includes('long-xxx'));
    for (const line of right) expect(line.endsWith('│')).toBe(true);
    const y = pty.text().findIndex((line) => /\bred\b/.test(line));
    const x = pty.line(y).indexOf('red');
    const quiet = pty.text().findIndex((line) => line.includes('quiet-bot'));
    expect(pty.cell(x, y).fg).toEqual(pty.cell(x, quiet).fg);
    for (const { pm_id: id } of (await pm2.jlist()).filter((bot) => names.includes(bot['name']))) {
      await pm2.cli('delete', String(id));
    }
  });

  test('secrets of the bots are nowhere: screen, snapshot, files, arguments', async () => {
    const pty = await monitor(['--view', 'bots']);
    await pty.waitFor(/weather-bot/);
    pty.press('&');
    pty.press('weather');
    await pty.waitFor(/&weather/);
    pty.press('\r');
    pty.press('\r');
    // They stand at the end of a page that grows meanwhile: with its log, and once the bot has published something.
    await until('the names of its environment', async () => {
      pty.press('G');
      await pty.waitFor(/BOT_TOKEN/, { timeoutMs: 500 });
      return true;
    });
    const args = commandLine(pty.pid);
    pty.press('\u0003');
    await pty.exit;
    const texts = [pty.transcript(), args, JSON.stringify(await snapshotOf(person)), ...filesBelow(person.home)];
    for (const text of texts) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('hunter2-never-seen');
    }
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'));
}

describe('restart behind a prompt', () => {
  const restartsOf = async (name: string): Promise<number> =>
    (await pm2.jlist()).find((bot) => bot['name'] === name)?.['pm2_env'].restart_time;

  /** The prompt takes keys: its question is bright then. */
  const armed = (pty: Pty): Promise<void> =>
    pty.waitFor(
      (shown) => {
        const y = shown.text().findIndex((line) => line.includes('y restart'));
        return y >= 0 && shown.cell(shown.line(y).indexOf('y restart'), y).bold;
      },
      { what: 'the armed prompt' },
    );

  async function select(pty: Pty, name: string): Promise<void> {
    pty.press('&');
    pty.press(name);
    pty.press('\r');
    await pty.waitFor(() => new RegExp(`▸.*${name}`).test(rowOf(pty, name)), { what: `the cursor on ${name}` });
  }

  test('ry typed in one chunk restarts nothing', async () => {
    const pty = await monitor();
    await pty.waitFor(/quiet-bot/);
    await select(pty, 'quiet-bot');
    const before = await restartsOf('quiet-bot');
    pty.press('ry');
    await armed(pty);
    pty.press('\u001b');
    await pty.waitFor(/nothing was done/);
    expect(await restartsOf('quiet-bot')).toBe(before);
  });

  test('y at the prompt restarts that bot alone, the strip says what became of it, and the audit has two lines', async () => {
    const pty = await monitor();
    await pty.waitFor(/quiet-bot/);
    await select(pty, 'quiet-bot');
    const before = await restartsOf('quiet-bot');
    const others = (await pm2.jlist()).filter((bot) => bot['name'] !== 'quiet-bot' && bot['name'] !== 'crash-bot');
    pty.press('r');
    await armed(pty);
    expect(pty.text().join('\n')).toMatch(/\$ pm2 restart \d+/);
    pty.press('y');
    await pty.waitFor(/✓ restart quiet-bot .*OK/, { timeoutMs: 30_000, what: 'the verdict' });
    expect(await restartsOf('quiet-bot')).toBe(before + 1);
    const after = await pm2.jlist();
    for (const bot of others) expect(after.find((now) => now['pm_id'] === bot['pm_id'])?.['pid']).toBe(bot['pid']);
    const audit = readFileSync(join(person.home, 'state/botop/audit.ndjson'), 'utf8').trim().split('\n').slice(-2);
    const [asked, outcome] = audit.map((line) => JSON.parse(line));
    expect(asked).toMatchObject({ event: 'asked', action: 'restart' });
    expect(outcome).toMatchObject({ event: 'outcome', id: asked.id });
  });

  test('read-only shows its badge and refuses with the reason', async () => {
    const pty = await monitor(['--read-only']);
    await pty.waitFor(/quiet-bot/);
    expect(pty.line(0)).toContain('READ-ONLY');
    pty.press('r');
    await pty.waitFor(/read-only: this botop changes nothing/);
  });

  test('a paste fires no key', async () => {
    const pty = await monitor();
    await pty.waitFor(/quiet-bot/);
    pty.press('\u001b[200~rq\u001b[201~');
    pty.press('?');
    await pty.waitFor(/One row down/, { what: 'the help, so the program still runs' });
    expect(pty.ended).toBeNull();
  });
});
