/** Bots between two states: what the list says of them now it will not say for long. */
import type { Bot } from './snapshot.ts';

/** Whether PM2 has seen an exit that nobody asked for, after `since` (epoch ms), and has not yet started the bot again. */
export function isBetweenStarts({ autorestart, status, exits }: Bot, since: number): boolean {
  const exit = exits.at(-1);
  if (!autorestart || (status !== 'stopped' && status !== 'stopping') || exit === undefined) return false;
  return exit.at > since && (exit.cause === 'crash' || exit.cause === 'memory');
}

/** Whether PM2 is about to call the bot something else. */
export function isPassing(status: string): boolean {
  return status === 'launching' || status === 'stopping';
}
