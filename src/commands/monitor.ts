/** The monitor: sources, shell, screen and terminal put together, until the person leaves. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ActionDeps } from '../actions/action.ts';
import { actions } from '../actions/all.ts';
import { createAudit } from '../actions/audit.ts';
import { createEvidence, evidencePlaces } from '../actions/evidence.ts';
import { createExecutor } from '../actions/executor.ts';
import { keptFile } from '../actions/kept-file.ts';
import { killOrphan } from '../actions/kill-orphan.ts';
import { rolling } from '../actions/rolling.ts';
import { openStateFolder, statePlace } from '../actions/state-folder.ts';
import { stop } from '../actions/stop.ts';
import { sendToSyslog } from '../actions/syslog.ts';
import { systemDeps } from '../actions/system-deps.ts';
import { whoIs } from '../actions/who.ts';
import type { Options } from '../config/options.ts';
import { homeFolder, systemUser } from '../config/system-user.ts';
import { openLogPeek } from '../panels/logs/peek.ts';
import { openLogViewer } from '../panels/logs/viewer.ts';
import { createAttention } from '../sources/attention.ts';
import { createPm2Client } from '../sources/pm2/client.ts';
import { SourceError, systemClock } from '../sources/source.ts';
import type { OwnCode } from '../state/errors/explain.ts';
import { freezeWorld } from '../state/world.ts';
import { clean } from '../text/clean.ts';
import { createActing } from '../ui/acting/acting.ts';
import { sweepsOf } from '../ui/acting/sweeps.ts';
import { osc52 } from '../ui/clipboard.ts';
import { createKeymap } from '../ui/keys/keymap.ts';
import { loadInColor } from '../ui/overlays/load-ink.ts';
import { present } from '../ui/present.ts';
import { watchAttached } from '../ui/screen/attached.ts';
import { BACKGROUND_QUERY, isLightByEnv, isLightColor, mayAskBackground } from '../ui/screen/background.ts';
import { colorDepth } from '../ui/screen/color.ts';
import { createInput } from '../ui/screen/input.ts';
import { isRemote, Link } from '../ui/screen/link.ts';
import { otherLocale, repertoireOf } from '../ui/screen/repertoire.ts';
import { Screen } from '../ui/screen/screen.ts';
import { createTerminal } from '../ui/screen/terminal.ts';
import { createShell } from '../ui/shell.ts';
import type { Shell } from '../ui/shell-contract.ts';
import { createTheme } from '../ui/theme.ts';
import { daemonTrouble, readingOf, worldDeps } from './action-deps.ts';
import { copyText } from './copy-text.ts';
import { holdFirstPicture } from './first-picture.ts';
import { heapLimit } from './heap-limit.ts';
import { keepLook, LOOK_FILE } from './kept-look.ts';
import { saveMemory } from './memory-saver.ts';
import { createObservation, MARKS_FILE, type Observation } from './observation.ts';
import { createPanels } from './panels.ts';

export interface MonitorOptions {
  readonly options: Options;
  /** The environment of what is watched; the terminal's own facts come from `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What errors mean, by the configuration. */
  readonly codes: readonly OwnCode[];
}

/** How long the login of an action may take, ms. */
const ADMIN_LOGIN_MS = 5_000;
/** Longer than any action may run before it counts as unanswered, ms. */
const ACTION_GRACE_MS = 35_000;

/** Between two pictures of new figures over a slow line, ms. */
const SLOW_PACE_MS = 3_000;
/** A terminal that has shown nothing of what it was sent for so long is looked at by nobody, ms. */
const UNSEEN_MS = 15_000;
/** How much slower the sources are read then. */
const UNSEEN_FACTOR = 5;

/** Until a question is on its way: the socket is looked at, opened, and written to, between which others have a turn. */
const QUESTION_MS = 2;

/** Runs until the terminal's owner ends the process; see `createTerminal`. */
export async function monitor({ options, env, codes }: MonitorOptions): Promise<never> {
  const clock = systemClock;
  const depth = colorDepth(process.env, !options.hasColor);
  const { isReadOnly } = options;
  const keymap = createKeymap(actions);
  const user = systemUser();
  const person = { pm2Home: process.env['PM2_HOME'] || join(homeFolder(process.env), '.pm2'), user: user.username };
  const { isLowBandwidth, isAscii } = options;
  const link = new Link({
    now: () => clock.monotonic(),
    isFar: isLowBandwidth || isRemote(process.env),
    paceMs: isLowBandwidth ? SLOW_PACE_MS : 0,
  });
  const { theme } = options;
  const background = { isLight: theme === 'auto' ? isLightByEnv(process.env) === true : theme === 'light' };
  const repertoire = repertoireOf(process.env, isAscii);
  const screen = new Screen(process.stdout, { depth, repertoire, background, link, hasGraphs: !isLowBandwidth });

  const who = whoIs(process.env, user);
  const place = statePlace({ ...env }, user.home, user.uid);
  const look = keepLook(keptFile(place, LOOK_FILE.name, LOOK_FILE.maxBytes));
  const marksFile = keptFile(place, MARKS_FILE.name, MARKS_FILE.maxBytes);
  const observation = createObservation({
    options,
    env,
    clock,
    attention: createAttention(),
    marksFile,
    codes,
    auditFolder: () => openStateFolder(place),
    dumpCopies: () => openStateFolder(place, ['dumps']),
  });
  // PM2 makes its list while the rest is put together.
  observation.poller.start();
  await new Promise((resolve) => setTimeout(resolve, QUESTION_MS));
  const evidence = createEvidence({ places: evidencePlaces(place), who: who.name, now: () => clock.now() });
  const executor = createExecutor({
    deps: {
      ...systemDeps((home) => createPm2Client(home), clock, postgresFor(observation), evidence),
      postgresSeat: () => observation.postgresSeat(),
      env: process.env,
      ...worldDeps(
        () => observation.world(),
        () => openStateFolder(place),
      ),
    },
    audit: createAudit({
      who,
      folder: () => openStateFolder(place),
      syslog: isReadOnly ? null : (line) => void sendToSyslog(line, process.env),
    }),
    shell: person,
    circumstances: () => ({
      isReadOnly,
      isLocked: shell.ui().lock.isLocked,
      now: clock.now(),
      reading: (target) => readingOf(observation.store, options.pm2Homes, target),
      trouble: (target) => daemonTrouble(observation.world(), target),
    }),
  });
  const terminal = createTerminal({
    screen,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    // An action that is being done is finished and audited, even when the terminal is lost.
    graceMs: () => (executor.isBusy ? ACTION_GRACE_MS : 800),
    // A question that was open while the job was stopped must be read anew.
    onResume: () => shell.resize(screen.columns, screen.rows),
    async onEnd(ending) {
      attachment.close();
      presenter.close();
      await shell.stop(ending.reason === 'signal' ? ending.signal : `the monitor ended: ${ending.reason}`);
      await observation.poller.stop();
    },
  });
  const shell: Shell = createShell({
    panels: createPanels({
      onChange: () => screen.invalidate('detail'),
      setBaseline: (baseline) => observation.errors.setBaseline(baseline),
    }),
    keymap,
    theme: createTheme(depth),
    view: options.view,
    size: terminal.size(),
    hostname: clean(hostname()),
    isReadOnly,
    takeWorld: () => observation.world(),
    freezeWorld,
    clock,
    createActing: (port) =>
      createActing({
        executor,
        clock,
        port,
        refresh: () => pokeChanged(observation),
        homes: options.pm2Homes,
        offer: { actions, keymap, sweeps: (world) => sweepsOf(world, rolling, stop, killOrphan) },
      }),
    commandFor: (targets) =>
      actions.find(({ targetKind }) => targetKind === targets[0]?.kind)?.command(targets, person) ?? '',
    openViewer: openLogViewer,
    copyLines: (text, what) => copyText(text, what, { place, write: (sequence) => process.stdout.write(sequence) }),
    openPeek: openLogPeek,
    onLook: (arranged) =>
      void look
        .save(arranged)
        .then((trouble) => trouble && shell.notify(`The columns are not kept: ${trouble}`, 'warn')),
    copy(text) {
      const sequence = osc52(text);
      if (sequence !== null) process.stdout.write(sequence);
      return sequence === null ? `Too long for the clipboard: ${text}` : `Copied: ${text}`;
    },
    // What is under way is finished and audited before the terminal is given back.
    quit: () => void shell.stop('the person left').then(() => terminal.end(0)),
    suspend: () => terminal.suspend(),
    redraw: () => terminal.redraw(),
  });

  const presenter = present({
    shell,
    screen,
    keymap,
    clock,
    loadQuestions: async () => {
      const { createQuestions } = await loadInColor(() => import('../ui/overlays/question.tsx'));
      return createQuestions();
    },
    bytesPerSecond: () => link.bytesPerSecond(),
    onError: (error) => terminal.fail(error),
  });
  const matchPace = () => {
    const isUnseen = !attachment.isAttached || Math.max(screen.blockedMs(), link.waitedMs()) > UNSEEN_MS;
    observation.poller.slow(isUnseen ? UNSEEN_FACTOR : 1);
  };
  const attachment = watchAttached(process.env, matchPace);
  // A terminal that takes what it was sent again is looked at again.
  screen.onFlush(matchPace);
  const heapTrouble = heapLimit(() => clock.monotonic());
  observation.onNews((news) => {
    if (news.kinds.has('pm2')) showFirst();
    terminal.checkParent();
    const trouble = heapTrouble();
    if (trouble !== null) return terminal.fail(trouble);
    matchPace();
    shell.worldChanged(news);
  });

  createInput(process.stdin, {
    key(input, key) {
      screen.hurry(() => shell.report(input, key));
      if (!isReadOnly) presenter.touched();
    },
    paste: (text) => screen.hurry(() => shell.paste(text)),
    status() {
      screen.answered();
      matchPace();
    },
    background(color) {
      const isLight = isLightColor(color);
      if (theme !== 'auto' || isLight === null || isLight === background.isLight) return;
      background.isLight = isLight;
      terminal.redraw();
    },
  });
  process.stdin.setRawMode(true);
  const showFirst = holdFirstPicture(screen);
  terminal.enter();
  if (theme === 'auto' && depth !== 'none' && mayAskBackground(process.env)) process.stdout.write(BACKGROUND_QUERY);
  if (observation.store.of('pm2').every(({ reading }) => reading.state !== 'waiting')) showFirst();
  void look.load().then((known) => known && shell.restore(known));
  saveMemory(process.versions.node);
  const notes = notesOf(options);
  if (notes.length > 0) shell.notify(notes.join('; '), 'warn');
  // The terminal's owner ends the process.
  return new Promise<never>(() => {});
}

/** Connections for actions, under the same login as the source's own; made one by one, when an action runs. */
function postgresFor({ servers }: Observation): ActionDeps['postgres'] {
  return async (_, onNotice) => {
    const { found } = servers.postgres;
    if (!found) throw new SourceError('absent', 'no PostgreSQL is watched');
    const { openPostgres } = await import('../sources/postgres/client.ts');
    const options = { applicationName: 'botop action', timeoutMs: ADMIN_LOGIN_MS };
    return openPostgres(found.address, onNotice ? { ...options, onNotice } : options);
  };
}

/** Asks at once what actions change. */
function pokeChanged({ store, poller }: Observation): void {
  for (const { id, kind } of store.entries()) if (kind === 'pm2' || kind === 'postgres') poller.poke(id);
}

/** What the person should be told at the start. */
function notesOf({ notes, isAscii }: Options): readonly string[] {
  const locale = isAscii ? null : otherLocale(process.env);
  if (locale === null) return notes;
  return [...notes, `The locale ${clean(locale)} is not UTF-8: drawn in ASCII. LC_ALL=C.UTF-8 draws all of it.`];
}
