import { join, resolve } from 'node:path';
import {
  type CommandName,
  commands,
  commandTitle,
  intervalLimits,
  type OptionName,
  options as optionTable,
  type ThemeName,
  themes,
  type ViewName,
  views,
} from './command-line.ts';
import { type FoundConfig, findConfig } from './find-config.ts';
import type { Flags } from './flags.ts';
import { readScalar } from './scalars.ts';
import { type Configuration, defaults, schema, type Thresholds } from './schema.ts';
import type { ScalarNode } from './schema-nodes.ts';
import { Secret } from './secret.ts';
import { suggest } from './suggest.ts';
import { homeFolder } from './system-user.ts';
import { refuseUnknown } from './typed-options.ts';
import { quote, UsageError } from './usage-error.ts';

export { ConfigError, UsageError } from './usage-error.ts';

/** Log files to read, by their absolute glob. */
export interface LogGlob {
  readonly glob: string;
  /** What their lines are shown under; null for the file's own name. */
  readonly name: string | null;
  /** The zone of times that are written without one, as `Intl` knows it; null for this machine's. */
  readonly zone: string | null;
}

/** What the person asked for, every default filled in and every path absolute. */
export interface Options {
  readonly command: CommandName;
  /** The help or the version is to be printed instead of running the command. */
  readonly wants: 'help' | 'version' | null;
  /** At least one, without repetitions. Whether a daemon lives there is not known yet. */
  readonly pm2Homes: readonly string[];
  /** How many bots should run, or the names of those that should; null where nobody said so. */
  readonly expected: number | readonly string[] | null;
  /** Besides the files that PM2 names. */
  readonly logs: readonly LogGlob[];
  /**
   * Null where nobody gave one; a server on this machine may be found all the same. `DATABASE_URL` is taken as it is,
   * and may be no address of a PostgreSQL. libpq's variables are not looked at here.
   */
  readonly databaseUrl: Secret | null;
  readonly redisUrl: Secret | null;
  /** Units of systemd whose journal is read. */
  readonly journal: readonly string[];
  /** What errors mean, besides the codes that are known; `pattern` is RE2's, null where the code alone tells. */
  readonly codes: NonNullable<Configuration['codes']>;
  readonly view: ViewName;
  readonly intervalMs: number;
  readonly isAscii: boolean;
  /** False for `--no-color` and for a NO_COLOR that is not empty. */
  readonly hasColor: boolean;
  readonly theme: ThemeName;
  readonly isLowBandwidth: boolean;
  readonly isReadOnly: boolean;
  readonly isJson: boolean;
  readonly thresholds: Thresholds;
  /** The configuration that was read, absolute; null without one. */
  readonly configFile: string | null;
  /** Sentences about configurations that were passed over; the person should see them. */
  readonly notes: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What is asked of the system; tests say it themselves. */
export interface System {
  /** The effective uid; null where there are none. */
  readonly uid: number | null;
  /** The machine's own configuration. */
  readonly configFile: string;
}

const thisSystem = (): System => ({ uid: process.geteuid?.() ?? null, configFile: '/etc/botop/config.yaml' });

/**
 * Understands the arguments after the program's name, the environment and the configuration: what an option says wins
 * over a variable, and a variable over the file. Never throws and never ends the process.
 *
 * Relative paths are meant from `INIT_CWD`, the folder a person stood in when npm started us, else from `cwd`.
 * Without options and without a file nothing is loaded: reading options costs 40 ms, as much as starting Node.
 */
export async function parseOptions(
  argv: readonly string[],
  env: Environment,
  cwd: string,
  system: System = thisSystem(),
): Promise<Options | UsageError> {
  try {
    const hasOptions = argv.some((word) => word.startsWith('-'));
    if (hasOptions) refuseUnknown(argv);
    const flags: Flags = hasOptions ? (await import('./flags.ts')).readFlags(argv) : { words: argv, values: new Map() };
    const folder = env['INIT_CWD'] || cwd;
    const typed = understand(flags);
    const found = whereConfig(typed, env, folder, system);
    const { file } = found;
    const configuration =
      file === null ? defaults : (await import('./load-config.ts')).loadConfig({ file, env, uid: system.uid });
    return resolveOptions(typed, env, folder, configuration, found);
  } catch (error) {
    return error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The command line alone, by the option table. */
interface Typed {
  readonly command: CommandName;
  readonly wants: Options['wants'];
  text(name: OptionName): string | null;
  list(name: OptionName): readonly string[] | null;
  has(name: OptionName): boolean;
}

function understand(flags: Flags): Typed {
  const command = commandOf(flags.words);
  const wants = flags.values.has('help') ? 'help' : flags.values.has('version') ? 'version' : null;
  for (const option of optionTable) {
    if (flags.values.has(option.name) && !wants && !option.commands.includes(command)) {
      const others = option.commands.map(commandTitle).join(', ');
      throw new UsageError(`--${option.name} does not go with ${commandTitle(command)}`, `it belongs to ${others}`);
    }
  }
  return {
    command,
    wants,
    text(name) {
      const value = flags.values.get(name);
      return typeof value === 'string' ? value : null;
    },
    list(name) {
      const value = flags.values.get(name);
      return Array.isArray(value) ? (value as readonly string[]) : null;
    },
    has: (name) => flags.values.get(name) === true,
  };
}

/** The demo is watched as it is, whatever the person has configured; help must come even when that is broken. */
function whereConfig({ command, wants, text }: Typed, env: Environment, cwd: string, system: System): FoundConfig {
  if (wants !== null || command === 'demo') return { file: null, passedOver: [] };
  return findConfig({ named: text('config'), env, cwd, uid: system.uid, systemFile: system.configFile });
}

function resolveOptions(
  { command, wants, text, list, has }: Typed,
  env: Environment,
  cwd: string,
  file: Configuration,
  { file: configFile, passedOver }: FoundConfig,
): Options {
  const view = text('view');
  const interval = text('interval');
  const named = list('pm2-home') ?? (env['PM2_HOME'] ? [env['PM2_HOME']] : null) ?? file.pm2.homes;
  const homes = named ?? [join(homeFolder(env), '.pm2')];
  const globs = list('logs') ?? file.logs ?? [];
  const { postgres, redis } = schema.keys;
  return {
    command,
    wants,
    pm2Homes: [...new Set(homes.map((home) => resolve(cwd, home)))],
    expected: file.expected,
    logs: globs.map((log) => (typeof log === 'string' ? { glob: resolve(cwd, log), name: null, zone: null } : log)),
    databaseUrl: address('database-url', text, postgres.keys.url) ?? fromEnv(env['DATABASE_URL']) ?? file.postgres.url,
    redisUrl: address('redis-url', text, redis.keys.url) ?? fromEnv(env['REDIS_URL']) ?? file.redis.url,
    journal: file.journal ?? [],
    codes: file.codes ?? [],
    view: view === null ? file.view : viewOf(view),
    intervalMs: interval === null ? file.intervalMs : intervalOf(interval),
    isAscii: has('ascii') || file.ascii,
    hasColor: !has('no-color') && !env['NO_COLOR'] && file.color,
    theme: themeOf(text('theme') ?? file.theme),
    isLowBandwidth: has('low-bandwidth') || file.lowBandwidth,
    isReadOnly: has('read-only') || file.readOnly,
    isJson: has('json'),
    thresholds: file.thresholds,
    configFile,
    notes: passedOver,
  };
}

function address(name: 'database-url' | 'redis-url', text: Typed['text'], node: ScalarNode): Secret | null {
  const typed = text(name);
  if (typed === null) return null;
  const result = readScalar(node, typed, { folder: '/', env: {} });
  if ('value' in result && result.value instanceof Secret) return result.value;
  throw new UsageError(`--${name} is no address`, 'hint' in result ? result.hint : null);
}

/** Other programs have the same variable for databases that are none of ours: whoever connects will say so. */
function fromEnv(value: string | undefined): Secret | null {
  return value ? new Secret(value) : null;
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

function viewOf(typed: string): ViewName {
  const view = views.find((known) => known.name === typed || known.key === typed);
  if (view) return view.name;
  const names = views.map((known) => known.name);
  const near = suggest(typed, names);
  throw new UsageError(`no view ${quote(typed)}`, near ? `did you mean ${near}?` : `allowed: ${names.join(', ')}`);
}

function themeOf(typed: string): ThemeName {
  const theme = themes.find((known) => known === typed);
  if (theme) return theme;
  throw new UsageError(`no theme ${quote(typed)}`, `allowed: ${themes.join(', ')}`);
}

function intervalOf(typed: string): number {
  const ms = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
  if (ms >= intervalLimits.least && ms <= intervalLimits.most) return ms;
  throw new UsageError(
    `--interval is a number of milliseconds, got ${quote(typed)}`,
    `allowed: ${intervalLimits.least} to ${intervalLimits.most}`,
  );
}
