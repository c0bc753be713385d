/** What an error's code means, and what to do about it. */
import { APP_CODES } from './codes-app.ts';
import { POSTGRES_CLASSES, POSTGRES_CODES } from './codes-postgres.ts';
import { type NamedServer, SERVER_NAMES, serverNamed } from './server-named.ts';

export interface Explanation {
  /** What happened, one sentence. */
  readonly means: string;
  /** What helps, one or two sentences. */
  readonly act: string;
}

/** A code of the configuration. */
export interface OwnCode extends Explanation {
  readonly code: string;
  /** Null where the code alone tells. */
  readonly test: ((text: string) => boolean) | null;
}

const TELEGRAM_5XX: Explanation = {
  means: 'Telegram itself failed.',
  act: 'Retry with growing pauses. When many bots show it at once it is Telegram’s, and restarting helps nobody.',
};
const HTTP_5XX: Explanation = {
  means: 'A server that was asked failed.',
  act: 'Look at that server’s own log at this moment; retry with growing pauses.',
};
const HTTP_4XX: Explanation = {
  means: 'A server refused the request as it was made.',
  act: 'Compare address, parameters and rights with what that API asks for; repeating it changes nothing.',
};

/** What says that nothing takes connections: of a socket that is a file the system says ENOENT. */
const UNREACHED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT']);

/** Which server it is that takes no connections; null where it is something else that fails, or nobody says. */
export function unreachedServer(code: string | null, text: string): NamedServer | null {
  return code !== null && UNREACHED.has(code) && /connect/i.test(text) ? serverNamed(null, text) : null;
}

/**
 * Of a code that was read from a log; null for one that is not known. Codes of the configuration win. `text` is what
 * stood beside it.
 */
export function explainCode(code: string, own: readonly OwnCode[] = [], text = ''): Explanation | null {
  const configured = own.find((each) => each.code === code);
  if (configured) return { means: configured.means, act: configured.act };
  const server = unreachedServer(code, text);
  if (server !== null) {
    return {
      means: `Nothing takes connections where ${SERVER_NAMES[server]} should: it is down, or elsewhere.`,
      act: `Start ${SERVER_NAMES[server]}, or correct the address. Restarting bots before helps nobody.`,
    };
  }
  const known = APP_CODES[code];
  if (known) return known;
  if (/^TG5\d\d$/.test(code)) return TELEGRAM_5XX;
  if (/^HTTP5\d\d$/.test(code)) return HTTP_5XX;
  if (/^HTTP4\d\d$/.test(code)) return HTTP_4XX;
  if (/^[0-9A-Z]{5}$/.test(code)) return POSTGRES_CODES[code] ?? POSTGRES_CLASSES[code.slice(0, 2)] ?? null;
  return null;
}

/** The code of the configuration that a text has; null without one. */
export function ownCodeOf(text: string, own: readonly OwnCode[]): OwnCode | null {
  return own.find(({ test }) => test?.(text)) ?? null;
}
