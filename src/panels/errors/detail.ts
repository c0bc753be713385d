/** One group of errors on the whole screen: how often, in which bots, and its samples with what stood around them. */
import type { LogLine } from '../../sources/logs/pager.ts';
import type { LogEvent } from '../../sources/logs/snapshot.ts';
import { SERVER_NAMES, serverNamed } from '../../state/errors/server-named.ts';
import type { ErrorGroup, ErrorsView } from '../../state/errors.ts';
import { serverTrouble } from '../../state/server-trouble.ts';
import type { World } from '../../state/world.ts';
import { ago, clockTime, offsetAt } from '../../text/format.ts';
import { truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import { area } from '../../ui/graph.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import { drawScrolled } from '../../ui/scrolled.ts';
import type { Role, Theme } from '../../ui/theme.ts';
import { lineLook } from '../logs/line-look.ts';
import type { AroundOf } from './around.ts';
import { levelRole } from './draw.ts';
import { baselineWords } from './tell.ts';

interface DetailScope {
  readonly theme: Theme;
  readonly world: Pick<World, 'now' | 'entries'> & {
    readonly errors: Pick<ErrorsView, 'isNew' | 'marks' | 'baseline'>;
  };
}

export interface DetailLook {
  /** The first row shown. */
  readonly top: number;
  readonly around: AroundOf;
}

export function drawErrorDetail(cells: Cells, scope: DetailScope, group: ErrorGroup | null, look: DetailLook): void {
  const { theme } = scope;
  const { width, height } = cells;
  const kind = group ? `${group.level.toUpperCase()}${group.code ? ` ${group.code}` : ''}` : 'gone';
  cells.box(0, 0, width, height, {
    title: `${kind}${group ? standing(scope, group) : ''}`,
    right: 'Esc back',
    style: theme.borderFocused,
    titleStyle: theme.accent,
  });
  if (!group) {
    cells.text(2, 2, 'This error was not seen within the last hour. Esc goes back.', theme.text, width - 4);
    return;
  }
  drawScrolled(cells, look.top, theme, (page) => {
    let y = 0;
    for (const line of wrap(group.last.message, page.width - 2).slice(0, 3)) page.text(1, y++, line, theme.strong);
    y = drawFacts(page, scope, group, y);
    y = drawRate(page, scope, group, y, height >= 18 ? 3 : 1);
    const samples = [...group.samples].reverse();
    const scene = { around: look.around, places: new Set(samples.map(placeOf)), shownFrom: new Map<string, number>() };
    for (const event of samples) y = drawSample(page, scope, event, y, scene);
    return y;
  });
}

function standing({ world: { errors } }: DetailScope, group: ErrorGroup): string {
  const mark = errors.marks.of(group.fingerprint);
  return [errors.isNew(group) && 'NEW', mark?.isKnown && 'known', mark?.isHidden && 'hidden']
    .filter(Boolean)
    .map((word) => ` · ${word}`)
    .join('');
}

function drawFacts(page: Cells, { theme, world }: DetailScope, group: ErrorGroup, from: number): number {
  let y = from;
  const bots = [...group.bots].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ×${count}`);
  const facts: readonly (readonly [string, string, Role?])[] = [
    ...(group.explanation
      ? ([
          ['means', group.explanation.means],
          ['do', group.explanation.act, 'accent'],
        ] as const)
      : []),
    ...serverFact(world, group),
    ['count', `${group.rate.sum(world.now)} in the last hour, ${group.totalCount} since it was first seen`],
    ['first', `${timeOf(group.firstAt)}, ${ago(world.now - group.firstAt)} ago`],
    ['last', `${timeOf(group.lastAt)}, ${ago(world.now - group.lastAt)} ago`],
    ...waitOf(group.last, world.now),
    ['bots', bots.join(', ')],
    ['file', group.last.path],
    ...(world.errors.isNew(group)
      ? [['new', baselineWords(world.errors.baseline).replace(/^NEW: /, '')] as const]
      : []),
  ];
  for (const [label, value, role] of facts) {
    page.text(1, y, label, theme.muted, 10);
    for (const line of wrap(value, page.width - 13)) page.text(12, y++, line, theme[role ?? 'text'], page.width - 13);
  }
  return y + 1;
}

/** Of an error that names PostgreSQL or Redis: how that does, as it is read from here. */
function serverFact(
  { entries, now }: DetailScope['world'],
  group: ErrorGroup,
): readonly (readonly [string, string, Role])[] {
  const kind = serverNamed(group.code, group.last.message);
  const entry = entries.find((each) => each.kind === kind);
  if (kind === null || !entry || entry.reading.state === 'off' || entry.reading.state === 'waiting') return [];
  const trouble = serverTrouble({ entries: [entry], now }).get(entry.id);
  const error = 'error' in entry.reading ? entry.reading.error : null;
  if (trouble !== undefined) return [['here', `${trouble}${error ? `: ${error.message}` : ''} · 5 shows it`, 'bad']];
  return entry.reading.state === 'fresh'
    ? [['here', `the ${SERVER_NAMES[kind]} that is watched answers · 5 shows it`, 'text']]
    : [];
}

/** What Telegram asked to wait, counted down from the moment it did. */
function waitOf({ retryAfterSeconds, at }: LogEvent, now: number): readonly (readonly [string, string, Role])[] {
  if (retryAfterSeconds === null) return [];
  const left = Math.ceil(retryAfterSeconds - (now - at) / 1_000);
  if (left <= 0) return [['wait', `over: Telegram asked for ${retryAfterSeconds} s`, 'text']];
  return [['wait', `${left} s left of the ${retryAfterSeconds} s that Telegram asks for`, 'warn']];
}

const RATE_LABEL = 'a minute, the last hour';

function drawRate(page: Cells, { theme, world }: DetailScope, group: ErrorGroup, y: number, rows: number): number {
  const rate = { length: 60, at: (i: number) => group.rate.at(i, world.now) };
  area(page, 1, y, Math.min(60, page.width - 2), rows, rate, { style: theme.graph, atLeast: 2 });
  if (page.width >= 64 + RATE_LABEL.length) page.text(63, y + rows - 1, RATE_LABEL, theme.muted);
  return y + rows + 1;
}

interface SampleScene {
  readonly around: AroundOf;
  /** Of all samples, see `placeOf`. */
  readonly places: ReadonlySet<string>;
  /** By file: the first offset of those on the page. */
  readonly shownFrom: Map<string, number>;
}

const placeOf = ({ fileId, offset }: Pick<LogEvent, 'fileId' | 'offset'>): string => `${fileId}:${offset}`;

/**
 * An event with ten lines before it and behind, as they stand in the file; else as it was read. No line stands there
 * twice: an event among the lines around a newer one is marked there.
 */
function drawSample(page: Cells, { theme }: DetailScope, event: LogEvent, from: number, scene: SampleScene): number {
  const { around, places, shownFrom } = scene;
  const { fileId } = event;
  const room = page.width - 4;
  let y = from;
  const found = around(event);
  const edge = shownFrom.get(fileId) ?? Number.POSITIVE_INFINITY;
  if (found.state === 'read' && event.offset >= edge) return from;
  page.text(1, y, timeOf(event.at), theme.strong, 8);
  const where = found.state === 'unread' ? `its lines cannot be read: ${found.reason}` : '';
  page.text(10, y, [event.bot, event.component, where].filter(Boolean).join(' · '), theme.muted, page.width - 11);
  y += 1;
  if (found.state === 'read') {
    for (const line of found.lines) {
      const { level, place } = line;
      if (place >= edge) break;
      const isIt = places.has(placeOf({ fileId, offset: place }));
      if (isIt) page.text(1, y, '▸', theme.accent, 1);
      const role: Role = isIt
        ? levelRole(event.level)
        : level === null || level === 'info' || level === 'debug'
          ? 'muted'
          : 'text';
      page.text(3, y, truncate(wordsOf(line), room), theme[role], room);
      y += 1;
    }
    shownFrom.set(fileId, Math.min(edge, found.lines[0]?.place ?? edge));
    return y + 1;
  }
  for (const line of wrap(event.message, room)) page.text(3, y++, line, theme.text, room);
  for (const line of event.detail === '' ? [] : event.detail.split('\n')) page.text(3, y++, line, theme.muted, room);
  return y + 1;
}

/** JSON as in the log view: a sentence with its fields, and the time that one of them told. */
function wordsOf(line: LogLine): string {
  if (!line.text.startsWith('{')) return line.text;
  const { text, fields } = lineLook(line);
  return `${line.isStamped ? `${timeOf(line.at)} ` : ''}${text}${fields}`;
}

function timeOf(epochMs: number): string {
  return clockTime(epochMs, offsetAt(epochMs));
}
