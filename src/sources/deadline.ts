/** Whether it ended in time; the end of the reading itself counts as time that is up. */
export async function isOverWithin(ended: Promise<void>, ms: number, signal: AbortSignal): Promise<boolean> {
  let stop: () => void = () => {};
  const timeIsUp = new Promise<boolean>((resolve) => {
    stop = () => resolve(false);
    signal.addEventListener('abort', stop, { once: true });
  });
  const timer = setTimeout(stop, ms);
  try {
    return await Promise.race([ended.then(() => true), timeIsUp]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Resolves when the work has settled, and after the time at the latest. */
export async function settlesWithin(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
