import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepTerminals } from '../helpers/kept-terminals.ts';
import { createPerson, type Person, PROGRAM, screenOf, startMonitor, startShell } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2, until } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { allProcesses, commandLine, isRunning } from '../helpers/tree.ts';

const IDLE = 'setInterval(() => {}, 1000)';

/** Daemons that run for a home. */
const daemonsOf = (home: string): string[] =>
  allProcesses()
    .map(({ pid }) => commandLine(pid))
    .filter((command) => command.includes('God Daemon') && command.includes(home));

let person: Person;
let pm2: Pm2Daemon;
const keep = keepTerminals();

async function monitor(args: readonly string[] = []): Promise<Pty> {
  const pty = await startMonitor({ person, args, columns: 100, rows: 30 });
  keep(pty);
  return pty;
}

describe('the daemon', () => {
  beforeEach(async () => {
    pm2 = await startPm2();
    await pm2.start({ name: 'weather-bot', code: IDLE });
    await pm2.cli('save');
    person = createPerson({ PM2_HOME: pm2.home });
  });

  afterEach(async () => {
    person.remove();
    await pm2.remove();
  });

  test('killed is said within 3 s, last values are stale, none is started, keys live; its return is seen within 5 s', async () => {
    const pty = await monitor();
    await pty.waitFor(/weather-bot\s+ok/);
    pm2.signal('SIGKILL');
    await pty.waitFor(/PM2 DAEMON DEAD/, { timeoutMs: 3_000, what: 'the dead daemon to be named' });
    expect(pty.text().join('\n')).toMatch(/weather-bot\s+stale/);
    pty.press('?');
    await pty.waitFor(/One row down/, { timeoutMs: 1_000 });
    pty.press('\u001b');
    await pty.waitFor((shown) => !/One row down/.test(shown.text().join('\n')));
    // For a moment its process may outlive the daemon, and is a row of its own then that no restart is for.
    await until('the restart to be refused', async () => {
      pty.press('r');
      await pty.waitFor(/not done/, { timeoutMs: 1_000 });
      return true;
    });
    expect(daemonsOf(pm2.home)).toEqual([]);
    await pm2.cli('resurrect');
    await pty.waitFor(/weather-bot\s+ok/, { timeoutMs: 5_000, what: 'the returned fleet' });
    expect(pty.line(0)).not.toMatch(/DEAD|stale/);
  });

  test('updated in place (pm2 update: another daemon, the same bots) it is read on, with the new pids, and none is an orphan', async () => {
    const pty = await monitor();
    await pty.waitFor(/weather-bot\s+ok/);
    const before = pm2.pid();
    await pm2.cli('update');
    expect(pm2.pid()).not.toBe(before);
    await pm2.cli('stop', 'weather-bot');
    await pty.waitFor(/weather-bot\s+stopped/, { what: 'a stop by the new daemon' });
    await pty.waitFor((shown) => !/ORPHAN|pm2 (stale|down)|PM2 [A-Z]/.test(screenOf(shown)), {
      what: 'nothing left of the old',
    });
    await pm2.cli('restart', 'weather-bot');
    await pty.waitFor(/weather-bot\s+ok/);
  });

  test('frozen is said within 10 s, and over when it goes on', async () => {
    const pty = await monitor();
    await pty.waitFor(/weather-bot\s+ok/);
    pm2.signal('SIGSTOP');
    // First what is old is called stale; the reason comes with the first question that is not answered.
    await pty.waitFor(/does not answer|frozen|stopped by a signal/i, {
      timeoutMs: 10_000,
      what: 'the frozen daemon to be named',
    });
    expect(pty.line(0)).toMatch(/not seen for/);
    pm2.signal('SIGCONT');
    await pty.waitFor(/weather-bot\s+ok/, { timeoutMs: 5_000 });
  });
});

test('without any daemon it says so and what to do, and starts none', async () => {
  person = createPerson();
  try {
    const pty = await monitor();
    await pty.waitFor(/no PM2 here/i);
    expect(daemonsOf(person.home)).toEqual([]);
  } finally {
    person.remove();
  }
});

describe('every way to end', () => {
  beforeAll(() => {
    person = createPerson();
  });

  afterAll(() => person.remove());

  const restored = (pty: Pty): void => {
    expect(pty.isAlternate()).toBe(false);
    expect(pty.isCursorVisible()).toBe(true);
    expect(pty.isWrapping()).toBe(true);
    expect(pty.isSynchronized()).toBe(false);
  };

  test.each([
    ['q', (pty: Pty) => pty.press('q'), 0],
    ['Ctrl-C', (pty: Pty) => pty.press('\u0003'), 0],
    ['SIGTERM', (pty: Pty) => pty.kill('SIGTERM'), 143],
    ['SIGHUP', (pty: Pty) => pty.kill('SIGHUP'), 129],
    ['SIGINT', (pty: Pty) => pty.kill('SIGINT'), 130],
  ])('%s restores the terminal', async (_, end, code) => {
    const pty = await monitor();
    end(pty);
    expect((await pty.exit).code).toBe(code);
    restored(pty);
    expect(pty.isBracketedPaste()).toBe(false);
  });

  test('a terminal that vanishes ends it within 1 s', async () => {
    const pty = await monitor();
    const { pid } = pty;
    pty.hangUp();
    await until('the program is gone', () => !isRunning(pid), 1_000);
  });

  test('Ctrl-Z gives the terminal back, fg paints all again and keys live', async () => {
    const { pty, before } = await startMonitorInShell();
    pty.press('\u001a');
    await pty.waitFor(() => !pty.isAlternate(), { what: 'the shell behind it' });
    restored(pty);
    expect(await modesOf(pty)).toBe(before);
    pty.press('fg; echo left $?\r');
    await pty.waitFor(() => pty.isAlternate() && /help/.test(pty.line(pty.rows - 1)), { what: 'the monitor again' });
    pty.press('?');
    await pty.waitFor(/One row down/);
    pty.press('\u0003');
    await pty.waitFor((shown) => shown.text().includes('left 0'), { what: 'the shell to see its end' });
    restored(pty);
    expect(await modesOf(pty)).toBe(before);
  });
});

/** The monitor as a job of an interactive shell. */
async function startMonitorInShell(): Promise<{ readonly pty: Pty; readonly before: string }> {
  const pty = await startShell(person);
  keep(pty);
  const before = await modesOf(pty);
  pty.press(`"${process.execPath}" "${PROGRAM}"; echo left $?\r`);
  await pty.waitFor((shown) => shown.isBracketedPaste() && /help/.test(shown.line(shown.rows - 1)), {
    what: 'the monitor',
    timeoutMs: 20_000,
  });
  return { pty, before };
}

/** What `stty` says of the terminal while a command runs: at its prompt the shell has modes of its own. */
async function modesOf(pty: Pty): Promise<string> {
  const mark = `modes-${performance.now()}`;
  // On a line of their own, which they nearly fill: behind another word they would wrap, at times.
  pty.press(`echo ${mark}; stty -g; echo end-${mark}\r`);
  const lines = () => pty.text().map((line) => line.trimEnd());
  await pty.waitFor(() => lines().includes(`end-${mark}`), { what: 'the modes of the terminal' });
  const modes = lines()[lines().indexOf(mark) + 1] ?? '';
  expect(modes).toMatch(/^[0-9a-f]+(?::[0-9a-f]+){10,}$/);
  return modes;
}
