/**
 * V8's options that are set here and not on the command line. V8 takes no compiled form that was made under other
 * options, and Node's own modules bring theirs with them: under these each of them would be compiled at every start. So
 * those that the first picture needs are loaded before.
 */
import { setFlagsFromString } from 'node:v8';
import { SAVES_AFTER_MS } from './memory-saver.ts';

const FIRST = ['node:fs/promises', 'node:net', 'node:os', 'node:timers/promises', 'node:tty'];

/**
 * Young garbage is collected while old is being marked, too: else the young generation grows tenfold meanwhile, and its
 * pages are kept. Node 26 has no such option, and V8 complains on the terminal of one that it does not know.
 */
const BOTH_GARBAGES = '--no-separate-gc-phases';
/**
 * What is called a few times a second is compiled when it was called for long: compiling was a fifth of the first minutes,
 * and a key that met it waited 5 to 8 ms longer. A loop is compiled at once all the same.
 */
const COMPILED_LATE = ['--invocation-count-for-maglev=5000', '--invocation-count-for-turbofan=30000'];
/**
 * A collection at the start, where little is allocated then, has V8 collect twice more 8 s later, a quarter of the CPU of
 * those seconds, to save memory. It is told to do that later in any case.
 */
const REDUCED_LATE = `--gc-memory-reducer-start-delay-ms=${SAVES_AFTER_MS}`;
const KNOWN_BY: ReadonlySet<string> = new Set(['22', '24']);

/** `load` is Node's `require`. */
export function tuneV8(nodeVersion: string, load: (module: string) => unknown, set = setFlagsFromString): void {
  for (const module of FIRST) load(module);
  const [major = ''] = nodeVersion.split('.');
  if (KNOWN_BY.has(major)) for (const option of [BOTH_GARBAGES, ...COMPILED_LATE]) set(option);
  if (major === '24') set(REDUCED_LATE);
}
