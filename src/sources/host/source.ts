/** The machine botop runs on. */
import type { Source } from '../source.ts';
import { type LinuxHostOptions, linuxHost } from './linux.ts';
import { portableHost } from './portable.ts';

/** The host, from /proc on Linux and through systeminformation elsewhere. */
export function hostSource(options: LinuxHostOptions & { readonly platform?: NodeJS.Platform }): Source<'host'> {
  const { platform = process.platform } = options;
  return platform === 'linux' ? linuxHost(options) : portableHost({ clock: options.clock, platform });
}
