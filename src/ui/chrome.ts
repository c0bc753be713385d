/** The lines around the panels: header, strip of the last action, footer. Pure drawing. */
import { FAILURE_WORDS } from '../state/daemon-guard.ts';
import { isFailing } from '../state/errors/failing.ts';
import { countFleet } from '../state/fleet.ts';
import { homeOf, homeTag } from '../state/home-tag.ts';
import { serverTrouble } from '../state/server-trouble.ts';
import type { Entry } from '../state/store.ts';
import type { World } from '../state/world.ts';
import { ago, clockTime, zoneOffset } from '../text/format.ts';
import { measure, truncate } from '../text/width.ts';
import { fitStrip, type Strip, type Tone } from './acting/strip.ts';
import { targetsOf } from './acting/targets.ts';
import type { Cells } from './screen/cells.ts';
import type { StyleId } from './screen/style.ts';
import type { UiState } from './state.ts';
import type { Role, Theme } from './theme.ts';

export interface ChromeScope {
  readonly world: World;
  readonly ui: UiState;
  readonly theme: Theme;
  readonly hostname: string;
  readonly isReadOnly: boolean;
  /** Epoch ms of the real moment: the header's clock runs on while the picture is paused. */
  readonly clockNow: number;
  /** Minutes east of UTC. */
  readonly offsetMinutes: number;
}

type Piece = readonly [text: string, style: StyleId];

export function drawHeader(cells: Cells, scope: ChromeScope): void {
  const { world, ui, theme } = scope;
  const time = clockTime(scope.clockNow, scope.offsetMinutes);
  const isNarrow = cells.height > 1;
  const clock: Piece[] = [[isNarrow ? time.slice(0, 5) : `${time} ${zoneOffset(scope.offsetMinutes)}`, theme.text]];
  const badges: Piece[] = [];
  if (scope.isReadOnly) badges.push([' READ-ONLY ', theme.badge]);
  else if (ui.lock.isLocked) badges.push([' LOCKED ', theme.badge]);
  if (ui.isPaused) badges.push([` PAUSED ${ago(scope.clockNow - world.now)} `, theme.alarm]);
  const name: Piece[] = [
    ['botop ', theme.accent],
    [truncate(scope.hostname, isNarrow ? 16 : 28), theme.strong],
  ];
  const fleet = troublePieces(scope, isNarrow);
  // On a phone each word has to say something.
  const sources = sourcePieces(scope, isNarrow ? NARROW_SOURCES : Math.floor(cells.width / 3), isNarrow);
  if (isNarrow) {
    putLine(cells, 0, [...name], [...badges, ...clock]);
    putLine(cells, 1, fleet, sources);
    return;
  }
  const fits = (left: readonly Piece[], right: readonly Piece[]): boolean =>
    widthOf(left) + widthOf(right) < cells.width;
  const gap: Piece = ['  ', theme.text];
  const right = [...badges, ...sources, ...clock];
  if (fits([...name, gap, ...fleet], right)) return putLine(cells, 0, [...name, gap, ...fleet], right);
  // What is wrong is worth more than the offset of the clock, sources that are all well, and our own name.
  const few = troublePieces(scope, true);
  const short: Piece[] = [...badges, ...sourcePieces(scope, NARROW_SOURCES, true), [time.slice(0, 5), theme.text]];
  putLine(cells, 0, fits([...name, gap, ...few], short) ? [...name, gap, ...few] : few, short);
}

const widthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + measure(text), 0);

/** How the bots do, and then what they lean on: who is woken by bots that fail must read here that the database is down. */
function troublePieces(scope: ChromeScope, isNarrow: boolean): Piece[] {
  const { world, theme } = scope;
  const [running = ['', theme.text], ...rest] = fleetPieces(scope, isNarrow);
  const servers = [...serverTrouble(world).values()].flatMap((words): Piece[] => [
    [' · ', theme.muted],
    [words, theme.bad],
  ]);
  return [running, ...servers, ...rest];
}

function fleetPieces({ world, theme }: ChromeScope, isNarrow: boolean): Piece[] {
  const fleet = countFleet(world);
  if (fleet.expected === null) {
    if (world.pm2.every(({ reading }) => reading.state === 'off')) return [['no PM2 here', theme.muted]];
    const isWaiting = world.pm2.some(({ reading }) => reading.state === 'waiting');
    return [isWaiting ? ['asking PM2…', theme.muted] : ['bots unknown', theme.alarm]];
  }
  const stale = world.pm2.find(({ reading }) => reading.state === 'stale')?.reading;
  if (stale?.state === 'stale' && fleet.byState.stale === fleet.total) {
    const bots = `${fleet.total} ${fleet.total === 1 ? 'bot' : 'bots'}, not seen for ${ago(world.now - stale.readAt)}`;
    const word = world.pm2.length === 1 && stale.error ? `PM2 ${FAILURE_WORDS[stale.error.code]}` : '';
    return word === ''
      ? [[bots, theme.alarm]]
      : [
          [word, theme.bad],
          [' · ', theme.muted],
          [bots, theme.alarm],
        ];
  }
  const isShort = fleet.running < fleet.expected;
  const of = isNarrow ? '/' : ' of ';
  const isNone = fleet.expected === 0 && fleet.running === 0;
  const counted: Piece = [`${fleet.running}${of}${fleet.expected} running`, isShort ? theme.bad : theme.good];
  const pieces: Piece[] = [isNone ? [fleet.total === 0 ? 'no bots' : 'no bot runs', theme.muted] : counted];
  const add = (text: string, style: StyleId): void => void pieces.push([' · ', theme.muted], [text, style]);
  const { errored, flapping, frozen } = fleet.byState;
  if (errored) add(`${errored} ERRORED`, theme.bad);
  if (flapping) add(`${flapping} FLAPPING`, theme.bad);
  if (frozen) add(`${frozen} FROZEN`, theme.bad);
  const failing = countFailing(world);
  if (failing > 0) add(`${failing} ${isNarrow ? 'failing' : 'with errors'}`, theme.warn);
  if (stale) add('STALE', theme.alarm);
  if (fleet.missing.length > 0) {
    add(`${fleet.missing.length} MISSING`, theme.bad);
    pieces.push([` ${fleet.missing.slice(0, 3).join(', ')}`, theme.text]);
  }
  // That all are wanted to be stopped is said where it could be taken for a failure.
  if (isNone && fleet.stoppedOnPurpose > 0) add(`${fleet.stoppedOnPurpose} stopped`, theme.muted);
  if (fleet.extra > 0) add(`${fleet.extra} extra`, theme.muted);
  return pieces;
}

/** A life shorter than this may be one of a loop, which has a word of its own, ms. */
const SETTLED_MS = 30_000;

/** How many run, and log error after error. */
function countFailing({ pm2, errors, now }: World): number {
  if (errors.lastErrors.size === 0) return 0;
  let count = 0;
  for (const { reading } of pm2) {
    for (const { name, status, startedAt } of (reading.state === 'fresh' && reading.value.bots) || []) {
      if (status === 'online' && now - (startedAt ?? now) >= SETTLED_MS && isFailing(name, errors, now)) count++;
    }
  }
  return count;
}

/** Of a phone's line the half: how many bots run stands beside it. */
const NARROW_SOURCES = 20;

/**
 * `src 2/2`; what is not configured does not count, and homes seen from outside only when that fails. Those that fail are
 * named where `most` columns are enough for it.
 */
function sourcePieces({ world, theme }: ChromeScope, most: number, isNarrow: boolean): Piece[] {
  const isCounted = ({ kind, reading: { state } }: Entry): boolean =>
    state !== 'off' && (kind !== 'guard' || state === 'stale' || state === 'down');
  const counted = world.entries.filter(isCounted);
  const up = counted.filter(({ reading }) => reading.state === 'fresh').length;
  const style = up === counted.length ? theme.muted : theme.warn;
  // What is said at the left in capitals is counted here only.
  const servers = serverTrouble(world);
  const isSaid = ({ kind, id, reading }: Entry): boolean =>
    servers.has(id) || (kind === 'pm2' && world.pm2.length === 1 && reading.state === 'stale');
  const missing = counted.filter(
    (entry) => (entry.reading.state === 'stale' || entry.reading.state === 'down') && !isSaid(entry),
  );
  if (isNarrow && counted.every((entry) => entry.reading.state === 'fresh' || isSaid(entry))) return [];
  const names = missing.map(({ id, reading }) => `${sourceName(id, world)} ${reading.state}`).join(' ');
  const isNamed = names !== '' && measure(names) <= most;
  const said = isNarrow && isNamed ? names : `src ${up}/${counted.length}${isNamed ? ` ${names}` : ''}`;
  return [[`${said}  `, style]];
}

/** With several homes the id of a PM2 is a path. */
function sourceName(id: string, { pm2 }: World): string {
  const home = homeOf(id);
  return home === null ? id : `pm2:${homeTag(home, pm2)}`;
}

/** Pieces from the left and pieces at the right; the left ones give way. */
function putLine(cells: Cells, y: number, left: readonly Piece[], right: readonly Piece[]): void {
  const rightWidth = widthOf(right);
  let x = cells.width - rightWidth;
  for (const [text, style] of right) x += cells.text(x, y, text, style);
  const room = cells.width - rightWidth - 1;
  x = 0;
  for (const [text, style] of left) {
    if (x >= room) break;
    x += cells.text(x, y, truncate(text, room - x), style);
  }
}

/** One key of the footer. */
export interface Hint {
  readonly shown: string;
  readonly label: string;
  /** It can do nothing now. */
  readonly isOff: boolean;
}

/** What is said beside what is typed. */
export interface TypingRemark {
  readonly text: string;
  readonly isWrong: boolean;
}

export function drawFooter(cells: Cells, scope: ChromeScope, hints: readonly Hint[], remark: TypingRemark): void {
  const { ui, theme } = scope;
  if (ui.typing) {
    putLine(
      cells,
      0,
      [
        [`${ui.typing.kind} `, theme.muted],
        [`${ui.typing.kind === 'filter' ? '&' : '/'}${ui.typing.text}`, theme.strong],
        ['▏ ', theme.accent],
        [remark.text, remark.isWrong ? theme.bad : theme.muted],
      ],
      [[remark.isWrong && cells.width < 100 ? 'Esc drops' : 'Enter keeps  Esc drops', theme.muted]],
    );
    return;
  }
  if (ui.notice) {
    cells.text(0, 0, truncate(ui.notice.text, cells.width), ui.notice.severity === 'warn' ? theme.warn : theme.text);
    return;
  }
  let x = 0;
  const chosen = ui.detail || ui.focus !== 'bots' ? 0 : targetsOf(ui, scope.world).length;
  if (chosen > 0) x += cells.text(0, 0, ` ${chosen} selected `, theme.badge) + 1;
  for (const { shown, label, isOff } of hints) {
    const length = measure(shown) + 1 + measure(label);
    if (x + length > cells.width) continue;
    x += cells.text(x, 0, shown, isOff ? theme.dim : theme.key) + 1;
    x += cells.text(x, 0, label, isOff ? theme.dim : theme.text) + 2;
  }
}

const TONE_ROLES: Readonly<Record<Tone, Role>> = {
  plain: 'text',
  strong: 'strong',
  dim: 'muted',
  good: 'good',
  bad: 'bad',
  warn: 'warn',
};

export function drawStrip(cells: Cells, strip: Strip | null, theme: Theme): void {
  if (!strip) return;
  let x = 0;
  for (const { text, tone } of fitStrip(strip, cells.width)) x += cells.text(x, 0, text, theme[TONE_ROLES[tone]]);
}

/** What stands where the terminal is too small for anything else. */
export function drawTooSmall(cells: Cells, theme: Theme, columns: number, rows: number): void {
  const lines = [`${cells.width}x${cells.height} is too small:`, `botop needs ${columns}x${rows}.`, 'q quits.'];
  lines.forEach((line, y) => cells.text(0, y, line, theme.text, cells.width));
}
