import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/house.mjs');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'botop-test-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What the house says about sources given by their path under src/. */
function faultsOf(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'src', name)), { recursive: true });
    writeFileSync(join(root, 'src', name), text);
  }
  const { stderr, status } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  expect(status).toBe(stderr === '' ? 0 : 1);
  return stderr;
}

test('accepts imports that run down, lazily or for a type too', () => {
  const files = {
    'main.ts': "import { a } from './commands/a.ts';\n",
    'commands/a.ts': "import type { B } from '../panels/b.ts';\nexport const a = () => import('../ui/c.ts');\n",
    'panels/b.ts': "export type { C as B } from '../ui/c.ts';\n",
    'ui/c.ts': "import { Box } from 'ink';\nimport { readFileSync } from 'node:fs';\nexport interface C {}\n",
  };
  expect(faultsOf(files)).toBe('');
});

test.each([
  ["import { b } from '../panels/b.ts';", 'src/ui/a.ts imports src/panels/b.ts: imports run text ← config'],
  ["import type { B } from '../panels/b.ts';", 'imports src/panels/b.ts: imports run'],
  ["export * from '../panels/b.ts';", 'imports src/panels/b.ts: imports run'],
  ["export const b = await import('../panels/b.ts');", 'imports src/panels/b.ts: imports run'],
  ["import {\n  b,\n  c,\n} from '../panels/b.ts';", 'imports src/panels/b.ts: imports run'],
  ["import './absent.ts';", 'imports src/ui/absent.ts, which is not there'],
  ["import '../../test/x.ts';", 'outside src/'],
  ['1;\n'.repeat(301), 'src/ui/a.ts has 301 lines of at most 300'],
])('refuses %j in ui', (text, fault) => {
  expect(faultsOf({ 'ui/a.ts': text, 'panels/b.ts': 'export const b = 1;\n' })).toContain(fault);
});

test('refuses a cycle, of types too', () => {
  const files = {
    'ui/a.ts': "import type { B } from './b.ts';\n",
    'ui/b.ts': "import type { C } from './c.ts';\n",
    'ui/c.ts': "import type { A } from './a.ts';\n",
  };
  expect(faultsOf(files)).toContain('a cycle of imports: src/ui/a.ts → src/ui/b.ts → src/ui/c.ts → src/ui/a.ts');
});

test('refuses a second importer of a package, and names without an idea', () => {
  const files = {
    'sources/a.ts': "import pg from 'pg';\n",
    'sources/b.ts': "import 'pg/lib/x';\n",
    'text/utils.ts': '',
  };
  const faults = faultsOf(files);
  expect(faults).toContain('pg is imported by src/sources/a.ts and src/sources/b.ts');
  expect(faults).toContain('src/text/utils.ts: a file is named by its idea');
});
