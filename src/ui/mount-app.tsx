/** Starts React and Ink on the screen. Loaded late, and only through `loadInTrueColor`. */
import { Box, type Instance, render, renderToString } from 'ink';
import { App, type AppProps } from './app.tsx';
import { mountInk } from './screen/mount.ts';
import type { Screen } from './screen/screen.ts';
import { ScreenContext } from './screen/surface.tsx';

export function mountApp({ screen, ...props }: Omit<AppProps, 'whenShown'> & { readonly screen: Screen }): Instance {
  const whenShown = () => screen.whenIdle();
  const node = (
    <ScreenContext value={screen}>
      <App {...props} whenShown={whenShown} />
    </ScreenContext>
  );
  return mountInk({ render, renderToString, Box }, screen, node, { stdin: process.stdin, stderr: process.stderr });
}
