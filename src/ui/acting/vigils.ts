/** Keeps the lines of the minutes after actions: one an action, each until its time is over or it is taken away. */
import type { Outcome } from '../../actions/outcome.ts';
import { type BotTarget, targetName } from '../../actions/target.ts';
import type { World } from '../../state/world.ts';
import { type Strip, stripOfVigil } from './strip.ts';
import { beginVigil, lookOn, type Vigil } from './vigil.ts';

export interface VigilsPort {
  world(): World;
  /** Monotonic ms. */
  now(): number;
  /** Puts the line of that id up, or takes it away. */
  show(id: string, strip: Strip | null): void;
}

export interface Vigils {
  /** Watches on what went well. A later action on the same bots takes its place. */
  begin(outcome: Outcome): void;
  look(): void;
  /** All of them end: the person has seen enough. */
  end(): void;
}

export function createVigils({ world, now, show }: VigilsPort): Vigils {
  const vigils = new Map<string, Vigil>();

  function drop(id: string): void {
    vigils.delete(id);
    show(id, null);
  }

  return {
    begin({ ask, results }) {
      const bots = results.flatMap(({ target, verdict }) =>
        target.kind === 'bot' && verdict?.state === 'good' ? [target] : [],
      );
      const same = new Set(ask.targets.flatMap((target) => (target.kind === 'bot' ? [target.uniqueId] : [])));
      for (const [id, { bots: watched }] of vigils) {
        if (watched.some(({ target }) => same.has(target.uniqueId))) drop(id);
      }
      if (ask.action.isWatchedOn !== true) return;
      const vigil = beginVigil(`watching ${nameOf(bots)}`, bots, world(), now());
      if (vigil !== null) vigils.set(`vigil ${ask.id}`, vigil);
    },
    look() {
      const at = now();
      for (const [id, vigil] of vigils) {
        const isOver = lookOn(vigil, world(), at);
        if (isOver) vigils.delete(id);
        show(id, stripOfVigil(vigil, isOver, at));
      }
    },
    end() {
      for (const id of [...vigils.keys()]) drop(id);
    },
  };
}

function nameOf(bots: readonly BotTarget[]): string {
  const [only] = bots;
  return bots.length === 1 && only !== undefined ? targetName(only) : `${bots.length} bots`;
}
