/** One look at everything, printed: for pipes, scripts and terminals that cannot be painted. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { actions } from '../actions/all.ts';
import { keptFile } from '../actions/kept-file.ts';
import { openStateFolder, statePlace } from '../actions/state-folder.ts';
import type { Options } from '../config/options.ts';
import { systemUser } from '../config/system-user.ts';
import type { LogFile } from '../sources/logs/snapshot.ts';
import { findDaemons } from '../sources/pm2/daemons.ts';
import { systemClock, valueOf } from '../sources/source.ts';
import type { OwnCode } from '../state/errors/explain.ts';
import { countFleet } from '../state/fleet.ts';
import type { World } from '../state/world.ts';
import { clean } from '../text/clean.ts';
import { composeZones } from '../ui/compose-plain.ts';
import { createKeymap } from '../ui/keys/keymap.ts';
import { type Layout, MIN_COLUMNS, MIN_ROWS } from '../ui/layout.ts';
import { asciiLines } from '../ui/screen/ascii.ts';
import { repertoireOf } from '../ui/screen/repertoire.ts';
import { initialUi, type UiState } from '../ui/state.ts';
import { createTheme } from '../ui/theme.ts';
import { drawZone, layoutOf, type Picture } from '../ui/zones.ts';
import { version } from '../version.ts';
import { createObservation, MARKS_FILE, type Observation } from './observation.ts';
import { createPanels } from './panels.ts';
import { buildSnapshot, printSnapshot, type SnapshotDocument } from './snapshot-document.ts';

interface Run {
  readonly options: Options;
  readonly codes: readonly OwnCode[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Rates come from two readings; this lies between them, ms. */
const BETWEEN_MS = 1_000;
/** On a machine under load the logs take more readings; so long they are waited for, and so long between two, ms. */
const LOGS_LIMIT_MS = 5_000;
const BETWEEN_LOGS_MS = 100;
/** How long the demo is watched for its crash loop, ms. */
const DEMO_LIMIT_MS = 40_000;

/** Two readings a second apart, and more where the logs are not read by then, as JSON or as a picture. */
export async function snapshot(run: Run): Promise<string> {
  return observe(run, async ({ poller, store }) => {
    await poller.readAll();
    await sleep(BETWEEN_MS);
    await poller.readAll();
    const endAt = systemClock.monotonic() + LOGS_LIMIT_MS;
    for (let before = NO_FILES; systemClock.monotonic() < endAt; await poller.readAll()) {
      const files = store.of('logs').flatMap(({ reading }) => valueOf(reading)?.files ?? []);
      if (isReadBack(files, before)) return;
      before = files;
      await sleep(BETWEEN_LOGS_MS);
    }
  });
}

const NO_FILES: readonly LogFile[] = [];

/** Whether every log that can be read was: to its end, or as far as it goes, which is the start of a last line. */
function isReadBack(files: readonly LogFile[], before: readonly LogFile[]): boolean {
  return files.every(
    ({ state, path, sizeBytes, offset }) =>
      state !== 'waiting' &&
      (state !== 'following' ||
        !(offset < sizeBytes) ||
        before.some((old) => old.path === path && old.offset === offset)),
  );
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

async function observe(
  { options, env, codes }: Run,
  look: (observation: Observation) => Promise<void>,
): Promise<string> {
  const { home, uid } = systemUser();
  const place = statePlace({ ...env }, home, uid);
  const marksFile = keptFile(place, MARKS_FILE.name, MARKS_FILE.maxBytes);
  const auditFolder = () => openStateFolder(place);
  const observation = createObservation({
    options,
    env,
    clock: systemClock,
    marksFile,
    codes,
    auditFolder,
    dumpCopies: null,
  });
  try {
    await look(observation);
    observation.settle();
    const world = observation.world();
    return options.isJson ? printSnapshot(await documentOf(world, options)) : printFrame(world, options, env);
  } finally {
    await observation.poller.stop();
  }
}

/** The document; the other daemons are looked for here where no daemon was read that names them. */
async function documentOf(world: World, { pm2Homes }: Options): Promise<SnapshotDocument> {
  const document = buildSnapshot(world, version);
  if (document.daemons.length > 0) return document;
  return { ...document, otherDaemons: await findDaemons(pm2Homes) };
}

/**
 * One picture without any escape, as large as COLUMNS and LINES say; without LINES as long as it takes to list every
 * bot. Nobody steers it: it has no footer and no cursor.
 */
function printFrame(world: World, options: Options, env: Run['env']): string {
  const columns = sizeOf('COLUMNS', env['COLUMNS'], 120, MIN_COLUMNS);
  const ui = withoutCursors(initialUi(options.view === 'logs' ? 'errors' : options.view));
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
  const bots = world.pm2.reduce((sum, { reading }) => sum + (valueOf(reading)?.bots.length ?? 0), 0);
  // The footer's line is laid out below what is printed.
  const layoutFor = (rows: number) => layoutOf(ui, world, { columns, rows: rows + 1 });
  let rows = sizeOf('LINES', env['LINES'], 40, MIN_ROWS);
  if (!env['LINES']) while (rows < SIZE_MAX && !hasRoom(layoutFor(rows), bots)) rows += 1;
  const whole = composeZones(layoutFor(rows), columns, rows + 1, (zone, cells) => {
    if (zone !== 'footer') drawZone(zone, cells, picture);
  });
  const lines = repertoireOf(env, options.isAscii) === 'ascii' ? asciiLines(whole) : whole.plain();
  return `${lines.slice(0, rows).join('\n')}\n`;
}

function withoutCursors(ui: UiState): UiState {
  const { bots, errors, resources, database } = ui.lists;
  const nowhere = { index: -1 };
  return {
    ...ui,
    lists: {
      bots: { ...bots, ...nowhere },
      errors: { ...errors, ...nowhere },
      resources: { ...resources, ...nowhere },
      database: { ...database, ...nowhere },
    },
  };
}

/** Whether the bots' panel, where there is one, shows them all: two borders and the names of the columns come with it. */
function hasRoom({ rows }: Layout, bots: number): boolean {
  const panel = rows.flatMap(({ zones }) => zones).find(({ id }) => id === 'bots');
  return !panel || panel.height >= bots + 3;
}

/** Terminals are not larger than this; a wrong variable must not ask for gigabytes. */
const SIZE_MAX = 1_000;

function sizeOf(name: string, text: string | undefined, usual: number, least: number): number {
  const size = Number.parseInt(text ?? '', 10);
  if (!(size > 0)) return usual;
  if (size < least) process.stderr.write(`botop: ${name}=${size} is too small for a picture, which has ${least} now\n`);
  return Math.max(least, Math.min(size, SIZE_MAX));
}
