/** The driver of the log view: keys become its events, and what it wants read is read. */
import { UnreadableLog } from '../sources/logs/io.ts';
import { createLogPager, type LogPager } from '../sources/logs/pager.ts';
import { typedBy } from '../ui/keys.ts';
import type { OpenViewer, Viewer } from '../ui/viewer.ts';
import { drawLogView, logViewPage } from './log-view.ts';
import { LOG_PAGE_LINES, type LogViewEvent, type LogWant, openLogView, reduceLogView } from './log-view-state.ts';

/** The keys here, for footer and help. */
const KEYMAP: Viewer['keymap'] = [
  { shown: 'p', label: 'follow', help: 'Holds still; again: follows the newest lines.' },
  { shown: '/', label: 'search', help: 'Searches; Enter goes to the nearest match above.' },
  { shown: 'n N', label: 'match', help: 'The match before; the match after.' },
  { shown: 'Tab', label: 'out/error', help: 'The other log of this bot.' },
  { shown: 'j k g G', label: 'scroll', help: 'Line, first, last; PgUp and PgDn by pages.' },
];

export const openLogViewer: OpenViewer = (subject, onChange) => {
  let file = 0;
  let pager: LogPager | null = null;
  let page = 1;
  let isClosed = false;
  let isReading = false;
  let state = open();

  function open() {
    const { label, path } = subject.files[file] as (typeof subject.files)[number];
    void pager?.close();
    pager = createLogPager(path);
    return openLogView(path, `${subject.title} · ${label}`);
  }

  function send(event: LogViewEvent): void {
    const next = reduceLogView(state, event);
    if (next === state) return;
    state = next;
    onChange();
    void serve();
  }

  /** Reads what the view wants, one page at a time. */
  async function serve(): Promise<void> {
    const { wants: want } = state;
    const source = pager;
    if (!want || !source || isReading || isClosed) return;
    isReading = true;
    let answer: LogViewEvent;
    try {
      answer = { type: 'page-read', want, read: await readPage(source, want), page };
    } catch (error) {
      if (!(error instanceof UnreadableLog)) throw error;
      answer = { type: 'failed', message: error.message };
    } finally {
      isReading = false;
    }
    // The answer of a file that was left meanwhile is nobody's.
    if (isClosed) return;
    if (source === pager) send(answer);
    else void serve();
  }

  function type(key: string): void {
    const typing = state.typing ?? '';
    if (key === 'enter' || key === 'esc') return send({ type: 'search-ended', isKept: key === 'enter', page });
    const text = key === 'backspace' ? [...typing].slice(0, -1).join('') : typing + typedBy(key);
    send({ type: 'search-typed', text });
  }

  const events: Readonly<Record<string, () => LogViewEvent>> = {
    j: () => ({ type: 'moved', by: 1, page }),
    down: () => ({ type: 'moved', by: 1, page }),
    k: () => ({ type: 'moved', by: -1, page }),
    up: () => ({ type: 'moved', by: -1, page }),
    pageDown: () => ({ type: 'paged', by: 1, page }),
    space: () => ({ type: 'paged', by: 1, page }),
    pageUp: () => ({ type: 'paged', by: -1, page }),
    g: () => ({ type: 'jumped', to: 'first', page }),
    home: () => ({ type: 'jumped', to: 'first', page }),
    G: () => ({ type: 'jumped', to: 'last', page }),
    end: () => ({ type: 'jumped', to: 'last', page }),
    p: () => ({ type: 'follow-turned', page }),
    '/': () => ({ type: 'search-opened' }),
    n: () => ({ type: 'match-asked', by: -1, page }),
    N: () => ({ type: 'match-asked', by: 1, page }),
  };

  void serve();
  return {
    keymap: subject.files.length > 1 ? KEYMAP : KEYMAP.filter(({ shown }) => shown !== 'Tab'),
    draw: (cells, theme) => drawLogView(cells, state, theme),
    page: logViewPage,
    press(key, rows) {
      page = rows;
      if (state.typing !== null) {
        type(key);
        return true;
      }
      if (key === 'tab' && subject.files.length > 1) {
        file = (file + 1) % subject.files.length;
        state = open();
        onChange();
        void serve();
        return true;
      }
      const event = events[key];
      if (!event) return false;
      send(event());
      return true;
    },
    tick(rows) {
      page = rows;
      send({ type: 'grown', page });
    },
    close() {
      isClosed = true;
      void pager?.close();
    },
  };
};

function readPage(pager: LogPager, want: LogWant) {
  switch (want.kind) {
    case 'end':
      return pager.readBack(null, LOG_PAGE_LINES);
    case 'start':
      return pager.readForward(0, LOG_PAGE_LINES);
    case 'back':
      return pager.readBack(want.before, LOG_PAGE_LINES);
    case 'forward':
      return pager.readForward(want.from, LOG_PAGE_LINES);
    default:
      return want satisfies never;
  }
}
