/** The machine's log, for the one thing that must not be lost silently: an audit that cannot be written. */
import { spawn } from 'node:child_process';

/** Where `logger` is on the systems we know; a program is never looked for on a PATH. */
const LOGGERS = ['/usr/bin/logger', '/bin/logger'] as const;
const PASSED = ['PATH', 'HOME', 'USER', 'LANG'] as const;

/** Why the line could not be sent, or null when `logger` took it. Never waits longer than 2 s. */
export async function sendToSyslog(line: string, env: NodeJS.ProcessEnv, programs: readonly string[] = LOGGERS) {
  let reason: string | null = 'there is no logger';
  for (const program of programs) {
    reason = await runLogger(program, line, env);
    if (reason === null) return null;
  }
  return reason;
}

function runLogger(program: string, line: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
    // Detached: a session of its own, so that it has no controlling terminal to write to.
    const child = spawn(program, ['-t', 'botop', '-p', 'user.warning', '--', line.slice(0, 900)], {
      env: passed,
      stdio: 'ignore',
      detached: true,
      timeout: 2000,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => resolve(`${program}: ${(error as NodeJS.ErrnoException).code ?? error.message}`));
    child.once('exit', (code) => resolve(code === 0 ? null : `${program} ended with ${code ?? 'a signal'}`));
  });
}
