/** The panels there are, in the order of Tab. */
import { botsPanel } from '../panels/bots.ts';
import { databasePanel } from '../panels/database.ts';
import { errorsPanel } from '../panels/errors.ts';
import { resourcesPanel } from '../panels/resources.ts';
import type { Panel } from '../ui/panel.ts';

export function createPanels(): readonly Panel[] {
  return [botsPanel(), errorsPanel(), resourcesPanel(), databasePanel(({ database }) => database)];
}
