/** Room that many logs share: a loud one fills what the others leave, and takes nothing of theirs. */

/**
 * The most that each may have of `room`: those that want less than an equal share get all they want, and the others
 * divide what is left. Infinity when there is room for all.
 */
export function fairShare(wants: Iterable<number>, room: number): number {
  const rising = Float64Array.from(wants).sort();
  let left = room;
  for (let i = 0; i < rising.length; i += 1) {
    const want = rising[i] as number;
    const share = left / (rising.length - i);
    if (want > share) return share;
    left -= want;
  }
  return Number.POSITIVE_INFINITY;
}
