import { clean } from '../text/clean.ts';
import { redact } from '../text/redact.ts';

/** An error's message, fit for the screen and the audit: it may quote what a bot or a server said. */
export function errorText(error: unknown): string {
  return redact(clean(error instanceof Error ? error.message : String(error))).slice(0, 400);
}
