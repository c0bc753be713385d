import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { waitUntil } from '../helpers/tree.ts';

/** What a program holds that it could forget to give back. */
export function held(): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counted[name] = (counted[name] ?? 0) + 1;
  return {
    timers: counted['Timeout'] ?? 0,
    watches: counted['FSEventWrap'] ?? 0,
    sockets: (counted['TCPSocketWrap'] ?? 0) + (counted['PipeWrap'] ?? 0),
    descriptors: readdirSync('/proc/self/fd').length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

/** Waits until no more is held than before. Less may be: Vitest's own timers, and a file being read, come and go. */
export async function holdsNoMoreThan(before: Readonly<Record<string, number>>): Promise<void> {
  const isMore = () => Object.entries(held()).some(([what, count]) => count > (before[what] ?? 0));
  await waitUntil(() => !isMore(), 'no more held than before').catch(() => expect(held()).toEqual(before));
}
