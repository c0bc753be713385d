import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { withoutPointers } from '../demo/environment.ts';
import { DemoError } from '../demo/part.ts';
import type { Report } from '../demo/supervisor.ts';

/** A running demo. It ends by `stop`, or by the end of this process, however that comes. */
export interface Demo {
  /**
   * The environment to watch it with, instead of `process.env`: without anything that points at a PM2, a database
   * or a Redis of the person's, and with the demo's own. State is kept in the demo's folder and goes with it.
   * Configuration files are the caller's to leave out.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly pm2Home: string;
  /** Ends all that the demo started and removes its folder; resolves when that is done, within 5 s. */
  stop(): Promise<void>;
}

/** Kept for the message when the supervisor dies of itself. */
const STDERR_KEPT = 4096;

/**
 * Starts a private fleet and waits until it runs, about 3 s. `say` is told what is being done, for stderr.
 * Rejects with `DemoError` and a sentence for the person; nothing is left running then.
 */
export async function startDemo(say: (text: string) => void): Promise<Demo> {
  const env = withoutPointers(process.env);
  const child = spawn(process.execPath, supervisorArguments(), { stdio: 'pipe', detached: true, env, cwd: '/' });
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-STDERR_KEPT);
  });
  // The supervisor may leave first; the pipe is then broken, and there is nobody left to tell.
  child.stdin.on('error', () => {});

  const stop = async () => {
    child.stdin.destroy();
    child.ref();
    await exited;
  };

  let folder = '';
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const report = JSON.parse(line) as Report;
      if (report.kind === 'folder') folder = report.folder;
      else if (report.kind === 'progress') say(report.text);
      else if (report.kind === 'failed') throw new DemoError(report.message);
      else {
        // From here on the demo must not keep this process alive; its end ends the demo.
        for (const stream of [child.stdin, child.stdout, child.stderr])
          if ('unref' in stream) (stream.unref as () => void)();
        child.unref();
        return {
          env: { ...env, ...report.env, XDG_STATE_HOME: join(folder, 'state') },
          pm2Home: report.env['PM2_HOME'] ?? '',
          stop,
        };
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const [code, signal] = await exited;
  throw new DemoError(
    `the demo's supervisor ended (${signal ?? `code ${code}`})${complaint ? `: ${complaint.trim()}` : ''}`,
  );
}

/** Beside the bundle as built, or beside this file when run from source. */
function supervisorArguments(): string[] {
  if (!import.meta.url.endsWith('.ts')) return [fileURLToPath(new URL('./demo/supervisor.js', import.meta.url))];
  const source = fileURLToPath(new URL('../demo/supervisor.ts', import.meta.url));
  return ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', source];
}
