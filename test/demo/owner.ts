// A monitor without a screen: starts the demo, prints what it got as JSON, and lives until it is ended from outside
// (or stops the demo when told so on its standard input). Run by the tests as a process of its own.
import { startDemo } from '../../src/commands/demo.ts';

process.stdin.once('data', async (chunk) => {
  if (chunk.toString() === 'crash\n') throw new Error('a bug in the monitor');
  await demo?.stop();
  process.stdout.write('stopped\n');
  process.exit(0);
});

const demo = await startDemo((text) => process.stderr.write(`${text}\n`)).catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`);
  process.exit(1);
});
process.stdout.write(`${JSON.stringify({ env: demo.env, pm2Home: demo.pm2Home })}\n`);
