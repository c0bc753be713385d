/** The panels there are, in the order of Tab. */
import { botsPanel } from '../panels/bots.ts';
import { databasePanel } from '../panels/database.ts';
import { type ErrorsPanelOptions, errorsPanel } from '../panels/errors.ts';
import { resourcesPanel } from '../panels/resources.ts';
import type { Panel } from '../ui/panel.ts';

/** `errors`: what its panel may do beyond drawing. */
export function createPanels(errors: ErrorsPanelOptions = {}): readonly Panel[] {
  return [botsPanel(), errorsPanel(errors), resourcesPanel(), databasePanel(({ database }) => database)];
}
