/** What the option table says of the words that were typed, before they are parsed. Loads no parser. */
import { type OptionSpec, options as optionTable } from './command-line.ts';
import { suggest } from './suggest.ts';
import { quote, UsageError } from './usage-error.ts';

/** Refuses options that do not exist, values where none is taken, and values that are missing. */
export function refuseUnknown(argv: readonly string[]): void {
  const words = beforeDashes(argv);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-') continue;
    const { typed, value } = splitOption(word);
    const option = find(typed);
    if (!option) throw unknownOption(typed);
    if (option.value === undefined) {
      if (value !== null) throw new UsageError(`--${option.name} takes no value`);
    } else if (value === null) {
      const next = words[++i];
      if (next === undefined || next.startsWith('-')) throw missingValue(option);
    } else if (value === '') throw missingValue(option);
  }
}

/** The words with `[secret]` where a value is not to be seen. */
export function withoutSecrets(argv: readonly string[]): string[] {
  const end = beforeDashes(argv).length;
  return argv.map((word, i) => {
    const { typed, value } = splitOption(word);
    if (i < end && value !== null && find(typed)?.isSecret) return `${typed}=[secret]`;
    const before = i > 0 && i < end ? splitOption(argv[i - 1] as string) : null;
    return before?.value === null && find(before.typed)?.isSecret ? '[secret]' : word;
  });
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

function splitOption(word: string): { readonly typed: string; readonly value: string | null } {
  const at = word.indexOf('=');
  return at < 0 ? { typed: word, value: null } : { typed: word.slice(0, at), value: word.slice(at + 1) };
}

function find(typed: string): OptionSpec | undefined {
  return optionTable.find((known) => typed === `--${known.name}` || (known.short && typed === `-${known.short}`));
}

function unknownOption(typed: string): UsageError {
  const bare = typed.replace(/^-+/, '');
  const names = optionTable.map((option) => option.name);
  const near = suggest(bare, names) ?? names.find((name) => name === `no-${bare}`) ?? null;
  return new UsageError(`unknown option ${quote(typed)}`, near && `did you mean --${near}?`);
}

function missingValue(option: OptionSpec): UsageError {
  return new UsageError(`--${option.name} needs a value`, `--${option.name} ${option.value}`);
}
