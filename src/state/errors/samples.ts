/** The newest events of each group, within one bound for all groups together. */
import type { LogEvent } from '../../sources/logs/snapshot.ts';

const MAX_SAMPLES = 8;
/** Of all samples together. One of each group always fits. */
const MAX_SAMPLE_CHARACTERS = 1_500_000;

interface Sampled {
  readonly samples: LogEvent[];
}

export interface Samples {
  add(group: Sampled, event: LogEvent): void;
  /** Takes all of a group's out: it leaves. */
  drop(group: Sampled): void;
}

/** `groups` are all that share the bound. */
export function createSamples(groups: ReadonlyMap<string, Sampled>): Samples {
  let characters = 0;

  /** Keeps the newest. */
  function trim({ samples }: Sampled, count: number): void {
    for (const event of samples.splice(0, samples.length - count)) characters -= charactersOf(event);
  }

  return {
    add(group, event) {
      group.samples.push(event);
      characters += charactersOf(event);
      if (group.samples.length > MAX_SAMPLES) trim(group, MAX_SAMPLES);
      if (characters <= MAX_SAMPLE_CHARACTERS) return;
      for (const each of groups.values()) trim(each, Math.ceil(each.samples.length / 2));
    },
    drop: (group) => trim(group, 0),
  };
}

function charactersOf({ message, detail }: LogEvent): number {
  return message.length + detail.length;
}
