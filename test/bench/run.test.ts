import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const bench = (...args: string[]) =>
  run(process.execPath, [join(import.meta.dirname, '../../bench/run.ts'), ...args], { timeout: 60_000 });

test('one measurement alone gives its rows with their goals, and writes no results', async () => {
  const { stdout, stderr } = await bench('--quick', '--only', 'tick');
  expect(stdout).toMatch(
    /\| every cell changing, CPU ms \| [\d.]+ \([\d.]+–[\d.]+\) \| – \| – \| ≤ 3: (met|missed) \|/,
  );
  // A tick in which not every cell was written would measure something else.
  expect(Number(/(\d+) cells and/.exec(stdout)?.[1])).toBeGreaterThan(0.99 * 200 * 60);
  expect(stderr).not.toMatch(/written to/);
});

test('what cannot be measured is refused before anything is started', async () => {
  await expect(bench('--only', 'nothing')).rejects.toMatchObject({ code: 64 });
  await expect(bench('--rounds', '0')).rejects.toMatchObject({ code: 64 });
  await expect(bench('--program', '/nonexistent/botop.js')).rejects.toMatchObject({ code: 64 });
});

test('--help says how it is called, and so does what it does not know', async () => {
  expect((await bench('--help')).stdout).toMatch(/^npm run bench -- \[--only NAME,…\]/);
  await expect(bench('--onyl', 'tick')).rejects.toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^Unknown option '--onyl'.*\n\nnpm run bench -- /),
  });
});

test('the names for --only are listed', async () => {
  const { stdout } = await bench('--list');
  for (const name of ['turns-10', 'minute-100', 'keys', 'scale', 'idle-logs', 'big-log', 'flood']) {
    expect(stdout).toContain(name);
  }
});
