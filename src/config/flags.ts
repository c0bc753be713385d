import meow from 'meow';
import { options } from './command-line.ts';

/** The words that are no options, and the options' values as they were typed, by the option's name. */
export interface Flags {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string | boolean | readonly string[]>;
}

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * Reads the command line; throws with a sentence when an option that stands once stands twice.
 *
 * meow reads leniently (an option it does not know becomes one, `--read-only=maybe` becomes false), so what is
 * not in the table is refused before it comes here. It also names the process `botop`.
 */
export function readFlags(argv: readonly string[]): Flags {
  const result = meow('', {
    importMeta: import.meta,
    argv,
    // Given, so that no package.json is looked for on the disk.
    pkg: { name: 'botop', version: '0.0.0' },
    description: false,
    autoHelp: false,
    autoVersion: false,
    booleanDefault: undefined,
    flags: Object.fromEntries(
      options.map((option) => {
        // `--no-color` is the way to say that `color` is off.
        const key = camelCase(option.name.replace(/^no-/, ''));
        const short = option.short === undefined ? {} : { shortFlag: option.short };
        if (option.value === undefined) return [key, { type: 'boolean' as const, ...short }];
        if (option.isRepeatable) return [key, { type: 'string' as const, isMultiple: true as const, ...short }];
        return [key, { type: 'string' as const, ...short }];
      }),
    ),
  });
  const values = new Map<string, string | boolean | readonly string[]>();
  for (const option of options) {
    const isNegated = option.name.startsWith('no-');
    const value = (result.flags as Record<string, unknown>)[camelCase(option.name.replace(/^no-/, ''))];
    if (typeof value === 'string') values.set(option.name, value);
    else if (typeof value === 'boolean') values.set(option.name, isNegated ? !value : value);
    else if (Array.isArray(value) && value.length > 0) values.set(option.name, value.map(String));
  }
  return { words: result.input.map(String), values };
}
