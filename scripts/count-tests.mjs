// Prints `N passed, N failed` from vitest's JSON reports, and `, N skipped` where there are some. A file in a later
// report, which ran once more, stands for itself in an earlier one, and is named. Exits 1 when anything failed, or when
// there is no report.
//
//   node scripts/count-tests.mjs FAILED_CHECKS LAST_VITEST_EXIT REPORT…
import { existsSync, readFileSync } from 'node:fs';

const [failedChecks, vitestExit, ...reports] = process.argv.slice(2);
const files = new Map();
for (const report of reports) {
  if (!existsSync(report)) continue;
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    if (files.get(file.name)?.status === 'failed' && file.status === 'passed') {
      console.log(`passed only when run once more: ${file.name}`);
    }
    files.set(file.name, file);
  }
}
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { status, assertionResults } of files.values()) {
  for (const result of assertionResults) {
    if (result.status === 'passed') counts.passed += 1;
    else if (result.status === 'failed') counts.failed += 1;
    else counts.skipped += 1;
  }
  // A file that cannot be loaded, or whose hook fails, has no failed test of its own.
  if (status === 'failed' && !assertionResults.some((result) => result.status === 'failed')) counts.failed += 1;
}
// No tests at all, or an error outside of every test (an unhandled rejection), is a failure that no test reports.
if (counts.failed === 0 && (counts.passed === 0 || vitestExit !== '0')) counts.failed = 1;
counts.failed += Number(failedChecks);

const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed > 0 ? 1 : 0);
