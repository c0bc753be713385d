import { createHook } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { processRow, waitUntil } from '../helpers/tree.ts';

/** Timers that were neither ended nor came to their end. Node's own count leaves out those that hold up no exit. */
const timers = new Set<number>();
createHook({
  init(id, type) {
    if (type === 'Timeout') timers.add(id);
  },
  destroy: (id) => void timers.delete(id),
}).enable();

/** Whoever was ever listened to. One that is dropped with its listeners has given them back. */
const emitters = new Set<EventEmitter>([process]);
for (const name of ['on', 'addListener', 'prependListener'] as const) {
  const original = EventEmitter.prototype[name];
  EventEmitter.prototype[name] = function (this: EventEmitter, ...args) {
    emitters.add(this);
    return original.apply(this, args);
  };
}

type Held = Readonly<Record<string, number>>;

/** What a program holds that it could forget to give back, and whether it had children. */
function held(known: readonly EventEmitter[]): Held {
  const counted: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counted[name] = (counted[name] ?? 0) + 1;
  const listeners = (emitter: EventEmitter): number =>
    emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
  return {
    timers: timers.size,
    watches: counted['FSEventWrap'] ?? 0,
    sockets: (counted['TCPSocketWrap'] ?? 0) + (counted['PipeWrap'] ?? 0),
    descriptors: readdirSync('/proc/self/fd').length,
    listeners: known.reduce((sum, emitter) => sum + listeners(emitter), 0),
    children: (counted['ProcessWrap'] ?? 0) + (processRow(process.pid)?.reapedFaults ?? 0),
  };
}

/** Notes what is held now; the result waits until no more is. Less may be: a file that is being read comes and goes. */
export function noteHeld(): () => Promise<void> {
  const known = [...emitters];
  const before = held(known);
  const isMore = () => Object.entries(held(known)).some(([what, count]) => count > (before[what] ?? 0));
  return () => waitUntil(() => !isMore(), 'no more held than before').catch(() => expect(held(known)).toEqual(before));
}
