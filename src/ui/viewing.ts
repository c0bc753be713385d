/** The viewer that has the body, while one has: opened by a row's `l` or by its view, closed with it. */
import { botTarget, type Target } from '../actions/target.ts';
import { valueOf } from '../sources/source.ts';
import type { World } from '../state/world.ts';
import type { UiState } from './state.ts';
import { allLogs, type OpenViewer, type Viewer, type ViewerPort, type ViewerSubject } from './viewer.ts';

export interface ViewingPort extends Pick<ViewerPort, 'onChange' | 'now' | 'notice' | 'copy' | 'palette'> {
  world(): World;
}

export interface Viewing {
  readonly viewer: Viewer | null;
  open(subject: ViewerSubject): void;
  /** After what the person is doing has changed: closes what is left, opens what is come to. */
  settle(before: UiState, after: UiState): void;
  tick(page: number): void;
  /** The bots that write what the cursor is on. */
  targets(): readonly Target[];
}

export function createViewing(openViewer: OpenViewer, port: ViewingPort): Viewing {
  let viewer: Viewer | null = null;
  let isAll = false;

  const viewerPort: ViewerPort = {
    onChange: port.onChange,
    now: port.now,
    notice: port.notice,
    copy: port.copy,
    palette: port.palette,
    world: port.world,
    all: () => allLogs(port.world()),
    only(bot) {
      const { files } = allLogs(port.world());
      return { title: bot, isAll: false, files: files.filter((file) => file.bot === bot) };
    },
  };

  function open(subject: ViewerSubject): void {
    viewer?.close();
    isAll = subject.isAll;
    viewer = openViewer(subject, viewerPort);
  }

  return {
    get viewer() {
      return viewer;
    },
    open,
    settle(before, after) {
      if (viewer && !after.isViewing) {
        viewer.close();
        viewer = null;
      }
      if (after.isViewing && after.view === 'logs' && (!viewer || before.view !== 'logs')) open(allLogs(port.world()));
    },
    tick(page) {
      if (isAll) viewer?.update(allLogs(port.world()));
      viewer?.tick(page);
    },
    targets() {
      const path = viewer?.path() ?? null;
      if (path === null) return [];
      return port
        .world()
        .pm2.flatMap(({ reading }) => valueOf(reading)?.bots ?? [])
        .filter(({ outLogPath, errLogPath }) => outLogPath === path || errLogPath === path)
        .map(botTarget);
    },
  };
}
