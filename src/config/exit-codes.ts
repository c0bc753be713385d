/** What the program's exit status means. A signal's is 128 + its number, as a shell has it. */
export const exitCodes = {
  ok: 0,
  /** It could not do what was asked; stderr says why. */
  failed: 1,
  /** The command line is wrong; EX_USAGE of sysexits. */
  usage: 64,
} as const;
