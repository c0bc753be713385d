/** Which columns of the bots panel fit, and how wide they are. */
import { type BotColumn, NEVER } from './column.ts';
import { BOT_COLUMNS } from './column-list.ts';

/** What was chosen of each column; the others are there as far as there is room. */
export type ColumnChoice = Readonly<Record<string, 'on' | 'off'>>;

/** A column with its place in the row. */
export interface PlacedColumn {
  readonly column: BotColumn;
  readonly x: number;
  readonly width: number;
}

/** Names and reasons are widened up to this; beyond it the next column is worth more, and then empty room. */
const NAME_MAX = 30;
/** A name this wide is worth more than the columns behind the first few. */
const NAME_GOOD = 20;
/** A reason this wide names the error: it is worth more than the columns behind those of every day. */
const WHY_GOOD = 40;
const WHY_LEAST = 16;
const EVERY_DAY_RANK = 8.5;
const GAP = 1;
/** The mark of the cursor stands before the first column. */
const MARK = 1;

/**
 * The columns that fit an inner width: those of the lowest rank, in their order, with a blank between them. From the
 * fifth on a column is added only when the name has its good width, and later ones only when the reason has, too. The
 * name and the reason share what is left.
 */
function fitColumns(
  width: number,
  several: ReadonlySet<'homes' | 'namespaces'>,
  choice: ColumnChoice = {},
): readonly PlacedColumn[] {
  const chosen = new Set<BotColumn>();
  let used = MARK;
  // What was asked for comes before all but name and state.
  const rankOf = ({ id, rank }: BotColumn): number => (choice[id] === 'on' && rank > 1 ? 1 + rank / 1_000 : rank);
  const candidates = BOT_COLUMNS.filter(
    ({ id, onlyWith, rank }) =>
      choice[id] !== 'off' &&
      (choice[id] === 'on' || (rank < NEVER && (onlyWith === undefined || several.has(onlyWith)))),
  );
  for (const column of candidates.sort((a, b) => rankOf(a) - rankOf(b))) {
    const rank = rankOf(column);
    const reserve = rank > EVERY_DAY_RANK ? NAME_GOOD - 13 + WHY_GOOD - WHY_LEAST : rank > 5 ? NAME_GOOD - 13 : 0;
    if (used + column.width + GAP + reserve > width + GAP) break;
    chosen.add(column);
    used += column.width + GAP;
  }
  const shown = BOT_COLUMNS.filter((column) => chosen.has(column));
  let spare = Math.max(0, width + GAP - used);
  const hasWhy = shown.some((column) => column.id === 'why');
  let nameExtra = Math.min(hasWhy ? Math.ceil(spare * 0.6) : spare, (hasWhy ? NAME_GOOD : NAME_MAX) - 13);
  if (hasWhy) nameExtra += clamp(spare - nameExtra - (WHY_GOOD - WHY_LEAST), 0, NAME_MAX - NAME_GOOD);
  spare -= nameExtra;
  let x = MARK;
  return shown.map((column) => {
    const extra = column.id === 'name' ? nameExtra : column.id === 'why' ? spare : 0;
    const placed = { column, x, width: column.width + extra };
    x += placed.width + GAP;
    return placed;
  });
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The same, worked out anew only for another width, other sets or another choice. */
export function keptColumns(): typeof fitColumns {
  let known: { readonly asked: readonly unknown[]; readonly placed: readonly PlacedColumn[] } | null = null;
  return (width, several, choice) => {
    const isKnown = known?.asked[0] === width && known.asked[1] === several && known.asked[2] === choice;
    if (!known || !isKnown) known = { asked: [width, several, choice], placed: fitColumns(width, several, choice) };
    return known.placed;
  };
}
