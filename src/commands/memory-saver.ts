/** Has V8 prefer little memory to little work, once the start and the first keys are over. */
import { setFlagsFromString } from 'node:v8';

/**
 * It then collects twice, half a second apart: the first time tells how full each page is, and only the second moves
 * together what lives where the collection before was long ago.
 */
const OPTION = '--memory-saver-mode';
/** Node 22 has no such mode, and V8 complains on the terminal of one that it does not know. */
const KNOWN_BY: ReadonlySet<string> = new Set(['24', '26']);
/**
 * What the start leaves behind is collected and moved then, which takes 30 to 100 ms: whoever has just started it waits
 * for its first keys.
 */
export const SAVES_AFTER_MS = 40_000;

/**
 * From then on old garbage is collected before there is much of it, and pages that are mostly empty are given back:
 * after the start a third of the heap is room that V8 would keep for as long as we run.
 */
export function saveMemory(nodeVersion: string, set: (option: string) => void = setFlagsFromString): void {
  const [major = ''] = nodeVersion.split('.');
  if (KNOWN_BY.has(major)) setTimeout(() => set(OPTION), SAVES_AFTER_MS).unref();
}
