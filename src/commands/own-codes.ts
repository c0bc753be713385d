/** The codes of the configuration, ready to be held against errors. */
import type { Options } from '../config/options.ts';
import { ConfigError } from '../config/usage-error.ts';
import type { OwnCode } from '../state/errors/explain.ts';
import { BadPattern, linearPattern } from '../text/linear-pattern.ts';

/** Throws `ConfigError` when a pattern is none. The engine is loaded only where there is a pattern. */
export async function ownCodes({ codes }: Pick<Options, 'codes'>): Promise<readonly OwnCode[]> {
  return Promise.all(
    codes.map(async ({ code, pattern, means, act }): Promise<OwnCode> => {
      if (pattern === null) return { code, means, act, test: null };
      try {
        return { code, means, act, test: (await linearPattern(pattern, { ignoresCase: false })).test };
      } catch (error) {
        if (!(error instanceof BadPattern)) throw error;
        throw new ConfigError(`the pattern of the code ${code} is no regular expression`, error.message);
      }
    }),
  );
}
