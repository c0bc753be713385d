import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Set by `npm run test:all`, folders of older versions, by `npm run fuzz`, and by those who want other input. */
const OURS = new Set(['BOTOP_TEST_PM2', 'BOTOP_TEST_POSTGRES', 'BOTOP_TEST_NODE', 'BOTOP_FUZZ_SECONDS', 'BOTOP_SEED']);
// What could point a test at somebody's production, for those who run vitest themselves; workers inherit it from here.
for (const name of Object.keys(process.env)) {
  if (/^(PG[A-Z]+|PM2_HOME|DATABASE_URL|REDIS_URL|SECRET_KEY|PUBLIC_KEY|NO_COLOR|FORCE_COLOR)$/.test(name)) {
    delete process.env[name];
  }
  if (name.startsWith('BOTOP_') && !OURS.has(name)) delete process.env[name];
}
// What vitest and the programs under test keep for their user: nothing of it belongs into a person's home.
for (const kind of ['cache', 'config', 'data', 'state']) {
  process.env[`XDG_${kind.toUpperCase()}_HOME`] = join(import.meta.dirname, '.cache/test-home', kind);
}

// Real systems in real time: on a machine busy with something else one of these may miss a deadline. Where nobody looks
// such a test has a second try, and the run tells which needed it.
const SYSTEMS = [
  'test/{e2e,integration,demo,launcher,commands,bench,faults}/**/*.test.{ts,tsx}',
  'test/sources/{guard,proc}/**/*.test.ts',
];
const secondTry = process.env['CI'] && process.env['CI'] !== 'false' && process.env['CI'] !== '0' ? 1 : 0;

export default defineConfig({
  test: {
    globalSetup: './test/helpers/run-folder.ts',
    // A guard against what never ends, no more: what is waited for in a test has a deadline of its own, which tells what
    // did not come. Starting a PM2 and two servers alone can take 15 s on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes when the machine has time for it; a second is not long where three files run at once.
    expect: { poll: { timeout: 15_000 } },
    // Tests in a pseudo-terminal and on real servers wait more than they compute: three at once keep two cores busy,
    // and more would make those wait that measure time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: { name: 'units', include: ['test/**/*.test.{ts,tsx}'], exclude: [...SYSTEMS, 'node_modules/**'] },
      },
      { extends: true, test: { name: 'systems', include: SYSTEMS, retry: secondTry } },
    ],
  },
});
