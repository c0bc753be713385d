/** Which zones look different after a change: what is not named here is neither drawn nor compared. Pure. */
import type { Kind } from '../sources/source.ts';
import type { World } from '../state/world.ts';
import type { PanelId, UiEvent, UiState } from './state.ts';

/** What has come in: readings of these kinds; at a beat a second has passed as well, and every age is another. */
export interface News {
  readonly isBeat: boolean;
  readonly kinds: ReadonlySet<Kind>;
}

/** Zones by what is read for them. A detail may be about anything. */
const ZONES_OF: Readonly<Record<Kind, readonly string[]>> = {
  pm2: ['bots', 'detail'],
  guard: ['bots', 'detail'],
  host: ['resources', 'summary', 'detail'],
  logs: ['errors', 'detail'],
  postgres: ['database', 'detail'],
  redis: ['database', 'detail'],
};

/** The zones that hold something new. */
export function zonesWithNews({ isBeat, kinds }: News, world: World, { typing, lists }: UiState): readonly string[] {
  const zones = new Set<string>(['header']);
  // How many rows a search finds, and how many of what is selected are still there.
  if (typing !== null || lists.bots.selected.size > 0) zones.add('footer');
  for (const kind of kinds) for (const zone of ZONES_OF[kind]) zones.add(zone);
  if (!isBeat) return [...zones];
  for (const { kind, reading } of world.entries) {
    // What is off or was never read has no age.
    if (reading.state === 'off' || reading.state === 'waiting') continue;
    // What is fresh of the host, and of homes seen from outside, has none either. The servers are read every two
    // seconds: what is so and so long ago on their panel goes on with that.
    if (reading.state === 'fresh' && kind !== 'pm2' && kind !== 'logs') continue;
    for (const zone of ZONES_OF[kind]) zones.add(zone);
  }
  return [...zones];
}

/** The zones that a change of what the person is doing touches; undefined for all of them. */
export function zonesChanged(before: UiState, after: UiState): readonly string[] | undefined {
  const isWide =
    before.view !== after.view ||
    before.isViewing !== after.isViewing ||
    before.isPaused !== after.isPaused ||
    before.lock !== after.lock ||
    before.detail?.panel !== after.detail?.panel ||
    before.detail?.key !== after.detail?.key;
  if (isWide) return undefined;
  const zones = new Set<string>();
  for (const panel of Object.keys(after.lists) as PanelId[]) {
    const [was, is] = [before.lists[panel], after.lists[panel]];
    if (was === is) continue;
    zones.add(panel);
    // Esc means something else while there is a filter.
    if (
      was.filter !== is.filter ||
      was.selected !== is.selected ||
      was.search !== is.search ||
      was.isGrouped !== is.isGrouped
    )
      zones.add('footer');
  }
  if (before.focus !== after.focus) zones.add(before.focus).add(after.focus).add('footer');
  if (before.typing !== after.typing) zones.add(after.focus).add('footer');
  if (before.notice !== after.notice || before.overlay !== after.overlay) zones.add('footer');
  if (before.strip !== after.strip) zones.add('strip').add('footer');
  if (before.detail !== after.detail || before.range !== after.range) zones.add('detail');
  return [...zones];
}

/** Whether the cursor's window was brought along by the event itself; anything else may have left it outside. */
export function isSettled({ type }: UiEvent): boolean {
  return type === 'world-changed' || type === 'moved' || type === 'paged' || type === 'jumped';
}
