import { clean } from '../text/clean.ts';
import { redact } from '../text/redact.ts';

/** An error's message, fit for the screen and the audit: it may quote what a bot or a server said. */
export function errorText(error: unknown): string {
  return redact(clean(error instanceof Error ? error.message : String(error))).slice(0, 400);
}

const FILE_TROUBLES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'no file descriptor is left',
  ENFILE: 'no file descriptor is left',
  EIO: 'the disk fails (EIO)',
};

/** Why a file or folder cannot be had: the reason first, since a narrow screen cuts off what follows. */
export function fileTrouble(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const trouble = FILE_TROUBLES[code];
  return trouble === undefined ? errorText(error) : `${trouble}: ${path}`;
}
