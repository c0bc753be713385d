import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/count-tests.mjs');
const passed = {
  name: '/c.test.ts',
  status: 'passed',
  assertionResults: [{ status: 'passed' }, { status: 'pending' }],
};
const failed = { name: '/a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }] };
const other = { name: '/b.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Files = readonly object[] | null;

/** What is printed and the exit code, for reports of vitest's with these files. */
function count(testResults: Files, failedChecks = 0, vitestExit = 0, ...later: readonly Files[]): string {
  const files = [testResults, ...later].map((results, index) => {
    const file = join(folder, `report-${index}.json`);
    if (results) writeFileSync(file, JSON.stringify({ testResults: results }));
    return file;
  });
  const args = [script, String(failedChecks), String(vitestExit), ...files];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return `${stdout.trimEnd()} → ${status}`;
}

test.each([
  ['tests that pass or are skipped', count.bind(null, [passed, other]), '2 passed, 0 failed, 1 skipped → 0'],
  [
    'a test that fails',
    count.bind(
      null,
      [{ name: '/d.test.ts', status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }],
      0,
      1,
    ),
    '1 passed, 1 failed → 1',
  ],
  [
    'a file that does not load',
    count.bind(null, [passed, { name: '/d.test.ts', status: 'failed', assertionResults: [] }], 0, 1),
    '1 passed, 1 failed, 1 skipped → 1',
  ],
  ['a check that fails', count.bind(null, [passed], 2), '1 passed, 2 failed, 1 skipped → 1'],
  ['an error outside of every test', count.bind(null, [passed], 0, 1), '1 passed, 1 failed, 1 skipped → 1'],
  ['no tests', count.bind(null, []), '0 passed, 1 failed → 1'],
  [
    'a file that failed first and passed when run once more, with its name',
    count.bind(null, [failed, other], 0, 0, [
      { ...failed, status: 'passed', assertionResults: [{ status: 'passed' }] },
    ]),
    'passed only when run once more: /a.test.ts\n2 passed, 0 failed → 0',
  ],
  ['a file that failed twice, once', count.bind(null, [failed, other], 0, 1, [failed]), '1 passed, 1 failed → 1'],
  ['no report', count.bind(null, null, 0, 1), '0 passed, 1 failed → 1'],
] as const)('counts %s', (_name, counted, line) => {
  expect(counted()).toBe(line);
});
