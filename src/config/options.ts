import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type CommandName,
  commands,
  commandTitle,
  intervalLimits,
  type OptionName,
  type OptionSpec,
  options as optionTable,
  type ViewName,
  views,
} from './command-line.ts';
import type { Flags } from './flags.ts';
import { suggest } from './suggest.ts';

/** What the person asked for, every default filled in and every path absolute. */
export interface Options {
  readonly command: CommandName;
  /** The help or the version is to be printed instead of running the command. */
  readonly wants: 'help' | 'version' | null;
  /** At least one, without repetitions. Whether a daemon lives there is not known yet. */
  readonly pm2Homes: readonly string[];
  readonly view: ViewName;
  readonly intervalMs: number;
  readonly isAscii: boolean;
  /** False for `--no-color` and for a NO_COLOR that is not empty. */
  readonly hasColor: boolean;
  readonly isReadOnly: boolean;
  readonly isJson: boolean;
}

/** A command line that cannot be understood; to be said on stderr with exit status `exitCodes.usage`. */
export class UsageError extends Error {
  /** What to type instead, where we know. */
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Understands the arguments after the program's name. Never throws and never ends the process.
 *
 * Relative paths are meant from `INIT_CWD`, the folder a person stood in when npm started us, else from `cwd`.
 * Without options nothing is loaded: reading them costs 40 ms, as much as starting Node.
 */
export async function parseOptions(
  argv: readonly string[],
  env: Environment,
  cwd: string,
): Promise<Options | UsageError> {
  try {
    const hasOptions = argv.some((word) => word.startsWith('-'));
    if (hasOptions) refuseUnknown(argv);
    const flags: Flags = hasOptions ? (await import('./flags.ts')).readFlags(argv) : { words: argv, values: new Map() };
    return understand(flags, env, env['INIT_CWD'] || cwd);
  } catch (error) {
    return error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Refuses options that do not exist, values where none is taken, and values that are missing. */
function refuseUnknown(argv: readonly string[]): void {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('-') || word === '-') continue;
    const [typed = '', ...rest] = word.split('=');
    const option = optionTable.find(
      (known) => typed === `--${known.name}` || (known.short && typed === `-${known.short}`),
    );
    if (!option) throw unknownOption(typed);
    if (option.value === undefined) {
      if (rest.length > 0) throw new UsageError(`--${option.name} takes no value`);
    } else if (rest.length === 0) {
      const value = words[++i];
      if (value === undefined || value.startsWith('-')) throw missingValue(option);
    } else if (rest.join('=') === '') throw missingValue(option);
  }
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

function understand(flags: Flags, env: Environment, cwd: string): Options {
  const command = commandOf(flags.words);
  const wants = flags.values.has('help') ? 'help' : flags.values.has('version') ? 'version' : null;
  for (const option of optionTable) {
    if (flags.values.has(option.name) && !wants && !option.commands.includes(command)) {
      const others = option.commands.map(commandTitle).join(', ');
      throw new UsageError(`--${option.name} does not go with ${commandTitle(command)}`, `it belongs to ${others}`);
    }
  }
  const text = (name: OptionName): string | null => {
    const value = flags.values.get(name);
    return typeof value === 'string' ? value : null;
  };
  const list = (name: OptionName): readonly string[] => {
    const value = flags.values.get(name);
    return Array.isArray(value) ? value : [];
  };
  const has = (name: OptionName): boolean => flags.values.get(name) === true;
  return {
    command,
    wants,
    pm2Homes: pm2Homes(list('pm2-home'), env, cwd),
    view: viewOf(text('view')),
    intervalMs: intervalOf(text('interval')),
    isAscii: has('ascii'),
    hasColor: !has('no-color') && !env['NO_COLOR'],
    isReadOnly: has('read-only'),
    isJson: has('json'),
  };
}

function commandOf(words: readonly string[]): CommandName {
  const [word, extra] = words;
  if (word === undefined) return 'monitor';
  const command = commands.find((known) => known.word === word);
  if (!command) {
    const known = commands.flatMap((spec) => spec.word ?? []);
    const near = suggest(word, known);
    throw new UsageError(
      `unknown command ${quote(word)}`,
      near ? `did you mean ${near}?` : `allowed: ${known.join(', ')}`,
    );
  }
  if (extra !== undefined) throw new UsageError(`${commandTitle(command.name)} takes no argument, got ${quote(extra)}`);
  return command.name;
}

function pm2Homes(given: readonly string[], env: Environment, cwd: string): string[] {
  const homes = given.length > 0 ? given : [env['PM2_HOME'] || join(env['HOME'] || homedir(), '.pm2')];
  return [...new Set(homes.map((home) => resolve(cwd, home)))];
}

function viewOf(typed: string | null): ViewName {
  if (typed === null) return 'home';
  const view = views.find((known) => known.name === typed || known.key === typed);
  if (view) return view.name;
  const names = views.map((known) => known.name);
  const near = suggest(typed, names);
  throw new UsageError(`no view ${quote(typed)}`, near ? `did you mean ${near}?` : `allowed: ${names.join(', ')}`);
}

function intervalOf(typed: string | null): number {
  if (typed === null) return intervalLimits.usual;
  const ms = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
  if (ms >= intervalLimits.least && ms <= intervalLimits.most) return ms;
  throw new UsageError(
    `--interval is a number of milliseconds, got ${quote(typed)}`,
    `allowed: ${intervalLimits.least} to ${intervalLimits.most}`,
  );
}

/** What was typed, so that it cannot act on the terminal it is shown on. */
function quote(typed: string): string {
  const plain = typed.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '\u{fffd}');
  return `'${plain.length > 60 ? `${plain.slice(0, 59)}…` : plain}'`;
}
