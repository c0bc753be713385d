import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createPerson, type Person, PROGRAM, startMonitor } from '../helpers/monitor.ts';
import { type Pm2Daemon, startPm2 } from '../helpers/pm2-daemon.ts';
import type { Pty } from '../helpers/pty.ts';
import { descendants, processRow } from '../helpers/tree.ts';

let pm2: Pm2Daemon | null = null;
let person: Person | null = null;
let pty: Pty | null = null;

afterEach(async () => {
  await pty?.dispose();
  person?.remove();
  await pm2?.remove();
});

/** What every build of React calls its elements. */
const REACT = /react\.(?:transitional\.)?element/;

/** A copy of the built program that ends with an error as soon as it loads React. */
function withoutReact(folder: string): string {
  const dist = join(folder, 'dist');
  cpSync(dirname(PROGRAM), dist, { recursive: true });
  const chunks = readdirSync(dist)
    .map((name) => join(dist, name))
    .filter((file) => file.endsWith('.js') && REACT.test(readFileSync(file, 'utf8')));
  expect(chunks).not.toEqual([]);
  for (const file of chunks) writeFileSync(file, `throw new Error('${basename(file)} was loaded');\n`);
  return join(dist, basename(PROGRAM));
}

test('a running monitor starts no child, and loads no React', async () => {
  pm2 = await startPm2();
  await pm2.start({ name: 'quiet-bot', code: 'setInterval(() => console.log(1), 500)' });
  person = createPerson({ PM2_HOME: pm2.home });
  pty = await startMonitor({ person, program: withoutReact(person.home) });
  await pty.waitFor(/quiet-bot/);
  const seen = new Set<number>();
  const times = new Set<string>();
  await pty.waitFor(
    (shown) => {
      for (const pid of descendants(shown.pid)) seen.add(pid);
      const [time] = /\d\d:\d\d:\d\d/.exec(shown.line(0)) ?? [];
      if (time) times.add(time);
      return times.size >= 6;
    },
    { what: 'six beats', timeoutMs: 15_000 },
  );
  expect([...seen]).toEqual([]);
  // Children too short to be seen.
  expect(processRow(pty.pid)?.reapedFaults).toBe(0);
});
