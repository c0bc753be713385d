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
