import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, PROGRAM, startMonitor, startShell } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2, until } from '../helpers/pm2-daemon.ts';
import { type Pty, startPty } from '../helpers/pty.ts';

const ESC = '\u001b';

let pm2: Pm2Daemon;
let person: Person;
const keep = keepTerminals();

beforeAll(async () => {
  pm2 = await startPm2();
  await pm2.start(
    { name: 'quiet-bot', code: 'setInterval(() => {}, 1000)' },
    // Ends by itself, as planned: no crash.
    { name: 'job', code: 'setTimeout(() => process.exit(0), 300)', autorestart: false },
  );
  await pm2.cli('save');
  person = createPerson({ PM2_HOME: pm2.home });
});

afterAll(async () => {
  person?.remove();
  await pm2?.remove();
});

async function monitor(columns = 100, rows = 30): Promise<Pty> {
  const pty = await startMonitor({ person, columns, rows });
  keep(pty);
  await pty.waitFor(/quiet-bot/);
  return pty;
}

async function select(pty: Pty, name: string): Promise<void> {
  pty.press(`/${name}\r`);
  await pty.waitFor((shown) => shown.text().some((line) => /▸/.test(line) && line.includes(name)), {
    what: `the cursor on ${name}`,
  });
}

const restarts = async (): Promise<number> =>
  (await pm2.jlist()).find((bot) => bot['name'] === 'quiet-bot')?.['pm2_env'].restart_time;

const shows = (pty: Pty, pattern: RegExp): boolean => pattern.test(pty.text().join('\n'));

/** The prompt takes keys: its question is bright then. */
const armed = (pty: Pty): Promise<void> =>
  pty.waitFor(
    (shown) => {
      const y = shown.text().findIndex((line) => line.includes('Esc cancel'));
      return y >= 0 && shown.cell(shown.line(y).indexOf('Esc cancel'), y).inverse;
    },
    { what: 'the armed prompt' },
  );

async function ask(pty: Pty): Promise<number> {
  await select(pty, 'quiet-bot');
  const before = await restarts();
  pty.press('r');
  await armed(pty);
  return before;
}

const auditLines = (): string[] => {
  const path = join(person.home, 'state/botop/audit.ndjson');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
};

test('a prompt that a resize has made invisible is dropped, and y does nothing', async () => {
  const pty = await monitor();
  const before = await ask(pty);
  pty.resize(30, 8);
  await pty.waitFor(/too small/);
  pty.resize(100, 30);
  await pty.waitFor(/Cancelled, nothing was done: the screen is too small/);
  expect(shows(pty, /Esc cancel/)).toBe(false);
  pty.press('r');
  await armed(pty);
  pty.resize(30, 8);
  await pty.waitFor(/too small/);
  // Read before the screen is large again or after it: then it ends the notice, which is why none is waited for.
  pty.press('y');
  pty.resize(100, 30);
  await pty.waitFor(/quiet-bot/);
  expect(shows(pty, /Esc cancel/)).toBe(false);
  expect(await restarts()).toBe(before);
  expect(JSON.parse(auditLines().at(-1) ?? '')).toMatchObject({ result: 'cancelled' });
});

test('on a screen too low for all of it, y counts once it was read to its end', async () => {
  const pty = await monitor(60, 20);
  const before = await ask(pty);
  pty.resize(38, 10);
  await pty.waitFor(/more lines?: ↓/);
  await armed(pty);
  pty.press('y');
  await pty.waitFor(/read on first: ↓/);
  for (let page = 0; page < 30 && shows(pty, /more lines?: ↓/); page++) {
    const seen = pty.text().join();
    pty.press(`${ESC}[6~`);
    await pty.waitFor((shown) => shown.text().join() !== seen, { what: 'the next page' });
  }
  await pty.waitFor((shown) => !shows(shown, /more lines?: ↓|read on/), { what: 'the end of the text' });
  expect(await restarts()).toBe(before);
  pty.press('y');
  await until('the restart', async () => (await restarts()) === before + 1);
});

test('two Esc in one chunk close the prompt', async () => {
  const pty = await monitor();
  const before = await ask(pty);
  pty.press(ESC + ESC);
  await pty.waitFor(/nothing was done/);
  expect(await restarts()).toBe(before);
});

test('a paste while the program still loads fires no key', async () => {
  const pty = startPty({
    command: process.execPath,
    args: [PROGRAM],
    env: person.env,
    cwd: person.home,
    columns: 100,
    rows: 30,
  });
  keep(pty);
  const audited = auditLines().length;
  await pty.waitFor((shown) => shown.isBracketedPaste(), { what: 'the screen' });
  pty.press(`${ESC}[200~ry${ESC}[201~`);
  pty.press('?');
  await pty.waitFor(/One row down/, { what: 'the help' });
  expect(shows(pty, /Restart \S+\?|not done/)).toBe(false);
  expect(auditLines()).toHaveLength(audited);
});

test('Ctrl-Z at a prompt drops it and stops the job; after a resize in the shell fg paints in the new size', async () => {
  const pty = await startShell(person);
  keep(pty);
  pty.press(`"${process.execPath}" "${PROGRAM}"\r`);
  await pty.waitFor((shown) => shown.isAlternate() && shows(shown, /quiet-bot/), { timeoutMs: 20_000 });
  const before = await ask(pty);
  pty.press('\u001a');
  await pty.waitFor(() => !pty.isAlternate(), { what: 'the shell behind it' });
  expect(JSON.parse(auditLines().at(-1) ?? '')).toMatchObject({ result: 'cancelled', message: 'suspended' });
  pty.resize(84, 26);
  await pty.waitFor((shown) => shown.text().some((line) => line.startsWith('$')));
  pty.press('fg\r');
  await pty.waitFor((shown) => shown.isAlternate() && /suspended|help/.test(shown.line(25)), {
    what: 'the footer in its new row',
  });
  expect(shows(pty, /Esc cancel/)).toBe(false);
  for (const line of pty.text().filter((text) => text.startsWith('╭'))) expect(line).toHaveLength(84);
  pty.press('y');
  await pty.waitFor(/Copied/);
  expect(await restarts()).toBe(before);
  pty.press('&quiet');
  await pty.waitFor(/filter/);
  pty.press('\u001a');
  await pty.waitFor(() => !pty.isAlternate(), { what: 'the shell behind the filter' });
  pty.press('fg\r');
  await pty.waitFor((shown) => shown.isAlternate() && shows(shown, /quiet-bot/));
});

test('a job that ends with 0 is not called a crash, and running it once more is well', async () => {
  const pty = await monitor();
  await select(pty, 'job');
  pty.press('r');
  await armed(pty);
  expect(shows(pty, /Restart job\?/)).toBe(true);
  expect(shows(pty, /ended with exit 0/)).toBe(true);
  expect(shows(pty, /crash/)).toBe(false);
  pty.press('y');
  await pty.waitFor(/✓ restart job .*ran and ended: exit 0 .*· OK/, { timeoutMs: 20_000 });
});

test('q while an action is still watched asks once', async () => {
  const pty = await monitor();
  await ask(pty);
  pty.press('y');
  await pty.waitFor(/restart quiet-bot .*up \d/);
  pty.press('\u0003');
  await pty.waitFor(/restart quiet-bot is still being watched; once more leaves/);
  pty.press('\u0003');
  expect((await pty.exit).code).toBe(0);
});

test('SIGUSR1 opens no debugger', async () => {
  const pty = await monitor();
  pty.kill('SIGUSR1');
  pty.press('?');
  await pty.waitFor(/One row down/);
  expect(pty.transcript()).not.toMatch(/Debugger listening/);
});

test('a daemon that does not answer leaves the question unanswerable: Esc ends it at once, and it is audited', async () => {
  const pty = await monitor();
  await select(pty, 'quiet-bot');
  const before = await restarts();
  pm2.signal('SIGSTOP');
  try {
    pty.press('r');
    await pty.waitFor(/Restart quiet-bot\?[^]*reading it again…/);
    pty.press('y');
    pty.press(ESC);
    await pty.waitFor(/Cancelled: nothing was done/);
    expect(shows(pty, /Restart quiet-bot\?/)).toBe(false);
  } finally {
    pm2.signal('SIGCONT');
  }
  await until('the audit of it', () => {
    const last = JSON.parse(auditLines().at(-1) ?? '{}');
    return last.result === 'cancelled' && /while its targets were read again/.test(last.message);
  });
  expect(await restarts()).toBe(before);
});

// The last one: it takes the daemon away.
test('a daemon that dies while the question stands is not asked: y says why nothing was done', async () => {
  const pty = await monitor();
  await ask(pty);
  const bot = (await pm2.jlist()).find(({ name }) => name === 'quiet-bot')?.['pid'];
  pm2.signal('SIGKILL');
  pty.press('y');
  await pty.waitFor(/! .*(?:not done|could not|cannot be read)/, { what: 'why nothing was done' });
  expect(existsSync(`/proc/${bot}`)).toBe(true);
  expect(JSON.parse(auditLines().at(-1) ?? '')).toMatchObject({ event: 'outcome', result: 'refused' });
});
