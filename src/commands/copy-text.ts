/** Where copied text goes: to the clipboard of the person's terminal, else into a file of ours. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../actions/error-text.ts';
import { openStateFolder, type StatePlace } from '../actions/state-folder.ts';
import { osc52 } from '../ui/clipboard.ts';

export interface CopyPlaces {
  readonly place: StatePlace;
  write(sequence: string): void;
}

/** Copies a text that is cleaned and redacted already, and says where it is; `what` names it: `12 lines`. Never throws. */
export async function copyText(text: string, what: string, { place, write }: CopyPlaces): Promise<string> {
  const sequence = osc52(text);
  if (sequence !== null) {
    write(sequence);
    return `Copied: ${what}`;
  }
  const folder = await openStateFolder(place, ['copied']);
  if (folder.state !== 'usable') return `Too long for the clipboard (${what}), and no file: ${folder.reason}`;
  const path = join(folder.path, `${randomBytes(6).toString('hex')}.txt`);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  try {
    const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    return `Too long for the clipboard; ${what} are in ${path}`;
  } catch (error) {
    return `Too long for the clipboard (${what}), and no file: ${errorText(error)}`;
  }
}
