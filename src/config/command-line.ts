/**
 * What can stand on the command line, as data: the parser, `--help` and whatever else describes the options are
 * made from these tables.
 */

/** A command; `monitor` is what runs when none is named. */
export type CommandName = 'monitor' | 'snapshot' | 'demo';

export interface CommandSpec {
  readonly name: CommandName;
  /** What is typed, null for the default. */
  readonly word: string | null;
  readonly help: string;
}

export const commands: readonly CommandSpec[] = [
  { name: 'monitor', word: null, help: 'The monitor: one full screen of this machine and its PM2 bots.' },
  {
    name: 'snapshot',
    word: 'snapshot',
    help: 'Two readings a second apart, printed as one frame or as JSON; then exits. Also what the monitor does when its output is no terminal.',
  },
  {
    name: 'demo',
    word: 'demo',
    help: 'The monitor on a private PM2 with ten bots, some healthy and some not, a PostgreSQL and a Redis; all of it is gone when it exits.',
  },
];

/** A view, by its number key and its name. */
export interface ViewSpec {
  readonly key: string;
  readonly name: ViewName;
}

export type ViewName = 'home' | 'bots' | 'errors' | 'resources' | 'database' | 'logs';

export const views: readonly ViewSpec[] = [
  { key: '1', name: 'home' },
  { key: '2', name: 'bots' },
  { key: '3', name: 'errors' },
  { key: '4', name: 'resources' },
  { key: '5', name: 'database' },
  { key: '9', name: 'logs' },
];

/** Colours for a dark background, for a light one, or for what the terminal says it has. */
export const themes = ['auto', 'dark', 'light'] as const;
export type ThemeName = (typeof themes)[number];

/** Limits of `--interval`, in ms. */
export const intervalLimits = { least: 250, most: 60_000, usual: 1_000 } as const;

export type OptionGroup = 'What to watch' | 'Screen' | 'Safety' | 'Output' | 'About';

export type OptionName =
  | 'config'
  | 'pm2-home'
  | 'logs'
  | 'database-url'
  | 'redis-url'
  | 'view'
  | 'interval'
  | 'ascii'
  | 'no-color'
  | 'theme'
  | 'low-bandwidth'
  | 'read-only'
  | 'json'
  | 'help'
  | 'version';

export interface OptionSpec {
  /** As typed, without the dashes in front. */
  readonly name: OptionName;
  readonly short?: string;
  readonly group: OptionGroup;
  /** How its value is called in the help; absent when it takes none. */
  readonly value?: string;
  readonly isRepeatable?: true;
  /** Its value may hold a password: nobody is to see it in the list of processes. */
  readonly isSecret?: true;
  /** The environment variable that says the same; the option wins. */
  readonly env?: { readonly name: string; readonly help: string };
  readonly help: string;
  /** The commands it belongs to. */
  readonly commands: readonly CommandName[];
}

const everywhere: readonly CommandName[] = ['monitor', 'snapshot', 'demo'];

export const options: readonly OptionSpec[] = [
  {
    name: 'config',
    group: 'What to watch',
    value: 'FILE',
    env: { name: 'BOTOP_CONFIG', help: 'The configuration to read when no --config is given.' },
    help: 'The configuration to read; /dev/null for none. Default: $BOTOP_CONFIG, ./botop.yaml, $XDG_CONFIG_HOME/botop/config.yaml, /etc/botop/config.yaml.',
    commands: ['monitor', 'snapshot'],
  },
  {
    name: 'pm2-home',
    group: 'What to watch',
    value: 'DIR',
    isRepeatable: true,
    env: { name: 'PM2_HOME', help: 'The PM2 home to watch when no --pm2-home is given.' },
    help: 'The home folder of a PM2 daemon; may be given several times. Default: $PM2_HOME, else ~/.pm2.',
    commands: ['monitor', 'snapshot'],
  },
  {
    name: 'logs',
    group: 'What to watch',
    value: 'GLOB',
    isRepeatable: true,
    help: 'Log files to read besides those that PM2 names; may be given several times, in quotes.',
    commands: ['monitor', 'snapshot'],
  },
  {
    name: 'database-url',
    group: 'What to watch',
    value: 'URL',
    isSecret: true,
    env: {
      name: 'DATABASE_URL',
      help: 'The database when no --database-url is given; also postgresql+asyncpg://. PG* mean what they mean to libpq.',
    },
    help: 'The PostgreSQL, as postgresql://user:password@host:port/database. Others on this machine can see it until botop has started; DATABASE_URL and botop.yaml keep it from them.',
    commands: ['monitor', 'snapshot'],
  },
  {
    name: 'redis-url',
    group: 'What to watch',
    value: 'URL',
    isSecret: true,
    env: { name: 'REDIS_URL', help: 'The Redis when no --redis-url is given.' },
    help: 'The Redis, as redis://user:password@host:port/database; rediss:// for TLS. Others can see it as they can --database-url.',
    commands: ['monitor', 'snapshot'],
  },
  {
    name: 'view',
    group: 'Screen',
    value: 'NAME',
    help: `The view to begin with: ${views.map((view) => view.name).join(', ')}. Default: home.`,
    commands: everywhere,
  },
  {
    name: 'interval',
    group: 'Screen',
    value: 'MS',
    help: `Time between two readings in milliseconds, ${intervalLimits.least} to ${intervalLimits.most}. Default: ${intervalLimits.usual}.`,
    commands: ['monitor', 'demo'],
  },
  { name: 'ascii', group: 'Screen', help: 'Draw with plain ASCII characters only.', commands: everywhere },
  {
    name: 'no-color',
    group: 'Screen',
    env: { name: 'NO_COLOR', help: 'When not empty, as --no-color.' },
    help: 'Draw without colours.',
    commands: everywhere,
  },
  {
    name: 'theme',
    group: 'Screen',
    value: 'NAME',
    help: `Colours for a background that is dark or light: ${themes.join(', ')}. Default: auto, what the terminal says of itself.`,
    commands: ['monitor', 'demo'],
  },
  {
    name: 'low-bandwidth',
    group: 'Screen',
    help: 'For a slow line: new figures every 3 s, and no graphs but those of a detail. Keys are answered as quickly as ever.',
    commands: ['monitor', 'demo'],
  },
  {
    name: 'read-only',
    group: 'Safety',
    help: 'Change nothing: every action is refused before its command is built.',
    commands: everywhere,
  },
  {
    name: 'json',
    group: 'Output',
    help: 'Print the snapshot as one JSON object and nothing else; its schema is docs/snapshot.schema.json.',
    commands: ['snapshot', 'demo'],
  },
  { name: 'help', short: 'h', group: 'About', help: 'Print this help.', commands: everywhere },
  { name: 'version', short: 'V', group: 'About', help: 'Print the version.', commands: everywhere },
];

/** How a command is named to a person: `botop snapshot`. */
export function commandTitle(name: CommandName): string {
  const word = commands.find((command) => command.name === name)?.word;
  return word ? `botop ${word}` : 'botop';
}
