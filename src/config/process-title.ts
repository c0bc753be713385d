import { withoutSecrets } from './typed-options.ts';

/** As much of `process` as is needed. */
interface Titled {
  title: string;
  argv: string[];
}

/**
 * The arguments behind the program's name, and no trace of the addresses among them in `/proc/PID/cmdline`, `ps` and
 * `process.argv`. Nothing but addresses changes the title: it is all that `ps` shows then.
 *
 * On Linux and macOS setting the title overwrites the memory the arguments lie in. What this cannot reach: the time
 * before it runs (Node's start, some 40 ms), parents that got the same arguments (npm, sudo, a shell's history), and
 * the diagnostic report that Node writes when it was started with `--report-…`.
 */
export function takeArguments(process: Titled): readonly string[] {
  const given = process.argv.slice(2);
  const shown = withoutSecrets(given);
  if (shown.some((word, i) => word !== given[i])) {
    process.title = 'botop';
    process.argv.splice(2, given.length, ...shown);
  }
  return given;
}
