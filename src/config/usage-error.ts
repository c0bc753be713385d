import { redact } from '../text/redact.ts';

/** A command line or a configuration that cannot be used; to be said on stderr with exit status `exitCodes.usage`. */
export class UsageError extends Error {
  /** What to type instead, where we know. */
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** A configuration file that is refused as a whole, or that has faults. */
export class ConfigError extends UsageError {
  /** One line each, `FILE:LINE:COLUMN: what is wrong`; empty when the file was not read. */
  readonly faults: readonly string[];

  constructor(message: string, hint: string | null, faults: readonly string[] = []) {
    super(message, hint);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** What was typed or written, so that it cannot act on the terminal it is shown on. */
export function plain(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '\u{fffd}');
}

/** The same in quotes and cut to 60 columns, without what looks like a secret. */
export function quote(text: string): string {
  const shown = plain(redact(text));
  return `'${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown}'`;
}
