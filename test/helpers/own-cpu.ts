/** What the work takes of this process's own CPU, ms: on a busy machine the clock tells of others. */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
