import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/count-tests.mjs');
const passed = { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'pending' }] };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The line and the exit code for a report of vitest's with these files. */
function count(testResults: readonly object[] | null, failedChecks = 0, vitestExit = 0): string {
  const file = join(folder, 'report.json');
  if (testResults) writeFileSync(file, JSON.stringify({ testResults }));
  const { stdout, status } = spawnSync(process.execPath, [script, file, String(failedChecks), String(vitestExit)], {
    encoding: 'utf8',
  });
  return `${stdout.trimEnd()} → ${status}`;
}

test.each([
  ['tests that pass or are skipped', count.bind(null, [passed, passed]), '2 passed, 0 failed, 2 skipped → 0'],
  [
    'a test that fails',
    count.bind(null, [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }], 0, 1),
    '1 passed, 1 failed → 1',
  ],
  [
    'a file that does not load',
    count.bind(null, [passed, { status: 'failed', assertionResults: [] }], 0, 1),
    '1 passed, 1 failed, 1 skipped → 1',
  ],
  ['a check that fails', count.bind(null, [passed], 2), '1 passed, 2 failed, 1 skipped → 1'],
  ['an error outside of every test', count.bind(null, [passed], 0, 1), '1 passed, 1 failed, 1 skipped → 1'],
  ['no tests', count.bind(null, []), '0 passed, 1 failed → 1'],
  ['no report', count.bind(null, null, 0, 1), '0 passed, 1 failed → 1'],
] as const)('counts %s', (_name, counted, line) => {
  expect(counted()).toBe(line);
});
