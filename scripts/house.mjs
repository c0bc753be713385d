// The house's rules that no linter knows: which folder may import which, no cycles (types count: a cycle of types is
// a cycle of ideas), one importer for each vendor package, files of at most 300 lines, no file named types or utils.
//
//   node scripts/house.mjs [ROOT]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const source = join(root, 'src');
// Each may import itself and those before it. main.ts stands above all, other files in src/ itself below all.
const LAYERS = ['text', 'config', 'sources', 'state', 'alerts', 'actions', 'ui', 'panels', 'demo', 'commands'];
const MOST_LINES = 300;
// What ui and panels are written in.
const SHARED_PACKAGES = new Set(['react', 'ink']);
const BANNED_NAMES = /^(types|utils?|helpers?|common|misc)\.tsx?$/;
// Every import of a formatted file: static, for types, re-export, for effects, lazy.
const IMPORTS = /^(?:import|export)\b[^'"`;=]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;

const faults = [];
const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const name = (file) => relative(root, file);
const layer = (file) => {
  const [folder, inside] = relative(source, file).split('/');
  if (inside === undefined) return folder === 'main.ts' ? LAYERS.length : -1;
  const index = LAYERS.indexOf(folder);
  if (index === -1) faults.push(`${name(file)} is in a folder without a place among ${LAYERS.join(' ← ')}`);
  return index;
};

const graph = new Map();
const importers = new Map();
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const targets = new Set();
  for (const [, from, effect, lazy] of text.matchAll(IMPORTS)) {
    const specifier = from ?? effect ?? lazy;
    if (specifier.startsWith('.')) targets.add(resolve(dirname(file), specifier));
    else if (!specifier.startsWith('node:')) {
      const vendor = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      importers.set(vendor, (importers.get(vendor) ?? new Set()).add(file));
    }
  }
  graph.set(file, targets);
  checkFile(file, text);
  for (const target of targets) checkImport(file, target);
}
for (const cycle of cycles()) faults.push(`a cycle of imports: ${[...cycle, cycle[0]].map(name).join(' → ')}`);
for (const [vendor, users] of importers) {
  if (users.size > 1 && !SHARED_PACKAGES.has(vendor)) {
    faults.push(
      `${vendor} is imported by ${[...users].map(name).join(' and ')}: one file knows a package, the others use that file`,
    );
  }
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exit(1);
}

function checkFile(file, text) {
  const lines = text.split('\n').length - 1;
  if (lines > MOST_LINES) faults.push(`${name(file)} has ${lines} lines of at most ${MOST_LINES}: split it by idea`);
  if (BANNED_NAMES.test(file.split('/').at(-1))) faults.push(`${name(file)}: a file is named by its idea`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/.test(file.split('/').at(-1)))
    faults.push(`${name(file)}: file names are kebab-case`);
}

function checkImport(file, target) {
  if (!existsSync(target)) faults.push(`${name(file)} imports ${name(target)}, which is not there`);
  if (target === join(root, 'package.json')) return;
  if (!target.startsWith(`${source}/`)) {
    faults.push(`${name(file)} imports ${name(target)}, outside src/`);
  } else if (layer(target) > layer(file)) {
    faults.push(`${name(file)} imports ${name(target)}: imports run ${LAYERS.join(' ← ')}`);
  }
}

/** One cycle for each group of files that reach each other. */
function cycles() {
  const found = [];
  const state = new Map();
  const path = [];
  const visit = (file) => {
    state.set(file, 'open');
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      if (state.get(target) === 'open') found.push(path.slice(path.indexOf(target)));
      else if (!state.has(target)) visit(target);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return found;
}
