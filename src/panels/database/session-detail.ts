/** Everything about one session: what it does, what it waits for, whom it holds up, and its whole statement. */
import { ageOf, type PostgresSession } from '../../sources/postgres/snapshot.ts';
import { duration } from '../../text/format.ts';
import { measure, truncate } from '../../text/width.ts';
import { wrap } from '../../text/wrap.ts';
import type { Cells } from '../../ui/screen/cells.ts';
import type { StyleId } from '../../ui/screen/style.ts';
import type { Area } from './parts.ts';
import type { DatabaseLook } from './postgres.ts';
import { stateWord } from './sessions.ts';
import { severityOfSession, severityOfWait } from './thresholds.ts';
import { type DatabaseView, subtreeOf, unseen, who } from './view.ts';
import { waitWords } from './wait-words.ts';

const LABEL = 10;
/** So many of those it holds up are named. */
const NAMED = 8;

type Line = readonly [label: string, text: string, style: StyleId];

/** Draws it and returns the rows it took. */
export function drawSession(
  cells: Cells,
  view: DatabaseView,
  session: PostgresSession,
  look: DatabaseLook,
  { x, y, width, height }: Area,
): number {
  const { theme } = look;
  let line = y;
  const put = (text: string, style: StyleId, from = 0): void => {
    if (line < y + height) cells.text(x + from, line, truncate(text, width - from), style, width - from);
    line++;
  };
  for (const [label, text, style] of factLines(view, session, look)) {
    wrap(text, width - LABEL).forEach((part, i) => {
      if (i === 0 && line < y + height) cells.text(x, line, label, theme.muted, LABEL);
      put(part, style, LABEL);
    });
  }
  line++;
  put(statementTitle(session), theme.title);
  for (const text of statementLines(session.statement, width)) put(text, theme.text);
  return Math.min(height, line - y);
}

function factLines(view: DatabaseView, session: PostgresSession, look: DatabaseLook): Line[] {
  const { theme, limits } = look;
  const lines: Line[] = [
    [
      'session',
      `${who(session)}, pid ${session.pid}, role ${session.user} in ${session.database}, ${origin(session)}`,
      theme.text,
    ],
    ['does', doing(session), theme[severityOfSession(session, limits)]],
  ];
  const words = waitWords(session.wait);
  if (session.wait !== '') {
    const lock = session.lock === null ? '' : `; wants ${lockText(session.lock, session.wait)}`;
    const since = session.waitMs === null ? '' : ` for ${duration(session.waitMs)}`;
    const text = `${session.wait}${since}${words === '' ? '' : `: ${words}`}${lock}`;
    lines.push([
      'waits',
      text,
      session.blockedBy.length > 0 ? theme[severityOfWait(session.waitMs, limits)] : theme.text,
    ]);
  }
  const byPid = new Map(view.postgres.snapshot?.sessions.map((each) => [each.pid, each]));
  session.blockedBy.forEach((pid, i) => {
    const blocker = byPid.get(pid);
    const text =
      blocker !== undefined
        ? `${who(blocker)}, pid ${pid}, ${stateWord(blocker)} ${duration(ageOf(blocker))}`
        : unseen(pid);
    lines.push([i === 0 ? 'behind' : '', text, theme.strong]);
  });
  const held = subtreeOf(view.waits, session.pid);
  held.slice(0, NAMED).forEach(({ session: waiting }, i) => {
    if (waiting === null) return;
    const more = i === NAMED - 1 && held.length > NAMED ? `, and ${held.length - NAMED} more` : '';
    const text = `${who(waiting)}, pid ${waiting.pid}, waits ${duration(waiting.waitMs)}${more}`;
    lines.push([i === 0 ? `holds ${held.length}` : '', text, theme.bad]);
  });
  return lines;
}

const origin = ({ client }: PostgresSession): string => (client === '' ? 'on this machine' : `from ${client}`);

/** Who waits for a row asks for a lock of the other's transaction, or of the row's place in the table. */
function lockText({ mode, relation }: NonNullable<PostgresSession['lock']>, wait: string): string {
  if (relation === null) return mode;
  return wait === 'Lock:relation' ? `${mode} on ${relation}` : `${mode}, for a row of ${relation}`;
}

function doing(session: PostgresSession): string {
  const { state, transactionMs, wait } = session;
  const age = duration(ageOf(session));
  const open = transactionMs === null ? '' : `; its transaction is open for ${duration(transactionMs)}`;
  if (state === 'active') return `runs the statement for ${age}${open}`;
  const forgotten = wait === 'Client:ClientRead' ? ' and keeps its locks' : '';
  if (state.startsWith('idle in transaction'))
    return `${stateWord(session)} for ${age}: does nothing${forgotten}${open}`;
  return `${state || session.backendType} for ${age}${open}`;
}

function statementTitle({ state, isStatementCut }: PostgresSession): string {
  const title = state === 'active' ? 'Statement' : 'Last statement';
  return isStatementCut ? `${title}, its beginning: the server keeps track_activity_query_size bytes` : title;
}

/** Wrapped at blanks, each piece as far in as its line; a word wider than a line goes on in the next. */
export function statementLines(statement: string, width: number): readonly string[] {
  return statement.split('\n').flatMap((line) => {
    const indent = ' '.repeat(Math.min(line.search(/\S|$/), Math.floor(width / 3)));
    const room = width - indent.length;
    const pieces = line
      .trim()
      .split(' ')
      .flatMap((word) => piecesOf(word, room));
    return wrap(pieces.join(' '), room).map((part) => indent + part);
  });
}

function piecesOf(word: string, room: number): readonly string[] {
  if (measure(word) <= room) return [word];
  const pieces: string[] = [];
  let rest = word;
  while (measure(rest) > room) {
    const piece = truncate(rest, room, '');
    if (piece === '') break;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}
