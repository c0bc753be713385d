/** Runs the command that was asked for and gives the exit status. */
import { exitCodes } from '../config/exit-codes.ts';
import type { Options } from '../config/options.ts';
import { Secret } from '../config/secret.ts';
import { UsageError } from '../config/usage-error.ts';
import type { OwnCode } from '../state/errors/explain.ts';

export async function run(options: Options): Promise<number> {
  // Node's own answer to it is a debugger that listens on loopback, open to every user of the machine.
  process.on('SIGUSR1', () => {});
  if (options.command === 'demo') return runDemo(options);
  const codes = await readCodes(options);
  if (codes === null) return exitCodes.usage;
  if (options.command === 'snapshot' || !hasScreen(process.env)) return runSnapshot(options, codes);
  const { monitor } = await import('./monitor.ts');
  return monitor({ options, env: process.env, codes });
}

/** Null when one of them has no good pattern, which is said. */
async function readCodes(options: Options): Promise<readonly OwnCode[] | null> {
  if (options.codes.length === 0) return [];
  const { ownCodes } = await import('./own-codes.ts');
  try {
    return await ownCodes(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { formatUsageError } = await import('../config/help.ts');
    process.stderr.write(formatUsageError(error));
    return null;
  }
}

/** Whether there is a terminal that can be painted on. */
function hasScreen(env: NodeJS.ProcessEnv): boolean {
  const { TERM: term } = env;
  return process.stdout.isTTY === true && process.stdin.isTTY === true && Boolean(term) && term !== 'dumb';
}

async function runSnapshot(options: Options, codes: readonly OwnCode[]): Promise<number> {
  for (const note of options.notes) process.stderr.write(`botop: ${note}\n`);
  const { snapshot } = await import('./snapshot.ts');
  return print(await snapshot({ options, env: process.env, codes }));
}

/** The demo's own fleet, then the same monitor or snapshot as ever on it. */
async function runDemo(options: Options): Promise<number> {
  const { startDemo } = await import('./demo.ts');
  const isScreen = !options.isJson && hasScreen(process.env);
  const demo = await startDemo((text) => process.stderr.write(`${text}\n`)).catch((error: unknown) => {
    process.stderr.write(`botop demo: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  });
  if (!demo) return exitCodes.failed;
  const secret = (name: string): Secret | null => {
    const text = demo.env[name];
    return text === undefined ? null : new Secret(text);
  };
  // Nothing of the person's own configuration may be watched in its place.
  const watched: Options = {
    ...options,
    pm2Homes: [demo.pm2Home],
    databaseUrl: secret('DATABASE_URL'),
    redisUrl: secret('REDIS_URL'),
    logs: [],
    journal: [],
    expected: null,
  };
  try {
    if (isScreen) {
      const { monitor } = await import('./monitor.ts');
      return await monitor({ options: watched, env: demo.env, codes: [] });
    }
    const { demoSnapshot } = await import('./snapshot.ts');
    return await print(await demoSnapshot({ options: watched, env: demo.env, codes: [] }));
  } finally {
    await demo.stop();
  }
}

/** Writes all of it, however slow the reader; one that has gone away is no failure of ours. */
async function print(text: string): Promise<number> {
  const error = await new Promise<Error | null | undefined>((resolve) => {
    // A failed write is told twice, and the event ends the process where nobody listens.
    process.stdout.once('error', resolve);
    process.stdout.write(text, resolve);
  });
  if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') return exitCodes.ok;
  process.stderr.write(`botop: cannot write the output: ${error.message}\n`);
  return exitCodes.failed;
}
