// A reporter for vitest. It names the tests that passed only at their second try, since a pass alone would hide it, and
// writes the files that failed into `.cache/second-run`, one a line, where they may be run once more: each test file of
// real systems in real time can miss a deadline on a machine that is busy with something else. None is written
// when an error belongs to no test, or when so many failed that the fault is ours.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

const LIST = '.cache/second-run';
const MOST = 6;

export default class SecondTries {
  onTestRunStart() {
    rmSync(LIST, { force: true });
  }

  onTestRunEnd(files, unhandledErrors) {
    for (const file of files) {
      for (const test of file.children.allTests('passed')) {
        if (test.diagnostic()?.flaky)
          console.log(`passed only at a second try: ${file.relativeModuleId} > ${test.fullName}`);
      }
    }
    const failed = files.filter((file) => !file.ok()).map((file) => file.moduleId);
    if (failed.length === 0 || failed.length > MOST || unhandledErrors.length > 0) return;
    mkdirSync('.cache', { recursive: true });
    writeFileSync(LIST, failed.map((path) => `${path}\n`).join(''));
  }
}
