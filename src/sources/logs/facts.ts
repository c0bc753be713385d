/** What is counted in logs besides their errors: refused logins by address, and the requests of access logs. */

/** A refused login, as it was read. */
export interface RefusedLogin {
  /** Counts up from 1 without gaps. */
  readonly seq: number;
  /** Epoch ms. */
  readonly at: number;
  /** `unknown` where the line names none. */
  readonly address: string;
}

/** The ring lives on: a later reading adds to it. */
export interface LogFacts {
  /** Refused logins, oldest first, from number `seq` on; returns how many of them had left before. */
  loginsSince(seq: number, visit: (login: RefusedLogin) => void): number;
  /** Lines of access logs that were written since the start, by what the log is shown under. */
  readonly requests: ReadonlyMap<string, number>;
}

/** So many refused logins are kept until they are counted. */
const MAX_LOGINS = 2_000;
const MAX_ACCESS_LOGS = 256;

const REFUSED =
  /failed (?:password|login)|login (?:attempt )?failed|authentication fail(?:ed|ure)|password mismatch|invalid (?:password|credentials)/i;
/** sshd says the same once more. */
const ECHO = /^pam_unix\(sshd:/;
const IP = '((?:\\d{1,3}\\.){3}\\d{1,3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})';
const NAMED_ADDRESS = new RegExp(
  `\\b(?:from|rhost|client|ip|addr|address|remote|remote_addr|ipaddress)\\W{1,4}${IP}(?![\\w.])`,
  'i',
);
const ANY_ADDRESS = /(?<![\w.])((?:\d{1,3}\.){3}\d{1,3})(?![\w.])/;

/** The address a login was refused for; null for any other line. */
export function refusedLoginOf(message: string): string | null {
  if (!REFUSED.test(message) || ECHO.test(message)) return null;
  const found = NAMED_ADDRESS.exec(message) ?? ANY_ADDRESS.exec(message);
  return found ? (found[1] as string).toLowerCase() : 'unknown';
}

export class LogFactsRing implements LogFacts {
  readonly requests = new Map<string, number>();
  readonly #ring: RefusedLogin[] = [];
  #lastSeq = 0;

  addLogin(at: number, address: string): void {
    this.#lastSeq += 1;
    this.#ring.push({ seq: this.#lastSeq, at, address });
    if (this.#ring.length > MAX_LOGINS) this.#ring.shift();
  }

  addRequests(name: string, count: number): void {
    const known = this.requests.get(name);
    if (known === undefined && this.requests.size >= MAX_ACCESS_LOGS) return;
    this.requests.set(name, (known ?? 0) + count);
  }

  loginsSince(seq: number, visit: (login: RefusedLogin) => void): number {
    const first = this.#lastSeq - this.#ring.length + 1;
    for (let at = Math.max(seq + 1, first); at <= this.#lastSeq; at += 1) visit(this.#ring[at - first] as RefusedLogin);
    return Math.max(0, first - (seq + 1));
  }
}
