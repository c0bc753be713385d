import { defineConfig } from 'vitest/config';

/** Set by `npm run test:all`: folders of older versions. */
const TEST_ALL = new Set(['BOTOP_TEST_PM2', 'BOTOP_TEST_POSTGRES']);
// What could point a test at somebody's production, for those who run vitest themselves; workers inherit it from here.
for (const name of Object.keys(process.env)) {
  if (/^(PG[A-Z]+|PM2_HOME|DATABASE_URL|REDIS_URL|SECRET_KEY|PUBLIC_KEY|NO_COLOR|FORCE_COLOR)$/.test(name)) {
    delete process.env[name];
  }
  if (name.startsWith('BOTOP_') && !TEST_ALL.has(name)) delete process.env[name];
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Tests in a pseudo-terminal and on real servers wait more than they compute: three at once keep two cores busy,
    // and more would make those wait that measure time.
    maxWorkers: 3,
  },
});
