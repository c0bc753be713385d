import { expect, test } from 'vitest';
import { parseMounts } from '../../src/sources/host/mounts.ts';
import { hostSource } from '../../src/sources/host/source.ts';
import { parseStat } from '../../src/sources/proc/stat.ts';
import { countersOf, parseInfo, parseServerInfo, parseSlowlog } from '../../src/sources/redis/parse.ts';
import { SourceError } from '../../src/sources/source.ts';
import fc from '../helpers/fast-check.ts';
import { createHandClock, createProcTree, PROC_FILES, recorded } from '../helpers/proc-tree.ts';
import { checkForAWhile, fuzzTimeoutMs, nearly } from './for-a-while.ts';

/** Numbers anywhere in a value that a screen could not show: not finite. */
function endless(value: unknown): unknown[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [value];
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return [];
  return Object.values(value).flatMap(endless);
}

const INFO = `# Server\r\nredis_version:7.4.1\r\nuptime_in_seconds:90\r\n# Clients\r\nconnected_clients:4\r\nmaxclients:10000\r\n# Memory\r\nused_memory:1048576\r\nused_memory_rss:2097152\r\nmaxmemory:0\r\nmem_fragmentation_ratio:1.9\r\n# Persistence\r\nloading:0\r\nrdb_last_bgsave_status:ok\r\n# Stats\r\ninstantaneous_ops_per_sec:7\r\nkeyspace_hits:10\r\nkeyspace_misses:3\r\nevicted_keys:0\r\n# Replication\r\nrole:slave\r\nmaster_link_status:up\r\n# Keyspace\r\ndb0:keys=5,expires=1,avg_ttl=0\r\n`;

test(
  'what is nearly the answer to INFO is read without a number that has no end',
  async () => {
    await checkForAWhile(
      fc.property(nearly(INFO), (bytes) => {
        const fields = parseInfo(bytes.toString());
        expect(endless(parseServerInfo(fields, 1_790_000_000_000))).toEqual([]);
        expect(endless(countersOf(fields))).toEqual([]);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'what is nearly an answer to SLOWLOG GET gives entries with real numbers',
  async () => {
    const part = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.constant(null),
      fc.array(fc.string(), { maxLength: 5 }),
    );
    await checkForAWhile(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.array(part, { maxLength: 7 }), { maxLength: 9 })), (reply) => {
        expect(endless(parseSlowlog(reply))).toEqual([]);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'what is nearly /proc/PID/stat is a process with real numbers, or none',
  async () => {
    const stat =
      '4211 (node (x) ) S 1 4211 4211 0 -1 4194304 500 0 0 0 120 30 5 2 20 0 11 0 98765 1000000 5000 184467 1 1';
    await checkForAWhile(
      fc.property(nearly(stat), (bytes) => {
        const found = parseStat(bytes, bytes.length);
        if (found === null) return;
        for (const value of [found.cpuTicks, found.startTicks, found.residentPages])
          expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'what is nearly mountinfo is a list of mounts with absolute places',
  async () => {
    await checkForAWhile(
      fc.property(nearly(recorded('before', 'self/mountinfo')), (bytes) => {
        for (const { mount } of parseMounts(bytes.toString())) expect(mount).toMatch(/^\//);
      }),
    );
  },
  fuzzTimeoutMs,
);

test(
  'what is nearly /proc gives shares of a hundred and real amounts, or a SourceError',
  async () => {
    const tree = createProcTree();
    const clock = createHandClock();
    tree.writeAll('before');
    const source = hostSource({
      clock,
      procRoot: tree.procRoot,
      sysRoot: tree.sysRoot,
      osReleasePaths: [],
      platform: 'linux',
      ask: async () => ({ bsize: 4096, blocks: 1000, bfree: 400, bavail: 300, files: 100, ffree: 25 }),
    });
    const { signal } = new AbortController();
    const files = PROC_FILES.filter((file) => file !== 'self/mountinfo');
    const file = fc
      .constantFrom(...files)
      .chain((name) => fc.tuple(fc.constant(name), nearly(recorded('before', name), recorded('later', name))));
    try {
      await checkForAWhile(
        fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 4 }), async (writes) => {
          for (const [name, bytes] of writes) tree.write(name, bytes);
          clock.pass(1000);
          const found = await source.read(signal).catch((error: unknown) => error);
          if (found instanceof SourceError) return;
          const { cpuPercent, memory, disks: _, ...rest } = found as Awaited<ReturnType<typeof source.read>>;
          for (const percent of [cpuPercent, memory.usedPercent]) {
            if (percent === null || Number.isNaN(percent)) continue;
            expect(percent).toBeGreaterThanOrEqual(0);
            expect(percent).toBeLessThanOrEqual(100);
          }
          expect(endless(rest.network)).toEqual([]);
          expect(endless(rest.load)).toEqual([]);
        }),
      );
    } finally {
      await source.close();
      tree.dispose();
    }
  },
  fuzzTimeoutMs,
);
