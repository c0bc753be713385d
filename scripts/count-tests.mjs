// Prints `N passed, N failed` from vitest's JSON report, and `, N skipped` where there are some. Exits 1 when one
// failed or when there is no report.
import { existsSync, readFileSync } from 'node:fs';

const file = process.argv[2];
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
if (!report || counts.passed + counts.failed === 0) counts.failed += 1;
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(counts.failed > 0 ? 1 : 0);
