// Prints `N passed, N failed` from vitest's JSON report, and `, N skipped` where there are some. Exits 1 when anything
// failed, or when there is no report.
//
//   node scripts/count-tests.mjs REPORT FAILED_CHECKS VITEST_EXIT
import { existsSync, readFileSync } from 'node:fs';

const [file, failedChecks, vitestExit] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { status, assertionResults } of report?.testResults ?? []) {
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
