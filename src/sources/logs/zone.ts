/** Times of a writer in another zone. */

const HOUR_MS = 3_600_000;
const FIXED = /^([+-])(\d\d):?(\d\d)$/;

/**
 * What to add to a time that was read as if it were ours, when its writer's zone is another: `Europe/Berlin`, `UTC`,
 * `+02:00`. A zone that nobody knows adds nothing. Offsets are looked up once an hour of time.
 */
export function createZoneShift(zone: string): (at: number) => number {
  const fixed = FIXED.exec(zone);
  const minutes = fixed ? (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -1 : 1) : null;
  const format = minutes === null ? formatOf(zone) : null;
  let hour = Number.NaN;
  let theirs = minutes ?? 0;
  return (at) => {
    const ours = -new Date(at).getTimezoneOffset();
    if (minutes === null && format === null) return 0;
    if (format && Math.floor(at / HOUR_MS) !== hour) {
      hour = Math.floor(at / HOUR_MS);
      // `at` itself is hours off: beside a change of their clocks the first offset may be that of the other side.
      theirs = offsetMinutes(format, at + (ours - offsetMinutes(format, at)) * 60_000);
    }
    return (ours - theirs) * 60_000;
  };
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** `GMT+05:30` is 330, `GMT` is 0. */
function offsetMinutes(format: Intl.DateTimeFormat, at: number): number {
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}
