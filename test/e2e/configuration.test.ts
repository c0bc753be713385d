import { chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPerson, type Person, PROGRAM, runProgram, startMonitor } from '../helpers/monitor.ts';
import { type Pty, startPty } from '../helpers/pty.ts';

/** A configuration in the folder a person stands in, which is what `INIT_CWD` says. */
let folder: string;
let person: Person;
let pty: Pty | null = null;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'botop-configured-')));
  person = createPerson({ BOTOP_CONFIG: '', INIT_CWD: folder });
});

afterEach(async () => {
  await pty?.dispose();
  pty = null;
});

afterAll(() => {
  person.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** The time of day in UTC, without saying so. */
const utc = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString().slice(0, 19).replace('T', ' ');

function configure(text: string): void {
  writeFileSync(join(folder, 'botop.yaml'), text, { mode: 0o600 });
}

test('a glob’s lines are shown under its name, their times read in its zone', async () => {
  writeFileSync(join(folder, 'a.log'), `${utc(600_000)} ERROR the queue is full\n`);
  const theirs = utc(300_000 - 330 * 60_000);
  writeFileSync(join(folder, 'b.log'), `${theirs} ERROR the disk is slow\n`);
  configure(
    'logs:\n  - { glob: a.log, name: api, zone: UTC }\n  - { glob: "b*.log", name: worker, zone: Asia/Kolkata }\n',
  );
  const before = Date.now();
  const { stdout, stderr } = await runProgram(person, ['snapshot', '--json'], { TZ: 'America/New_York' });
  expect(stderr).toBe('');
  const { groups } = JSON.parse(stdout).errors;
  const shown = new Map<string, { lastAt: string; bots: readonly string[] }>(
    groups.map((group: { sample: string }) => [group.sample, group]),
  );
  const at = (sample: string): number => Date.parse(shown.get(sample)?.lastAt ?? '');
  expect([...shown.keys()].toSorted()).toEqual(['the disk is slow', 'the queue is full']);
  expect(Math.abs(at('the queue is full') - (before - 600_000))).toBeLessThan(10_000);
  expect(Math.abs(at('the disk is slow') - (before - 300_000))).toBeLessThan(10_000);
  expect(JSON.stringify(shown.get('the queue is full')?.bots)).toContain('api');
  expect(JSON.stringify(shown.get('the disk is slow')?.bots)).toContain('worker');
});

test('the screen wears the colours of the configured limits', async () => {
  writeFileSync(join(folder, 'a.log'), `${utc(60_000)} ERROR the queue is full\n`);
  const colourWith = async (warn: number) => {
    configure(`logs: [{ glob: a.log, zone: UTC }]\nthresholds: { errors: { perHour: { warn: ${warn} } } }\n`);
    pty = await startMonitor({ person, args: ['--view', 'errors'] });
    await pty.waitFor(/Errors · 1 in 1h/, { what: 'the error' });
    const y = pty.text().findIndex((line) => line.includes('Errors · 1 in 1h'));
    const { fg } = pty.cell(pty.line(y).indexOf('Errors'), y);
    await pty.dispose();
    return fg;
  };
  const usual = await colourWith(2);
  expect(await colourWith(1)).not.toEqual(usual);
});

describe.runIf(process.getuid?.() === 0)('a configuration in a folder of somebody else', () => {
  const NOBODY = 65_534;
  beforeAll(() => {
    configure('interval: nonsense\n');
    chownSync(folder, NOBODY, NOBODY);
  });
  afterAll(() => chownSync(folder, 0, 0));

  test('is passed over, and snapshot says so beside its output', async () => {
    const { code, stdout, stderr } = await runProgram(person, ['snapshot', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('sources');
    expect(stderr).toMatch(/^botop: .*botop\.yaml is not read: its folder belongs to uid 65534.*\n$/);
  });

  test('is the first thing the monitor says, until the next key', async () => {
    const { env, home: cwd } = person;
    pty = startPty({ command: process.execPath, args: [PROGRAM], env, cwd, columns: 140, rows: 30 });
    const footer = (): string => pty?.line(29) ?? '';
    await pty.waitFor((shown) => shown.isBracketedPaste() && /botop\.yaml is not read: its folder/.test(footer()), {
      what: 'the notice',
      timeoutMs: 20_000,
    });
    pty.press('j');
    await pty.waitFor(() => /help/.test(footer()), { what: 'the keys in the footer', timeoutMs: 3_000 });
  });
});
