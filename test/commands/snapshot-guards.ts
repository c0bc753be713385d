import type { GuardSnapshot, HomeGuard } from '../../src/sources/guard/snapshot.ts';
import fc from '../helpers/fast-check.ts';
import { count, instant, orNaN, orNull, pid } from './snapshot-arbitraries.ts';

/** What is seen of these homes from outside, at random. */
export const guardOf = (homes: readonly string[]): fc.Arbitrary<GuardSnapshot> =>
  fc.record({
    cli: orNull(fc.record({ path: fc.string(), version: fc.constantFrom('5.4.3', '7.0.4') })),
    homes: fc.tuple(
      ...homes.map((home) =>
        fc.record<HomeGuard>({
          home: fc.constant(home),
          access: fc.constantFrom('open', 'absent', 'closed'),
          owner: orNull(fc.string()),
          hasSocket: orNull(fc.boolean()),
          pidFile: orNull(pid),
          daemons: fc.array(
            fc.record({
              pid,
              startTicks: count,
              startedAt: orNull(instant),
              version: orNull(fc.string()),
              user: fc.string(),
              isHalted: fc.boolean(),
            }),
            { maxLength: 2 },
          ),
          orphans: fc.array(
            fc.record({
              home: fc.constant(home),
              pid,
              startTicks: count,
              startedAt: orNull(instant),
              id: fc.nat(),
              name: fc.string(),
              namespace: orNull(fc.string()),
              user: fc.string(),
              cwd: orNull(fc.string()),
              outLogPath: orNull(fc.string()),
              errLogPath: orNull(fc.string()),
              seenAt: instant,
              command: fc.string(),
              cpuPercent: orNaN(count),
              memoryBytes: count,
              processes: fc.nat(),
            }),
            { maxLength: 2 },
          ),
          dumpCopies: fc.constant(null),
        }),
      ),
    ),
  });
