import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** What a file loads with itself: neither types nor what is imported when it is needed. */
const LOADED = /^(?:import|export)\b(?!\s+type\b)[^'"`;=]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'/gm;

/** Everything that is loaded with a file, files by their path and packages by their name. */
function loadedWith(entry: string): Set<string> {
  const found = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, from, effect] of readFileSync(file, 'utf8').matchAll(LOADED)) {
      const specifier = (from ?? effect) as string;
      if (specifier.startsWith('.')) open.push(resolve(dirname(file), specifier));
      else found.add(specifier);
    }
  }
  return found;
}

test('a running monitor holds neither React nor Ink, nor a driver of a database, until one is needed', () => {
  const loaded = loadedWith(resolve(import.meta.dirname, '../../src/commands/monitor.ts'));
  expect(loaded.size).toBeGreaterThan(100);
  for (const name of ['ink', 'react', 'pg', 'ioredis', 'systeminformation', 'yaml', 'meow']) {
    expect(loaded).not.toContain(name);
  }
  // What the question before an action is laid out with, and so the test would notice.
  const question = loadedWith(resolve(import.meta.dirname, '../../src/ui/overlays/question.tsx'));
  expect(question).toContain('ink');
});
