/** Since when an error counts as new. */

/**
 * - `start`: what was not in the hour that was read back.
 * - `restart`: since the last start of a bot that shows it.
 * - `deploy`, `moment`: since then, epoch ms.
 */
export type Baseline =
  | { readonly kind: 'start' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'deploy' | 'moment'; readonly at: number };

/** What newness is judged by. */
export interface BaselineContext {
  /** Epoch ms at which the program began. */
  readonly startedAt: number;
  /** Epoch ms of a bot's last start; null when nobody knows it. */
  readonly botStartedAt: (bot: string) => number | null;
}

/** Whether an error seen first at `firstAt` in these bots is new. */
export function isSince(
  baseline: Baseline,
  firstAt: number,
  bots: Iterable<string>,
  { startedAt, botStartedAt }: BaselineContext,
): boolean {
  switch (baseline.kind) {
    case 'start':
      return firstAt >= startedAt;
    case 'deploy':
    case 'moment':
      return firstAt >= baseline.at;
    case 'restart':
      for (const bot of bots) {
        const at = botStartedAt(bot);
        if (at !== null && firstAt >= at) return true;
      }
      return false;
    default:
      return baseline satisfies never;
  }
}

/** The baseline once a deploy was seen: what a person chose stays. */
export function baselineAfterDeploy(baseline: Baseline, at: number): Baseline {
  return baseline.kind === 'start' || baseline.kind === 'deploy' ? { kind: 'deploy', at } : baseline;
}
