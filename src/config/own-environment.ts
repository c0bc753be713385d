/** What bin/botop sets for the C library of this process. */
const OURS = { name: 'MALLOC_MMAP_THRESHOLD_', value: '131072' };

/** Takes it out, so that nothing that is started from here (PM2, and by it bots) has it. */
export function dropOwnSettings(env: NodeJS.ProcessEnv): void {
  if (env[OURS.name] === OURS.value) delete env[OURS.name];
}
