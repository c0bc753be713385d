// A reporter for vitest: names the tests that passed only at their second try, since a pass alone would hide it.
export default class SecondTries {
  onTestRunEnd(files) {
    for (const file of files) {
      for (const test of file.children.allTests('passed')) {
        if (test.diagnostic()?.flaky)
          console.log(`passed only at a second try: ${file.relativeModuleId} > ${test.fullName}`);
      }
    }
  }
}
