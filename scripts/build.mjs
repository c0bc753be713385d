// Bundles src/main.ts into dist/. Lazy imports become chunks of their own, so that `--help` or a machine without
// PostgreSQL pays for none of Ink, pg, ioredis and systeminformation. React's production build is chosen here, by
// define: nobody has to set NODE_ENV when botop runs, and no child of it inherits one.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.env.BOTOP_BUILD_DIST ?? join(root, 'dist'));
// A running monitor of the last build still loads its chunks lazily: they stay for a day.
const KEPT_CHUNK_MS = 24 * 3600 * 1000;

const entries = {
  botop: resolve(process.env.BOTOP_BUILD_ENTRY ?? join(root, 'src/main.ts')),
  'demo/supervisor': join(root, 'src/demo/supervisor.ts'),
};
for (const file of Object.values(entries)) {
  if (!existsSync(file)) {
    process.stderr.write(`build: ${relative(root, file)} is missing, so there is nothing to bundle\n`);
    process.exit(1);
  }
}

/** Ink imports it only under DEV=true; it is not installed. */
const withoutDevtools = {
  name: 'without-devtools',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'absent' }));
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export default {};' }));
  },
};

/**
 * Yoga's WebAssembly stands in its own text, and is fetched from there where `fetch` is known. Node then loads all of its
 * HTTP client, for as long as Ink and React take together. Without, it is decoded where it stands.
 */
const withoutFetching = {
  name: 'without-fetching',
  setup({ onLoad }) {
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => ({
      contents: `const fetch = undefined;\n${readFileSync(path, 'utf8')}`,
    }));
  },
};

mkdirSync(dist, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: dist,
  // Flat: code that looks for a file beside itself finds it wherever esbuild put the code.
  chunkNames: 'chunk-[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  jsx: 'automatic',
  minify: true,
  sourcemap: false,
  legalComments: 'external',
  metafile: true,
  logLevel: 'warning',
  external: ['pg-native', 'pm2'],
  plugins: [withoutDevtools, withoutFetching],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  banner: {
    js: "import{createRequire as botopCreateRequire}from'node:module';const require=botopCreateRequire(import.meta.url);",
  },
});

for (const [name, { imports }] of Object.entries(metafile.outputs)) {
  if (!name.endsWith('.js')) continue;
  const file = resolve(root, name);
  const code = readFileSync(file, 'utf8');
  const builtins = imports.filter(
    ({ kind, external, path }) => kind === 'import-statement' && external && isBuiltin(path),
  );
  writeFileSync(file, requireBuiltins(keepOneByte(code), builtins.length));
}

const unusable = lazyCommonJs(metafile);
if (unusable.length > 0) {
  process.stderr.write(`build: ${unusable.join('\nbuild: ')}\n`);
  process.exit(1);
}
cpSync(join(root, 'src/demo/bots'), join(dist, 'demo/bots'), { recursive: true });
writeFileSync(join(dist, 'third-party-licenses.txt'), licences(metafile));
chmodSync(join(dist, 'botop.js'), 0o644);
removeOldChunks(new Set(Object.keys(metafile.outputs).map((file) => resolve(root, file))));

/**
 * esbuild escapes all but the characters of regular expressions, and one of them has V8 keep the whole file with two
 * bytes a character for as long as the program runs.
 */
function keepOneByte(code) {
  return code.replaceAll(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Where one of Node's own modules is imported, Node reads all that it exports, and with it loads what stands behind each
 * getter: its streams, its web cryptography, its lists of addresses. Where it is required it reads nothing.
 */
function requireBuiltins(code, expected) {
  let found = 0;
  const required = code.replaceAll(/\bimport([\w$\s,{}*]+?)from"([\w:/]+)";/g, (statement, names, path) => {
    if (!isBuiltin(path)) return statement;
    found++;
    const [, whole, some] = /^\s*(?:\*\s*as\s+)?([\w$]*),?(?:\{(.*)\})?\s*$/.exec(names);
    const module = `require("${path}")`;
    const bound = (some?.split(',') ?? []).map((one) => {
      const [name, local = name] = one.split(' as ');
      if (name === 'default') return `${local}=${module}`;
      return isLate(path, name) ? `${local}=(...given)=>${module}.${name}(...given)` : `${local}=${module}.${name}`;
    });
    return `var ${[...(whole ? [`${whole}=${module}`] : []), ...bound].join(',')};`;
  });
  if (found !== expected)
    throw new Error(`${found} imports of Node's own modules were found, and there are ${expected}`);
  return required;
}

/** Whether it is a function of a module that the first picture needs nothing of: that is loaded when it is called. */
function isLate(path, name) {
  if (!['node:crypto', 'node:child_process', 'node:zlib'].includes(path)) return false;
  const exported = require(path)[name];
  // A class is called with `new`, and what has a form for `promisify` must be the function itself.
  return typeof exported === 'function' && /^[a-z]/.test(name) && exported[promisify.custom] === undefined;
}

/**
 * `await import('yaml')` of a CommonJS package gives Node its named exports, and the bundle only `default`. It would
 * fail at run time and only in the bundle, so it fails here: a module of ours imports the package, and is imported lazily.
 */
function lazyCommonJs({ inputs }) {
  return Object.entries(inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(
        ({ kind, path }) =>
          kind === 'dynamic-import' && inputs[path]?.format === 'cjs' && !file.includes('node_modules'),
      )
      .map(
        ({ original }) =>
          `${file}: lazy import of the CommonJS package ${original}; import it in a module of ours, and that one lazily`,
      ),
  );
}

/** The licence texts of the packages whose code is in the bundle, as their licences ask. */
function licences({ inputs }) {
  const folders = new Set();
  for (const file of Object.keys(inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.split(sep).join('/'));
    if (match) folders.add(match[1]);
  }
  return [...folders].sort().map(licence).join('\n');
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `Licence: ${license}`;
  return `${name} ${version} (${license})\n\n${text}\n\n${'-'.repeat(80)}\n`;
}

function removeOldChunks(current) {
  for (const name of readdirSync(dist)) {
    const file = join(dist, name);
    const isChunk = /^chunk-.*\.js(\.LEGAL\.txt)?$/.test(name);
    if (isChunk && !current.has(file) && Date.now() - statSync(file).mtimeMs > KEPT_CHUNK_MS) rmSync(file);
  }
}
