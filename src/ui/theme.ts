/** The colours by role. Panels name roles, never colours, so that a depth or a background changes in one place. */
import { ansi, type Color, type ColorDepth, rgb } from './screen/color.ts';
import { type StyleId, style } from './screen/style.ts';

const ROLES = [
  'text',
  'strong',
  'dim',
  'title',
  'border',
  'borderFocused',
  'good',
  'warn',
  'bad',
  'accent',
  'key',
  'muted',
  'graph',
] as const;

export type Role = (typeof ROLES)[number];

export type Theme = Readonly<Record<Role, StyleId>> & {
  /** The same roles on the row the cursor is on. */
  readonly selected: Readonly<Record<Role, StyleId>>;
  /** The bar of a header that wants attention. */
  readonly alarm: StyleId;
  readonly badge: StyleId;
};

interface Look {
  readonly fg?: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

/**
 * Sixteen palette colours carry the meaning, since they follow the person's own terminal theme, light or dark; with
 * more colours only borders and graphs get finer. Without colour (`none`) bold and inverse carry it.
 */
export function createTheme(depth: ColorDepth): Theme {
  const isPlain = depth === 'none';
  const isFine = depth === 256 || depth === 'true';
  const looks: Record<Role, Look> = isPlain
    ? {
        text: {},
        strong: { bold: true },
        dim: { dim: true },
        title: { bold: true },
        border: { dim: true },
        borderFocused: {},
        good: {},
        warn: { bold: true },
        bad: { bold: true },
        accent: { bold: true },
        key: { bold: true },
        muted: { dim: true },
        graph: {},
      }
    : {
        text: {},
        strong: { bold: true },
        dim: { dim: true },
        title: { bold: true },
        border: isFine ? { fg: rgb('#6c7086') } : { dim: true },
        borderFocused: { fg: ansi(6) },
        good: { fg: ansi(2) },
        warn: { fg: ansi(3) },
        bad: { fg: ansi(1), bold: true },
        accent: { fg: ansi(6) },
        key: { fg: ansi(6), bold: true },
        muted: isFine ? { fg: rgb('#8a8f98') } : { dim: true },
        graph: { fg: ansi(4) },
      };
  const normal = {} as Record<Role, StyleId>;
  const selected = {} as Record<Role, StyleId>;
  for (const role of ROLES) {
    normal[role] = style(looks[role]);
    // Dim and inverse together are unreadable in most terminals, and greys as backgrounds look like holes.
    const { dim: _, ...look } = looks[role];
    selected[role] = role === 'muted' || role === 'dim' ? style({ inverse: true }) : style({ ...look, inverse: true });
  }
  const alarm = isPlain ? style({ bold: true, inverse: true }) : style({ fg: ansi(1), bold: true, inverse: true });
  return { ...normal, selected, alarm, badge: style({ bold: true, inverse: true }) };
}
