/** The variable by which every process of a demo is known; its value is the demo's folder. */
export const DEMO_MARK = 'BOTOP_DEMO_FOLDER';

const POINTERS = /^(PM2_|PG[A-Z]|BOTOP_|KEYMETRICS_)|^(DATABASE_URL|REDIS_URL|SECRET_KEY|PUBLIC_KEY)$/;

/**
 * The environment without what could point the demo at somebody's production: PM2's, libpq's and our own variables,
 * the database and Redis addresses, and the two generic names that PM2 takes for keys of its web service.
 */
export function withoutPointers(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !POINTERS.test(name)) kept[name] = value;
  }
  return kept;
}

const PASSED = ['PATH', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** What the demo's own processes get: nothing of the person's but these, the folder as home, and the mark. */
export function roomEnvironment(env: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  const kept: Record<string, string> = { HOME: folder, [DEMO_MARK]: folder };
  for (const name of PASSED) {
    const value = env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
