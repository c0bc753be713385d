/** Where private servers can live. */
import { tmpdir } from 'node:os';

/** A unix socket's path has at most 107 bytes (103 on macOS); `/pm2/interactor.sock` and the like come behind the folder. */
const LONGEST_FOLDER = 80;
/** PM2 takes a script with a space for a shell's command, Redis and PostgreSQL split their settings. */
const PLAIN = /^[\w./+-]+$/;

/** The folder for temporary files, or `/tmp` where its path is too long or has characters that servers trip over. */
export function temporaryParent(wanted = tmpdir()): string {
  const bytes = Buffer.byteLength(wanted) + '/botop-demo-XXXXXX'.length;
  return bytes <= LONGEST_FOLDER && PLAIN.test(wanted) ? wanted : '/tmp';
}
