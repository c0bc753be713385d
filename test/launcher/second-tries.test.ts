import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

interface Reporter {
  onTestRunStart(): void;
  onTestRunEnd(files: readonly object[], unhandledErrors: readonly object[]): void;
}

const { default: SecondTries } = (await import(join(import.meta.dirname, '../../scripts/second-tries.mjs'))) as {
  default: new (folder: string) => Reporter;
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-test-'));
  vi.spyOn(console, 'log').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const file = (moduleId: string, isOk = true) => ({
  moduleId,
  ok: () => isOk,
  children: { allTests: () => [] },
});

/** What runs once more, after a run with these files and errors. */
function onceMore(files: readonly object[], errors: readonly object[] = []): string | null {
  const list = join(folder, 'second-run');
  const reporter = new SecondTries(folder);
  reporter.onTestRunStart();
  reporter.onTestRunEnd(files, errors);
  return existsSync(list) ? readFileSync(list, 'utf8') : null;
}

test('files that failed run once more, and those with an error outside of every test', () => {
  const files = [file('/a.test.ts'), file('/b c.test.ts', false), file('/d.test.ts')];
  expect(onceMore(files)).toBe('/b c.test.ts\n');
  expect(onceMore(files, [{ VITEST_TEST_PATH: '/d.test.ts' }])).toBe('/b c.test.ts\n/d.test.ts\n');
  expect(onceMore([file('/a.test.ts')])).toBeNull();
});

test('none does where an error belongs to no file, or where the fault is not one of luck', () => {
  expect(onceMore([file('/a.test.ts', false)], [{ message: 'a worker ended' }])).toBeNull();
  const many = Array.from({ length: 20 }, (_, index) => file(`/${index}.test.ts`, false));
  expect(onceMore(many)).toBeNull();
});
