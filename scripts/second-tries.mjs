// A reporter for vitest. It names the tests that passed only at their second try, since a pass alone would hide it, and
// writes the files that failed into `.cache/second-run`, one a line, where they may be run once more: each test file of
// real systems in real time can miss a deadline on a machine that is busy with something else. An error outside of
// every test is one of its file. None is written when an error belongs to no file, or when so many failed that the fault
// is ours.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST = 10;

export default class SecondTries {
  #folder;
  #list;

  /** vitest gives an object: the folder is one for this script's own tests. */
  constructor(folder) {
    this.#folder = typeof folder === 'string' ? folder : '.cache';
    this.#list = join(this.#folder, 'second-run');
  }

  onTestRunStart() {
    rmSync(this.#list, { force: true });
  }

  onTestRunEnd(files, unhandledErrors) {
    for (const file of files) {
      for (const test of file.children.allTests('passed')) {
        if (test.diagnostic()?.flaky)
          console.log(`passed only at a second try: ${file.relativeModuleId} > ${test.fullName}`);
      }
    }
    const failed = new Set(files.filter((file) => !file.ok()).map((file) => file.moduleId));
    for (const { VITEST_TEST_PATH: path } of unhandledErrors) {
      if (path === undefined) return;
      console.log(`an error outside of every test: ${path}`);
      failed.add(path);
    }
    if (failed.size === 0 || failed.size > MOST) return;
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#list, [...failed].map((path) => `${path}\n`).join(''));
  }
}
