/** The log view as the shell has it: keys, what is being typed, what is drawn. */
import { journalUnitOf } from '../../sources/logs/snapshot.ts';
import { clean } from '../../text/clean.ts';
import type { OpenViewer, Viewer, ViewerPort, ViewerSubject } from '../../ui/viewer.ts';
import { LogDesk } from './desk.ts';
import { drawLogEvent, type LogEventLook } from './event-view.ts';
import {
  drawLogFiles,
  LOG_FILE_SORTS,
  type LogFileRow,
  type LogFileSort,
  type LogFilesLook,
  logFileRows,
  logFilesPage,
} from './files.ts';
import { EVENT_KEYS, FILE_KEYS, LOG_KEYS } from './keys.ts';
import { parseMoment, TIME_SYNTAX } from './time.ts';
import { hintOf, type Sign, type Typing, typeKey, withText } from './typing.ts';
import { drawLogView, type LogViewLook, logViewPage, settledTop } from './view.ts';
import { emptyWords, footOf, modeOf } from './words.ts';

const STREAM_WORDS = { err: ' · error logs', out: ' · out logs' } as const;
const SHIFT_COLUMNS = 20;
const EVENT_STEPS: Readonly<Record<string, number>> = {
  j: 1,
  down: 1,
  k: -1,
  up: -1,
  pageDown: 10,
  pageUp: -10,
  space: 10,
  b: -10,
  'ctrl+f': 10,
  'ctrl+b': -10,
  d: 5,
  u: -5,
  'ctrl+d': 5,
  'ctrl+u': -5,
};

/** The same for each of these keys: as pagers have it, and as botop's lists do. */
function keysOf(keys: readonly string[], act: () => void): Readonly<Record<string, () => void>> {
  return Object.fromEntries(keys.map((key) => [key, act]));
}

export interface LogViewer extends Viewer {
  /** Resolves when nothing is being read and nothing that was asked is still under way. */
  idle(): Promise<void>;
}

export const openLogViewer: OpenViewer = (subject, port) => createLogViewer(subject, port);

export function createLogViewer(subject: ViewerSubject, port: ViewerPort): LogViewer {
  const desk = new LogDesk(subject, port);
  let typing: Typing | null = null;
  let event: LogEventLook | null = null;
  let files: { cursor: number; sort: LogFileSort } | null = null;
  let height = 24;
  let isWrapping = false;
  /** Times are counted from the line under the cursor. */
  let isRelative = false;
  let shift = 0;
  let width = 80;

  function openTyping(sign: Sign): void {
    const text = sign === '/' ? (desk.search?.text ?? '') : sign === '&' ? (desk.filter?.text ?? '') : '';
    typing = { sign, text, problem: '' };
    port.onChange();
  }

  function type(now: Typing, key: string): void {
    if (key === 'enter') return submit(now);
    if (now.sign === ':' && now.text === '' && key === ':') {
      typing = null;
      return port.palette();
    }
    typing = key === 'esc' ? null : typeKey(now, key);
    port.onChange();
  }

  function submit(now: Typing): void {
    const { sign, text } = now;
    if (sign === ':') {
      const at = parseMoment(text, port.now());
      if (at !== null) desk.session.toTime(at);
      typing = at === null && text.trim() !== '' ? { ...now, problem: `no time: ${TIME_SYNTAX}` } : null;
      return port.onChange();
    }
    void desk.submit(sign, text).then((problem) => {
      // What is wrong is said beside it, and it can be mended.
      if (typing === now) typing = problem === '' ? null : { ...now, problem };
      port.onChange();
    });
  }

  async function openEvent(): Promise<void> {
    event = await desk.event();
    port.onChange();
  }

  const turnWrap = (): void => {
    isWrapping = !isWrapping;
    port.onChange();
  };
  const turnTimes = (): void => {
    isRelative = !isRelative;
    port.onChange();
  };
  const scrollAside = (by: number): void => {
    shift = Math.max(0, shift + by);
    port.onChange();
  };
  const keys: Readonly<Record<string, () => void>> = {
    j: () => desk.move(1),
    down: () => desk.move(1),
    k: () => desk.move(-1),
    up: () => desk.move(-1),
    ...keysOf(['pageDown', 'ctrl+f'], () => desk.move(desk.session.page)),
    ...keysOf(['pageUp', 'ctrl+b', 'b'], () => desk.move(-desk.session.page)),
    ...keysOf(['ctrl+d', 'd'], () => desk.move(Math.ceil(desk.session.page / 2))),
    ...keysOf(['ctrl+u', 'u'], () => desk.move(-Math.ceil(desk.session.page / 2))),
    ...keysOf(['g', 'home', '<'], () => desk.session.toStart()),
    ...keysOf(['G', 'end', '>'], () => desk.session.toEnd()),
    p: () => desk.toggleFollow(),
    '/': () => openTyping('/'),
    '&': () => openTyping('&'),
    ':': () => openTyping(':'),
    n: () => desk.findMatch(1),
    N: () => desk.findMatch(-1),
    e: () => desk.findError(1),
    E: () => desk.findError(-1),
    x: () => desk.findExit(1),
    X: () => desk.findExit(-1),
    t: turnTimes,
    w: turnWrap,
    left: () => scrollAside(-SHIFT_COLUMNS),
    right: () => scrollAside(SHIFT_COLUMNS),
    m: () => desk.turnSubject(),
    f() {
      files = { cursor: 0, sort: 'size' };
      port.onChange();
    },
    tab: () => desk.turnStream(),
    space: () => desk.mark(),
    y: () => desk.later(() => desk.copy()),
    enter: () => desk.later(openEvent),
  };

  function pressInEvent(shown: LogEventLook, key: string): boolean {
    if (key === 'esc' || key === 'q' || key === 'enter') event = null;
    else if (key === 'y') desk.later(() => desk.copy());
    else if (key === 'g' || key === 'home') event = { ...shown, top: 0 };
    else if (EVENT_STEPS[key] === undefined) return false;
    else event = { ...shown, top: Math.max(0, shown.top + EVENT_STEPS[key]) };
    port.onChange();
    return true;
  }

  const rowsOf = ({ sort }: { sort: LogFileSort }) => logFileRows(port.world(), sort);
  const fileRow = (shown: { cursor: number; sort: LogFileSort }) => rowsOf(shown)[shown.cursor];

  function filesLook(shown: { cursor: number; sort: LogFileSort }): LogFilesLook {
    const rows = rowsOf(shown);
    const cursor = Math.max(0, Math.min(shown.cursor, rows.length - 1));
    return { ...shown, rows, cursor, top: Math.max(0, cursor - logFilesPage(height) + 1) };
  }

  function pressInFiles(shown: { cursor: number; sort: LogFileSort }, key: string): boolean {
    const step = EVENT_STEPS[key];
    const last = rowsOf(shown).length - 1;
    if (key === 'esc' || key === 'q' || key === 'f') files = null;
    else if (key === 'o')
      files = {
        cursor: 0,
        sort: LOG_FILE_SORTS[(LOG_FILE_SORTS.indexOf(shown.sort) + 1) % LOG_FILE_SORTS.length] ?? 'size',
      };
    else if (key === 'enter') openFile(fileRow(shown));
    else if (step === undefined) return false;
    else files = { ...shown, cursor: Math.max(0, Math.min(shown.cursor + step, last)) };
    port.onChange();
    return true;
  }

  function openFile(row: LogFileRow | undefined): void {
    const unit = row ? journalUnitOf(row.path) : null;
    if (unit !== null) return port.notice(`It is in the journal: journalctl -f -u ${unit} shows it.`, 'plain');
    const file = row && port.all().files.find(({ path }) => path === row.path);
    if (!file) return;
    files = null;
    desk.open({ title: `${file.bot} · ${file.stream}`, isAll: false, files: [file] });
  }

  function lookOf(): LogViewLook {
    const { session, filter, search, marked } = desk;
    return {
      title: `Logs · ${desk.subject.title}${desk.stream ? STREAM_WORDS[desk.stream] : ''}`,
      window: session.window,
      bots: session.files.map(({ bot }) => bot),
      isFollowing: session.isFollowing,
      isWrapping,
      since: isRelative && desk.line?.isTimed ? desk.line.at : null,
      shift: isWrapping ? 0 : shift,
      marked: new Set(marked.keys()),
      spans: (text) => search?.spans(text) ?? filter?.spans(text) ?? [],
      typing: typing && { ...typing, hint: hintOf(typing), isBad: typing.problem !== '' },
      foot: footOf(session, filter, search, marked.size),
      isAlarming: session.unread.size > 0,
      mode: modeOf(session, width),
      now: port.now(),
      empty: emptyWords(session, filter),
    };
  }

  return {
    get keymap() {
      return event ? EVENT_KEYS : files ? FILE_KEYS : LOG_KEYS;
    },
    draw(cells, theme) {
      width = cells.width;
      desk.session.page = logViewPage(cells.height, width);
      height = cells.height;
      if (event) return drawLogEvent(cells, event, theme);
      if (files) return drawLogFiles(cells, filesLook(files), theme);
      const look = lookOf();
      const top = settledTop(width, cells.height, look);
      const { session } = desk;
      if (top !== session.window.top) session.window = { ...session.window, top };
      drawLogView(cells, { ...look, window: session.window }, theme);
    },
    page: (height) => logViewPage(height, width),
    press(key, page) {
      desk.session.page = page;
      if (typing) type(typing, key);
      else if (event) return pressInEvent(event, key);
      else if (files) return pressInFiles(files, key);
      else if (key === 'esc') return desk.goBack();
      else if (keys[key]) keys[key]();
      else return false;
      return true;
    },
    paste(text) {
      if (!typing) return;
      typing = withText(typing, typing.text + clean(text));
      port.onChange();
    },
    tick(page) {
      desk.session.page = page;
      desk.session.tick();
    },
    update: (next) => (typing ? undefined : desk.update(next)),
    path: () => (files ? fileRow(files)?.path : desk.session.files[desk.line?.log ?? -1]?.path) ?? null,
    close: () => void desk.session.close(),
    idle: () => desk.idle(),
  };
}
