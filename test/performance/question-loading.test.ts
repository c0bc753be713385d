import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { PROGRAM } from '../helpers/monitor.ts';

/** What loads and lays out a question as the monitor does, and tells what of Node came along. */
const SCRIPT = `
  const { createQuestions } = await import(process.argv[1]);
  const questions = createQuestions();
  questions.warm();
  questions.close();
  console.log(JSON.stringify(process.moduleLoadList));
`;

/** Chunks of earlier builds are kept for a day. */
function newestChunk(name: RegExp): string {
  const dist = dirname(PROGRAM);
  const chunks = readdirSync(dist).filter((file) => name.test(file));
  const [newest] = chunks
    .map((file) => ({ path: join(dist, file), at: statSync(join(dist, file)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  if (!newest) throw new Error(`no chunk of ${dist} is called ${name}`);
  return newest.path;
}

test('what lays questions out loads no HTTP client: it took as long and as much memory as React and Ink', () => {
  const chunk = pathToFileURL(newestChunk(/^chunk-question-\w+\.js$/)).href;
  const args = ['--input-type=module', '-e', SCRIPT, chunk];
  const told = execFileSync(process.execPath, args, { encoding: 'utf8', env: { FORCE_COLOR: '3' } });
  const loaded = JSON.parse(told) as string[];
  expect(loaded.length).toBeGreaterThan(50);
  expect(loaded.filter((name) => name.includes('undici'))).toEqual([]);
});
