import type { Instance, RenderOptions } from 'ink';
import { createElement, type ReactNode } from 'react';
import { Cells } from './cells.ts';
import { parseFrame, sentinelColor } from './frame.ts';
import type { Screen } from './screen.ts';

type Ink = typeof import('ink');

/**
 * Imports what imports Ink, with true colour forced: Ink's colour library decides once, while it is loaded, and
 * without true colour no surface can be told from the frame. The variable is put back before children are started.
 */
export async function loadInTrueColor<Module>(load: () => Promise<Module>): Promise<Module> {
  const before = process.env['FORCE_COLOR'];
  process.env['FORCE_COLOR'] = '3';
  try {
    return await load();
  } finally {
    if (before === undefined) delete process.env['FORCE_COLOR'];
    else process.env['FORCE_COLOR'] = before;
  }
}

/** Throws when Ink does not write the colours that mark surfaces: every panel would silently be blank. */
export function assertSentinel({ renderToString, Box }: Pick<Ink, 'renderToString' | 'Box'>): void {
  const mask = new Uint8Array(1);
  const probe = createElement(Box, { width: 1, height: 1, backgroundColor: sentinelColor(1) });
  parseFrame(renderToString(probe, { columns: 1 }), new Cells(1, 1), mask);
  if (mask[0] !== 1) {
    throw new Error('Ink was loaded without true colour, so no panel can be painted: load it through loadInTrueColor');
  }
}

/**
 * Starts Ink on the screen. Throws when its colours do not reach us; the caller then still owns the terminal. A later
 * error while rendering unmounts the tree and becomes an unhandled rejection, which the terminal's owner answers.
 */
export function mountInk(
  ink: Pick<Ink, 'render' | 'renderToString' | 'Box'>,
  screen: Screen,
  node: ReactNode,
  streams: Pick<RenderOptions, 'stdin' | 'stderr'> = {},
): Instance {
  assertSentinel(ink);
  const instance = ink.render(node, {
    ...streams,
    stdout: screen.ink,
    interactive: true,
    // Whole frames, each in one write, as soon as React commits: what splitWrite expects.
    debug: true,
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
    incrementalRendering: false,
  });
  // Ink keeps such an error to itself unless somebody waits; without the screen the program would live on unseen.
  void instance.waitUntilExit();
  return instance;
}
