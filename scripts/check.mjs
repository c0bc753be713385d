// `npm run check`: every check, each to its end, so that one run tells all that is wrong. Exits with the number that failed.
//
//   node scripts/check.mjs [NAME…]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules/.bin', name);
const CHECKS = [
  ['format', bin('biome'), ['check', '--linter-enabled=false', '--error-on-warnings', '.']],
  ['lint', bin('oxlint'), ['--deny-warnings']],
  ['house', process.execPath, [join(root, 'scripts/house.mjs')]],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['unused', bin('knip'), ['--no-progress']],
];

const wanted = process.argv.slice(2);
const failed = [];
for (const [name, program, args] of CHECKS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const startedAt = performance.now();
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const tookMs = Math.round(performance.now() - startedAt);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${tookMs} ms)\n`);
  if (status === 0) continue;
  failed.push(name);
  process.stdout.write(`${error ? `${error.message}\n` : ''}${stdout ?? ''}${stderr ?? ''}\n`);
}
if (failed.length > 0) {
  process.stdout.write(`failed: ${failed.join(', ')}\n`);
  process.exit(failed.length);
}
