import { type Goal, type Line, quantile, type Row, ratioTo, valueOf, verdictOf } from './row.ts';

/** Lines that belong together, under one heading. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

export const PM2 = 'pm2 monit';
export const HTOP = 'htop';
export const PG_ACTIVITY = 'pg_activity';

/** The issue's letters for the peers. */
const LETTERS: Readonly<Record<string, string>> = { [PM2]: 'P', [HTOP]: 'H', [PG_ACTIVITY]: 'G' };

const HEAD = ['', 'botop', 'beside', 'ratio', 'reach', 'then aim at'] as const;

/** A heading and a table for each section, below them what a reader must know, then the rows that are left out. */
export function formatSections(sections: readonly Section[]): string {
  return sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => {
      const rows = lines.filter((line): line is Row => 'ours' in line);
      const parts = [`## ${title}\n`];
      if (rows.length > 0) parts.push(formatRows(rows));
      const notes = notesOf(rows);
      for (const line of lines) {
        if ('why' in line)
          notes.push(`- ${line.title}: not measured, ${line.why}.
`);
        if ('remark' in line)
          notes.push(`- ${line.title}: ${line.remark}.
`);
      }
      if (notes.length > 0) parts.push(notes.join(''));
      return parts.join('\n');
    })
    .join('\n');
}

/** One line a note, with the titles of all rows it is about. */
function notesOf(rows: readonly Row[]): string[] {
  const noted = Map.groupBy(
    rows.filter(({ note }) => note !== undefined),
    ({ note }) => note,
  );
  return [...noted].map(([note, about]) => `- ${about.map(({ title }) => title).join('; ')}: ${note}.\n`);
}

function formatRows(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const body = rows.map((row) => [
    row.title,
    withSpread(row, row.ours),
    (row.peers ?? []).map(({ name, values }) => `${letter(name)} ${withSpread(row, values)}`).join('; ') || '–',
    (row.peers ?? []).map(({ name }) => ratio(row, name)).join('; ') || '–',
    goals(row, row.reach),
    goals(row, row.aim),
  ]);
  return [line(HEAD), line(HEAD.map((_, index) => (index === 0 ? '---' : '---:'))), ...body.map(line)].join('');
}

const letter = (peer: string): string => LETTERS[peer] ?? peer;

function ratio(row: Row, peer: string): string {
  const value = ratioTo(row, peer);
  return `${number(value, value < 0.1 ? 3 : 2)} ${letter(peer)}`;
}

function goals(row: Row, all: readonly Goal[] = []): string {
  const told = all.map((goal) => {
    const limit = goal.of === null ? String(goal.atMost) : `${goal.atMost} ${letter(goal.of)}`;
    return `≤ ${limit}: ${verdictOf(row, goal) ?? 'not known'}`;
  });
  return told.join('; ') || '–';
}

function withSpread(row: Row, values: readonly number[]): string {
  const { digits } = row;
  const known = values.filter((value) => !Number.isNaN(value));
  const value = valueOf(row, known);
  if (known.length < 2) return number(value, digits);
  return `${number(value, digits)} (${number(quantile(known, 0), digits)}–${number(quantile(known, 1), digits)})`;
}

const number = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** How many goals are met and missed, as a sentence. */
export function formatVerdict(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ lines }) => lines.filter((line): line is Row => 'ours' in line));
  const count = (pick: (row: Row) => readonly Goal[] | undefined) => {
    const verdicts = rows.flatMap((row) => (pick(row) ?? []).map((goal) => verdictOf(row, goal)));
    const unknown = verdicts.filter((verdict) => verdict === null).length;
    const met = verdicts.filter((verdict) => verdict === 'met').length;
    return `${met} of ${verdicts.length}${unknown > 0 ? ` (${unknown} not known)` : ''}`;
  };
  const missed = rows.filter((row) => row.reach?.some((goal) => verdictOf(row, goal) === 'missed'));
  const which = missed.length > 0 ? `; missed: ${missed.map((row) => row.title).join('; ')}` : '';
  return `Reach met: ${count((row) => row.reach)}${which}. Aims met: ${count((row) => row.aim)}.`;
}
