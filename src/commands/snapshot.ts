/** One look at everything, printed: for pipes, scripts and terminals that cannot be painted. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { actions } from '../actions/all.ts';
import type { Options } from '../config/options.ts';
import { systemClock } from '../sources/source.ts';
import { countFleet } from '../state/fleet.ts';
import type { World } from '../state/world.ts';
import { clean } from '../text/clean.ts';
import { composeZones } from '../ui/compose-plain.ts';
import { createKeymap } from '../ui/keymap.ts';
import { asciiOf } from '../ui/screen/ascii.ts';
import { initialUi } from '../ui/state.ts';
import { createTheme } from '../ui/theme.ts';
import { drawZone, layoutOf, type Picture } from '../ui/zones.ts';
import { version } from '../version.ts';
import { createObservation, type Observation } from './observation.ts';
import { createPanels } from './panels.ts';
import { buildSnapshot, printSnapshot } from './snapshot-document.ts';

interface Run {
  readonly options: Options;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Rates come from two readings; this lies between them, ms. */
const BETWEEN_MS = 1_000;
/** How long the demo is watched for its crash loop, ms. */
const DEMO_LIMIT_MS = 40_000;

/** Two readings a second apart, as JSON or as a picture. */
export async function snapshot(run: Run): Promise<string> {
  return observe(run, async ({ poller }) => {
    await poller.readAll();
    await sleep(BETWEEN_MS);
    await poller.readAll();
  });
}

/** The same of the demo, once every source is fresh and the crash loop was seen; else it names what is missing. */
export async function demoSnapshot(run: Run): Promise<string> {
  return observe(run, async (observation) => {
    const endAt = systemClock.monotonic() + DEMO_LIMIT_MS;
    for (let reads = 1; ; reads++) {
      await observation.poller.readAll();
      const missing = missingIn(observation);
      if (missing.length === 0 && reads > 1) return;
      if (systemClock.monotonic() >= endAt) {
        process.stderr.write(`botop demo: not seen within ${DEMO_LIMIT_MS / 1000} s: ${missing.join(', ')}\n`);
        return;
      }
      await sleep(BETWEEN_MS);
    }
  });
}

function missingIn(observation: Observation): string[] {
  const world = observation.world();
  const missing = world.entries
    .filter(({ reading }) => reading.state !== 'fresh' && reading.state !== 'off')
    .map(({ id, reading }) => `${id} (${reading.state})`);
  const { byState } = countFleet(world);
  return byState.flapping ? missing : [...missing, 'the crash loop'];
}

async function observe({ options, env }: Run, look: (observation: Observation) => Promise<void>): Promise<string> {
  const observation = createObservation({ options, env, clock: systemClock });
  try {
    await look(observation);
    const world = observation.world();
    return options.isJson ? printSnapshot(buildSnapshot(world, version)) : printFrame(world, options, env);
  } finally {
    await observation.poller.stop();
  }
}

/** One picture without any escape, as large as COLUMNS and LINES say. */
function printFrame(world: World, options: Options, env: Run['env']): string {
  const columns = sizeOf(env['COLUMNS'], 120);
  const rows = sizeOf(env['LINES'], 40);
  const ui = initialUi(options.view);
  const picture: Picture = {
    world,
    ui,
    panels: createPanels(),
    keymap: createKeymap(actions),
    theme: createTheme('none'),
    hostname: clean(hostname()),
    isReadOnly: options.isReadOnly,
    clockNow: world.now,
    viewer: null,
  };
  const whole = composeZones(layoutOf(ui, world, { columns, rows }), columns, rows, (zone, cells) =>
    drawZone(zone, cells, picture),
  );
  const lines = whole.plain().map((line) => (options.isAscii ? toAscii(line) : line).trimEnd());
  return `${lines.join('\n')}\n`;
}

function toAscii(line: string): string {
  return Array.from(line, (char) => String.fromCodePoint(asciiOf(char.codePointAt(0) as number))).join('');
}

/** Terminals are not larger than this; a wrong variable must not ask for gigabytes. */
const SIZE_MAX = 1_000;

function sizeOf(text: string | undefined, usual: number): number {
  const size = Number.parseInt(text ?? '', 10);
  return size > 0 ? Math.min(size, SIZE_MAX) : usual;
}
