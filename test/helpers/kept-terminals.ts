import { afterEach } from 'vitest';
import type { Pty } from './pty.ts';

/** For a test file: gives back what it is given, and ends it after the test. */
export function keepTerminals(): (pty: Pty) => Pty {
  const open: Pty[] = [];
  afterEach(async () => {
    for (const pty of open.splice(0)) await pty.dispose();
  });
  return (pty) => {
    open.push(pty);
    return pty;
  };
}
