import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPty } from '../test/helpers/pty.ts';
import { screenToSvg } from '../test/helpers/screen-svg.ts';

/**
 * Makes a picture for the documentation from a real frame of the built demo:
 *
 *   node scripts/picture.ts VIEW COLUMNS ROWS FILE.svg [KEYS] [SECONDS]
 *
 * KEYS are typed before the picture is taken; SECONDS is how long the demo runs first, so that its graphs have
 * something to show (40 unless said).
 */
const [view, columns, rows, file, keys = '', seconds = '40'] = process.argv.slice(2);
if (!view || !columns || !rows || !file) {
  console.error('usage: node scripts/picture.ts VIEW COLUMNS ROWS FILE.svg [KEYS] [SECONDS]');
  process.exit(64);
}

const program = join(import.meta.dirname, '../dist/botop.js');
const { PATH, HOME } = process.env;
const pty = startPty({
  command: process.execPath,
  args: [program, 'demo', '--view', view],
  env: { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor', NODE_ENV: 'production' },
  columns: Number(columns),
  rows: Number(rows),
});
try {
  // The crash loop is the last thing the demo comes to show.
  await pty.waitFor(/flapping/i, { timeoutMs: 60_000, what: 'the crash loop to be seen' });
  await sleep(Number(seconds) * 1000);
  for (const key of keys) {
    pty.press(key);
    await sleep(500);
  }
  await pty.waitFor((screen) => !screen.isSynchronized(), { what: 'a whole frame' });
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, screenToSvg(pty, `botop, the ${view} view of its demo, ${columns} by ${rows}`));
  console.log(path);
} finally {
  // The demo takes its fleet down as it ends: it must not be killed before.
  if (!pty.ended) pty.kill('SIGTERM');
  await Promise.race([pty.exit, sleep(15_000)]);
  await pty.dispose();
}
