/** What the reducer may ask of the screen, answered by the panels. */
import type { Panel, Scope, Size } from './panel.ts';
import type { PanelId, Scene } from './state.ts';

export interface SceneOptions {
  readonly panels: readonly Panel[];
  scopeOf(id: PanelId): Scope;
  /** The size of a panel's zone, or of the detail that has its place; undefined while neither is shown. */
  sizeOf(id: PanelId): Size | undefined;
}

const NO_ROOM: Size = { width: 1, height: 1 };

export function createScene({ panels, scopeOf, sizeOf }: SceneOptions): Scene {
  const panelOf = (id: PanelId): Panel | undefined => panels.find((panel) => panel.id === id);
  return {
    keys: (id) => panelOf(id)?.keys(scopeOf(id)) ?? [],
    page: (id) => panelOf(id)?.page(sizeOf(id) ?? NO_ROOM, scopeOf(id)) ?? 1,
    members: (id, key) => panelOf(id)?.members?.(scopeOf(id), key) ?? [],
    group: (id, key) => panelOf(id)?.group?.(scopeOf(id), key) ?? null,
    groups: (id) => panelOf(id)?.groups?.(scopeOf(id)) ?? [],
    sorts: (id) => panelOf(id)?.sorts.length ?? 0,
    menu: (id, menu) => panelOf(id)?.menu?.(scopeOf(id), menu) ?? [],
    filterError: (id, text) => panelOf(id)?.filterError?.(text) ?? null,
    within: (id, key) => panelOf(id)?.within?.(scopeOf(id), key) ?? [],
    find(id, text, origin, by, isPast) {
      const panel = panelOf(id);
      const scope = scopeOf(id);
      const keys = panel?.searched?.(scope) ?? panel?.keys(scope) ?? [];
      const wanted = text.toLowerCase();
      const from = Math.max(0, keys.indexOf(origin ?? ''));
      for (let step = isPast ? 1 : 0; step < keys.length + (isPast ? 1 : 0); step++) {
        const key = keys[(from + by * step + 2 * keys.length) % keys.length] as string;
        if (panel?.textOf?.(scope, key).includes(wanted)) return key;
      }
      return null;
    },
    panels: (view) => (view === 'home' ? panels.map(({ id }) => id) : view === 'logs' ? [] : [view]),
  };
}
