/** What is known of one bot, as labels and values. */
import { killedWithin } from '../../actions/bots.ts';
import type { Bot, Deploy } from '../../sources/pm2/snapshot.ts';
import { valueOf } from '../../sources/source.ts';
import { instanceDrift, instanceOf as rowOf } from '../../state/bot-instances.ts';
import { deployName, runningCode } from '../../state/deploys.ts';
import { homeTag } from '../../state/home-tag.ts';
import { isUnasked } from '../../state/judge.ts';
import { entryOf } from '../../state/store.ts';
import type { World } from '../../state/world.ts';
import { ago, bytes, count, duration, percent, UNKNOWN } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { Role, Theme } from '../../ui/theme.ts';
import { causeOf, causeWords } from './cause.ts';
import { stateRole, stateWord } from './column.ts';
import { dumpLines } from './dump.ts';
import { errorsHour, slopeOf, timeLeft } from './fields.ts';
import { daemonNotes } from './guard.ts';
import { type BotRow, isBusy, modeOf } from './row.ts';

export type Fact = readonly [label: string, value: string, role?: Role];

const LABEL = 12;

/** Draws labels and values in that many columns, read downwards; gives how many rows they took. */
export function drawFacts(cells: Cells, theme: Theme, y: number, facts: readonly Fact[], columns: number): number {
  const room = Math.floor((cells.width - 1) / columns);
  const lines = Math.ceil(facts.length / columns);
  facts.forEach(([label, value, role], i) => {
    const x = 1 + Math.floor(i / lines) * room;
    const line = y + (i % lines);
    cells.text(x, line, label, theme.muted, LABEL - 1);
    cells.text(x + LABEL, line, truncate(value, room - LABEL - 1), theme[role ?? 'text'], room - LABEL);
  });
  return lines;
}

/** The same with values that may take several lines. */
export function drawLongFacts(cells: Cells, theme: Theme, y: number, facts: readonly Fact[]): number {
  let line = y;
  for (const [label, value, role] of facts) {
    cells.text(1, line, label, theme.muted, LABEL - 1);
    for (const text of wrap(value, Math.max(8, cells.width - LABEL - 2))) {
      cells.text(1 + LABEL, line++, text, theme[role ?? 'text'], cells.width - LABEL - 1);
    }
  }
  return line - y;
}

export function headFacts(row: BotRow, world: World): readonly Fact[] {
  const { judgement } = row;
  const words = `${stateWord(judgement.state)}${judgement.why ? ` · ${judgement.why}` : ''}`;
  const todo = whatToDo(row);
  const state: Fact = ['state', words, stateRole(judgement.state)];
  const act: readonly Fact[] = todo === null ? [] : [['what to do', todo, 'strong']];
  return [state, ...act, ...causeFacts(row, world), ...namesakeFacts(row, world)];
}

/** Where errors are there that may be those of a bot of another home. */
function namesakeFacts(row: BotRow, world: World): readonly Fact[] {
  const { home, name } = row.bot;
  if (world.pm2.length < 2 || !(errorsHour(row, world) > 0)) return [];
  const others = world.pm2.flatMap(({ reading }) => {
    const other = valueOf(reading);
    const isThere = other !== null && other.home !== home && other.bots.some((bot) => bot.name === name);
    return isThere ? [homeTag(other.home, world.pm2)] : [];
  });
  if (others.length === 0) return [];
  return [['namesake', `in ${others.join(', ')}: errors are told apart by name, so its own stand here too`, 'warn']];
}

/** The last error, what it means and what helps, and the deploy that came just before the first of the crashes. */
function causeFacts(row: BotRow, world: World): readonly Fact[] {
  const cause = causeOf(row, world);
  if (cause === null) return [];
  const { event, group } = cause;
  const facts: Fact[] = [['last error', `${causeWords(cause)} · ${ago(world.now - event.at)} ago`, 'bad']];
  const deploy = crashingDeploy(row.bot);
  if (deploy !== null) {
    const since = `${deployName(deploy)}, ${ago(world.now - deploy.at)} ago: it crashes since then, and did not before`;
    facts.push(['deployed', since.trim(), 'warn']);
  }
  if (group.explanation) facts.push(['means', group.explanation.means], ['do', group.explanation.act, 'accent']);
  return facts;
}

/** A crash so long before a deploy, or longer, has nothing to do with those after it, ms. */
const WELL_BEFORE_MS = 10 * 60_000;

/** The last deploy, where crashes came after it and none shortly before it; else null. */
function crashingDeploy({ exits, code }: Bot): Deploy | null {
  const deploy = code?.deploys.at(-1);
  const last = exits.findLast(isUnasked);
  if (!deploy || !last || last.at < deploy.at) return null;
  const before = exits.some((exit) => isUnasked(exit) && exit.at < deploy.at && deploy.at - exit.at < WELL_BEFORE_MS);
  return before ? null : deploy;
}

/** Of one that no restart by PM2 will help; null of all others. */
function whatToDo(row: BotRow): string | null {
  const { bot } = row;
  const { state } = row.judgement;
  if (isBusy(row)) {
    return `The main thread of pid ${bot.pid} never waits, and it says nothing: unless it computes on purpose it hangs in a loop. r ends it: what ignores the stop is killed.`;
  }
  if (state === 'stopping' && bot.stoppingSince !== null) {
    return `${killedWithin(bot)}. : signal SIGKILL.`;
  }
  if (state !== 'frozen' || bot.lastingState === null) return null;
  switch (bot.lastingState.name) {
    case 'stopped':
      return `A signal stopped pid ${bot.pid}: it does nothing at all, and PM2 calls it ${bot.status}. : signal SIGCONT lets it go on; r gives it a new process.`;
    case 'traced':
      return `A debugger (or strace) holds pid ${bot.pid}. Let it go on there; r gives the bot a new process.`;
    case 'uninterruptible':
      return `Pid ${bot.pid} waits for a device, most likely a disk or a network file system that does not answer. No signal reaches it until that is over, SIGKILL neither.`;
    case 'running':
      return null;
    default:
      return bot.lastingState.name satisfies never;
  }
}

/** What fits a cell, the most wanted first. */
export function shortFacts(row: BotRow, world: World): readonly Fact[] {
  const { bot } = row;
  const { now } = world;
  const unstable = bot.unstableRestarts > 0 ? `, ${bot.unstableRestarts} unstable` : '';
  const limit = bot.maxMemoryBytes === null ? '' : ` of ${bytes(bot.maxMemoryBytes)}`;
  const errors = errorsHour(row, world);
  return [
    ['PM2', `${bot.status} · ${modeOf(bot)}`],
    ['pid', bot.pid === null ? UNKNOWN : `${bot.pid}${row.processes > 1 ? ` and ${row.processes - 1} below it` : ''}`],
    ['up', Number.isNaN(row.uptimeMs) ? UNKNOWN : duration(row.uptimeMs)],
    ['cpu', Number.isNaN(row.cpuPercent) ? UNKNOWN : `${percent(row.cpuPercent)} of one core`],
    ['memory', `${bytes(row.memoryBytes)}${limit}`],
    ['last log', Number.isNaN(row.lastLogAt) ? 'not readable' : `${ago(now - row.lastLogAt)} ago`],
    ['errors', Number.isNaN(errors) ? unknownErrors(row) : `${count(errors)} in an hour`, errors > 0 ? 'bad' : 'text'],
    ['restarts', `${bot.restarts}${unstable}`],
    ['exit code', bot.exitCode === null ? UNKNOWN : String(bot.exitCode)],
    ['open files', openFiles(row)],
    ['threads', count(row.threads)],
    ['namespace', bot.namespace],
    ['instance', instanceOf(bot)],
    ['version', bot.version ?? UNKNOWN],
    ['user', bot.username ?? UNKNOWN],
    ['watch', `${bot.watch ? 'yes' : 'no'}${bot.cron ? ` · cron ${bot.cron}` : ''}`],
    ['created', bot.createdAt === null ? UNKNOWN : `${ago(now - bot.createdAt)} ago`],
  ];
}

function unknownErrors({ sharesLogWith }: BotRow): string {
  return sharesLogWith === null ? 'logs not read' : `log shared with ${sharesLogWith}`;
}

function growth(row: BotRow, world: World): readonly [string, Role] {
  const slope = slopeOf(row, world);
  if (Number.isNaN(slope))
    return [world.fleet.memoryTrendOf(row.key) ? 'no growth on the whole' : 'known after the first minutes', 'muted'];
  const left = timeLeft(row, world);
  return [
    `memory +${bytes(slope)} an hour${Number.isNaN(left) ? '' : `, ${duration(left)} to the next limit`}`,
    'warn',
  ];
}

function openFiles({ openFiles: open, openFilesLimit: limit }: BotRow): string {
  if (Number.isNaN(open)) return UNKNOWN;
  return `${count(open)}${Number.isNaN(limit) ? '' : ` of ${count(limit)}`}`;
}

function instanceOf({ mode, instance, instances }: Bot): string {
  if (mode !== 'cluster' || instance === null) return 'the only one';
  return instances === null ? String(instance) : `${instance} of ${instances}`;
}

/** The code in its folder, whether it is the one that runs, and when it was changed. */
function codeFacts(bot: Bot, now: number): readonly Fact[] {
  const { code } = bot;
  if (code === null) return [];
  const running = runningCode(bot);
  const waiting = running?.waiting.at(-1);
  const commit = running?.commit ?? code.commit;
  const where = [running?.version ?? code.version, commit?.slice(0, 7), code.branch && `on ${code.branch}`];
  const facts: Fact[] = [['code', where.filter(Boolean).join(' ') || UNKNOWN]];
  if (waiting) facts.push(['deployed', `${deployName(waiting)} ${ago(now - waiting.at)} ago, not running yet`, 'warn']);
  const deploys = code.deploys.slice(-3).reverse();
  if (deploys.length > 0) {
    const words = deploys.map((deploy) => `${ago(now - deploy.at)} ago ${deployName(deploy)}`.trim());
    facts.push(['deploys (D)', words.join(' · ')]);
  }
  return facts;
}

/** Its row in `bot_instances`, and where that says another thing than what is. */
function registryFacts({ bot, judgement: { state } }: BotRow, { entries, now }: World): readonly Fact[] {
  const postgres = entryOf(entries, 'postgres');
  const found = rowOf(bot, (postgres && valueOf(postgres.reading)?.instances) ?? null);
  if (found === null || state === 'orphan') return [];
  const drift = instanceDrift(found, state);
  const other = drift === null ? '' : state === 'ok' || state === 'silent' ? ', but it runs' : `, but it is ${state}`;
  const since = found.lastRestartAt === null ? '' : ` · restarted ${ago(now - found.lastRestartAt)} ago`;
  // Its id, which may be long, comes last.
  return [
    ['database', `${found.status}${other}${since} · bot_instances ${found.id}`, drift === null ? 'text' : 'warn'],
  ];
}

/** What needs a line, or more. */
export function longFacts(row: BotRow, world: World): readonly Fact[] {
  const { bot } = row;
  const ms = (value: number): string => (value < 1_000 ? `${value}ms` : duration(value));
  const limits = [
    bot.maxMemoryBytes === null ? '' : `memory ${bytes(bot.maxMemoryBytes)}`,
    bot.autorestart ? '' : 'no restart',
    `gives up after ${bot.maxUnstable} exits within ${ms(bot.minUptimeMs)}`,
    bot.backoffMs === null ? '' : `waits ${ms(bot.backoffMs)} and more between them`,
    bot.killTimeoutMs === null ? '' : `killed ${ms(bot.killTimeoutMs)} after a stop`,
    bot.waitsReady ? `has ${ms(bot.listenTimeoutMs ?? 3_000)} to be ready` : '',
  ];
  return [
    ['growth', ...growth(row, world)],
    ...codeFacts(bot, world.now),
    ...registryFacts(row, world),
    ['limits', limits.filter(Boolean).join(' · ')],
    ['script', bot.script],
    ['cwd', bot.cwd],
    ['runs on', [bot.interpreter, bot.nodeVersion].filter(Boolean).join(' ')],
    ['out log', bot.outLogPath ?? UNKNOWN],
    ['error log', bot.errLogPath ?? UNKNOWN],
    ...(bot.customActions.length > 0 ? [['actions', bot.customActions.join(' ')] as const] : []),
    ['home', bot.home],
    ...dumpLines(world, bot.home).map((line): Fact => ['dump', line, 'warn']),
    ...daemonNotes(world, bot.home).map((line): Fact => ['daemon', line]),
  ];
}

/** Long, and seldom what one looks for. */
export function environmentFacts({ bot }: BotRow): readonly Fact[] {
  const names = bot.envNames.length > 0 ? `${bot.envNames.join(' ')}  (names only)` : 'nothing of its own';
  return [['environment', names]];
}

/** What it publishes to PM2; what PM2 gets wrong is marked. */
export function drawMetrics(cells: Cells, theme: Theme, y: number, bot: Bot): number {
  if (bot.metrics.length === 0) return 0;
  const isRough = bot.metrics.some((metric) => metric.isRough);
  cells.text(1, y, `What it publishes to PM2${isRough ? ' (~ rough)' : ''}`, theme.title, cells.width - 2);
  const each = 38;
  const across = Math.max(1, Math.floor((cells.width - 2) / each));
  bot.metrics.forEach((metric, i) => {
    const line = y + 1 + Math.floor(i / across);
    const x = 1 + (i % across) * each;
    cells.text(x, line, metric.name, theme.muted, 24);
    cells.text(x + 25, line, `${metric.isRough ? '~' : ''}${metric.value} ${metric.unit}`, theme.text, 12);
  });
  return 1 + Math.ceil(bot.metrics.length / across);
}
