import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Attachment, watchAttached } from '../../../src/ui/screen/attached.ts';

let folder: string;
let socket: string;
let attachment: Attachment | null = null;
/** What was told, in its order. */
let told: boolean[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-tmux-'));
  socket = join(folder, 'default');
  writeFileSync(socket, '');
  chmodSync(socket, 0o770);
  told = [];
});
afterEach(() => {
  attachment?.close();
  attachment = null;
  rmSync(folder, { recursive: true });
});

function watched(term = 'tmux-256color'): Attachment {
  const one = watchAttached({ TMUX: `${socket},4211,0`, TERM: term }, () => told.push(one.isAttached));
  attachment = one;
  return one;
}

test('whoever leaves tmux looks no more, and looks again when attached', async () => {
  expect(watched().isAttached).toBe(true);
  chmodSync(socket, 0o660);
  await expect.poll(() => told).toEqual([false]);
  chmodSync(socket, 0o770);
  await expect.poll(() => told).toEqual([false, true]);
});

test('one who was never seen may be one who cannot be seen', async () => {
  chmodSync(socket, 0o660);
  const { isAttached } = watched('screen-256color');
  expect(isAttached).toBe(true);
  // Once seen, they are known to leave.
  let isOpen = false;
  const comesAndGoes = (): boolean => {
    isOpen = !isOpen;
    chmodSync(socket, isOpen ? 0o770 : 0o660);
    return told.includes(false);
  };
  await expect.poll(comesAndGoes).toBe(true);
});

test('a socket that was swept away says nothing of who looks', async () => {
  watched();
  chmodSync(socket, 0o660);
  await expect.poll(() => told).toEqual([false]);
  rmSync(socket);
  await expect.poll(() => told).toEqual([false, true]);
});

test('a terminal that was opened from a pane of tmux is none', () => {
  watched('xterm-256color');
  chmodSync(socket, 0o660);
  expect(attachment?.isAttached).toBe(true);
  expect(watchAttached({ TERM: 'xterm' }, () => {}).isAttached).toBe(true);
});
