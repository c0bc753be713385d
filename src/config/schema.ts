/**
 * Every key of `botop.yaml`, as data: how it is written, what is allowed, what holds without it. Validation, defaults,
 * docs/configuration.md and docs/botop.schema.json are made from this table.
 *
 * A key stands here only when something in the program obeys it.
 */
import { intervalLimits, themes, views } from './command-line.ts';
import { defaultOf, type LimitNode, type NumberKind, type SchemaNode, type ValueOf } from './schema-nodes.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const group = <const Keys extends Readonly<Record<string, SchemaNode>>>(help: string, keys: Keys) =>
  ({ kind: 'group', help, keys }) as const;

interface LimitRange {
  readonly least: number;
  readonly most: number;
}

const PERCENT: LimitRange = { least: 0, most: 100 };

/** `warn`, then `bad` where the runbooks know one. */
const limit =
  <Kind extends NumberKind>(of: Kind, { least, most }: LimitRange) =>
  (help: string, warn: number, bad?: number): LimitNode<Kind> => ({
    kind: 'limit',
    of,
    help,
    default: bad === undefined ? { warn } : { warn, bad },
    least,
    most,
  });

const percent = limit('percent', PERCENT);
const ofOneCore = limit('percent', { least: 1, most: 100_000 });
const bytes = limit('bytes', { least: 1e6, most: 1e15 });
const duration = limit('duration', { least: 0, most: 30 * 24 * HOUR });
const integer = limit('integer', { least: 0, most: 1e9 });
const ratio = limit('ratio', { least: 0, most: 1_000 });

const flag = (help: string, isOn: boolean) => ({ kind: 'boolean', help, default: isOn }) as const;

export const schema = group('The configuration.', {
  pm2: group('The PM2 daemons to watch.', {
    homes: {
      kind: 'list',
      help: 'Their home folders. Without it $PM2_HOME, else ~/.pm2; `--pm2-home` wins.',
      entry: { kind: 'path', help: 'A PM2 home.', default: null },
      most: 64,
      example: ['~/.pm2', '/srv/shop/.pm2'],
    },
  }),
  expected: {
    kind: 'either',
    help: 'How many bots should run, or the names of those that should. Without it the bots of PM2’s dump that were not stopped, else the most seen.',
    of: [
      { kind: 'integer', help: 'How many.', default: null, least: 0, most: 100_000 },
      {
        kind: 'list',
        help: 'Which.',
        entry: { kind: 'text', help: 'The name of a bot in PM2.', default: null },
        most: 10_000,
        example: [],
      },
    ],
    example: '[support_bot, sales_bot]',
  },
  logs: {
    kind: 'list',
    help: 'Log files to read besides those that PM2 names. `--logs` takes the place of this list.',
    entry: {
      kind: 'either',
      help: 'A glob, or one with what it is called and in which zone it writes.',
      of: [
        { kind: 'path', help: 'A glob: `*`, `?` and `[…]` within a folder, `**` across folders.', default: null },
        group('A glob with more to say.', {
          glob: { kind: 'path', help: 'The files: `*`, `?`, `[…]`, `**`.', default: null, isRequired: true },
          name: { kind: 'text', help: 'What its lines are shown under, instead of the file’s name.', default: null },
          zone: {
            kind: 'zone',
            help: 'The time zone of times without one, such as `Europe/Berlin` or `+02:00`. Without it this machine’s.',
            default: null,
          },
        }),
      ],
      example: '',
    },
    most: 100,
    example: ['/var/log/chatai/*.log', '{ glob: logs/api.log, name: api, zone: UTC }'],
  },
  journal: {
    kind: 'list',
    help: 'Units of systemd whose messages stand in its journal only. A journalctl is kept running for them.',
    entry: { kind: 'text', help: 'The name of a unit.', default: null },
    most: 50,
    example: ['nginx.service', 'chatai-backend'],
  },
  codes: {
    kind: 'list',
    help: 'What errors of your own mean, beside the codes botop knows. The first that matches wins, over those too.',
    entry: group('An error by its code, or by what it looks like.', {
      code: {
        kind: 'text',
        help: 'What it is called: `SHOP7`, or a code botop knows.',
        default: null,
        isRequired: true,
      },
      pattern: {
        kind: 'text',
        help: 'A regular expression (RE2) that its message or stack trace matches. Without it the code alone tells.',
        default: null,
      },
      means: { kind: 'text', help: 'What happened.', default: null, isRequired: true },
      act: { kind: 'text', help: 'What to do about it.', default: null, isRequired: true },
    }),
    most: 50,
    example: ["{ code: SHOP7, pattern: 'shop .* is closed', means: The shop is closed., act: Wait until nine. }"],
  },
  postgres: group('The PostgreSQL to watch.', {
    url: {
      kind: 'url',
      help: '`postgresql://user:password@host:port/database`; also `postgresql+asyncpg://`. What it leaves out comes from libpq’s `PG*` variables. `DATABASE_URL` and `--database-url` win. Without it the server on this machine, when one is found.',
      default: null,
      schemes: ['postgresql', 'postgres'],
      example: '${CHATAI_DATABASE_URL:-postgresql://botop@localhost/chatai}',
    },
  }),
  redis: group('The Redis to watch.', {
    url: {
      kind: 'url',
      help: '`redis://user:password@host:port/database`, `rediss://` for TLS, or `unix://` and the path of a socket. `REDIS_URL` and `--redis-url` win. Without it the server on this machine, when one is found.',
      default: null,
      schemes: ['redis', 'rediss', 'unix', 'valkey', 'valkeys'],
      example: '${CHATAI_REDIS_URL:-redis://localhost:6379/0}',
    },
  }),
  interval: {
    kind: 'duration',
    help: 'Time between two readings; `--interval` wins.',
    default: intervalLimits.usual,
    least: intervalLimits.least,
    most: intervalLimits.most,
  },
  view: {
    kind: 'choice',
    help: 'The view to begin with; `--view` wins.',
    default: 'home',
    values: views.map((view) => view.name),
  },
  readOnly: flag(
    'Change nothing: every action is refused before its command is built. No option takes it back.',
    false,
  ),
  ascii: flag('Draw with plain ASCII characters only.', false),
  lowBandwidth: flag('For a slow line: new figures every 3 s, and no graphs but those of a detail.', false),
  theme: {
    kind: 'choice',
    help: 'Colours for a dark or a light background; `auto` asks the terminal. `--theme` wins.',
    default: 'auto',
    values: themes,
  },
  color: flag('Draw in colours; `--no-color` and `NO_COLOR` win.', true),
  thresholds: group('From which values on something is shown as a warning, and as bad.', {
    bots: group('Each bot.', {
      memory: bytes('Memory of its processes.', 150e6, 200e6),
      cpu: ofOneCore('CPU of its processes, of one core.', 80),
      flapExits: {
        kind: 'integer',
        help: 'Exits nobody asked for, within `flapWindow`, that make a bot FLAPPING.',
        default: 3,
        least: 1,
        most: 64,
      },
      flapWindow: {
        kind: 'duration',
        help: 'The time in which `flapExits` are counted.',
        default: 5 * MINUTE,
        least: 10 * SECOND,
        most: 24 * HOUR,
      },
      silentAfter: {
        kind: 'duration',
        help: 'How long a bot that usually writes to its logs may write nothing before it is SILENT; at least three times its longest gap of the hour before, too.',
        default: 5 * MINUTE,
        least: MINUTE,
        most: 24 * HOUR,
      },
    }),
    host: group('This machine.', {
      cpu: percent('CPU in use, of all cores.', 80),
      iowait: percent('CPU time waiting for disks.', 40),
      steal: percent('CPU time the hypervisor gave to others.', 5, 10),
      loadPerCore: ratio('Load of a minute by core.', 1.75, 2),
      memoryUsed: percent('Memory in use: all but what is available.', 80, 90),
      swapUsed: percent('Swap in use.', 80, 90),
      diskUsed: percent('Each file system, in use.', 70, 80),
      inodesUsed: percent('Inodes of each file system, in use.', 80, 90),
      diskBusy: percent('Time each disk was busy.', 90),
      cpuPressure: percent('Time some task waited for the CPU.', 60),
      memoryPressure: percent('Time some task waited for memory.', 10, 30),
      ioPressure: percent('Time some task waited for disks.', 30, 60),
    }),
    errors: group('The errors in the logs.', {
      perHour: integer('Errors in the last hour, of all bots.', 10, 50),
    }),
    postgres: group('PostgreSQL.', {
      connections: percent('Connections in use, of those that are not reserved.', 80, 90),
      session: duration('How long a query runs, or a transaction does nothing.', 5 * MINUTE),
      wait: duration('How long a session waits for another one’s lock.', 0, 30 * SECOND),
      deadRows: percent('Dead rows of a table, of all its rows.', 20),
      deadRowsLeast: {
        kind: 'integer',
        help: 'Tables with fewer dead rows are not judged by `deadRows`.',
        default: 1_000,
        least: 0,
        most: 1e12,
      },
    }),
    redis: group('Redis.', {
      memory: percent('Memory in use, of the limit it was given.', 80, 90),
    }),
  }),
});

/** A configuration with every default filled in. */
export type Configuration = ValueOf<typeof schema>;

/** All limits, in the units their names end in. */
export type Thresholds = Configuration['thresholds'];

/** What holds without a file. */
export const defaults = defaultOf(schema) as Configuration;
