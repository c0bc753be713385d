import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botop-question-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that loads and lays out a question as the monitor does, and tells what of Node came along. */
const PROGRAM = `
  const { createQuestions } = await import(${JSON.stringify(join(project, 'src/ui/overlays/question.tsx'))});
  const questions = createQuestions();
  questions.warm();
  questions.close();
  console.log(JSON.stringify(process.moduleLoadList));
`;

test('what lays questions out loads no HTTP client: it took as long and as much memory as React and Ink', () => {
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, PROGRAM);
  const env = { BOTOP_BUILD_DIST: join(folder, 'dist'), BOTOP_BUILD_ENTRY: entry };
  execFileSync(process.execPath, [join(project, 'scripts/build.mjs')], { env });
  const built = join(folder, 'dist/botop.js');
  const told = execFileSync(process.execPath, [built], { encoding: 'utf8', env: { FORCE_COLOR: '3' } });
  const loaded = JSON.parse(told) as string[];
  expect(loaded.length).toBeGreaterThan(50);
  expect(loaded.filter((name) => name.includes('undici'))).toEqual([]);
});
