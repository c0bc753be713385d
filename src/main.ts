/** The program's entry: reads the command line and hands over to one command. Each of them loads the rest. */

import { run } from './commands/run.ts';
import { exitCodes } from './config/exit-codes.ts';
import { parseOptions, UsageError } from './config/options.ts';
import { dropOwnSettings } from './config/own-environment.ts';
import { takeArguments } from './config/process-title.ts';
import { version } from './version.ts';

async function start(): Promise<void> {
  dropOwnSettings(process.env);
  const options = await parseOptions(takeArguments(process), process.env, process.cwd());
  if (options instanceof UsageError) {
    process.stderr.write((await loadHelp()).formatUsageError(options));
    process.exitCode = exitCodes.usage;
  } else if (options.wants === 'help') process.stdout.write((await loadHelp()).formatHelp(version));
  else if (options.wants === 'version') process.stdout.write(`${version}\n`);
  else process.exitCode = await run(options);
}

/** It measures text, and loading that takes longer than everything else before a command. */
function loadHelp() {
  return import('./config/help.ts');
}

void start();
