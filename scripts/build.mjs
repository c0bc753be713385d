// Bundles src/main.ts into dist/. Lazy imports become chunks of their own, so that `--help` or a machine without
// PostgreSQL pays for none of Ink, pg, ioredis and systeminformation. React's production build is chosen here, by
// define: nobody has to set NODE_ENV when botop runs, and no child of it inherits one.
//
// esbuild links, and splits into chunks, only modules; src/commands/bundle.ts loads functions. So each chunk becomes
// one here, by the forms in which esbuild writes imports and exports, all of them counted.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = resolve(process.env.BOTOP_BUILD_DIST ?? join(root, 'dist'));
// A running monitor of the last build still loads its chunks lazily: they stay for a day.
const KEPT_CHUNK_MS = 24 * 3600 * 1000;

const loader = join(root, 'src/commands/bundle.ts');
const tuner = join(root, 'src/commands/tune-v8.ts');
const entries = {
  botop: resolve(process.env.BOTOP_BUILD_ENTRY ?? join(root, 'src/main.ts')),
  'demo/supervisor': join(root, 'src/demo/supervisor.ts'),
};
for (const file of [loader, tuner, ...Object.values(entries)]) {
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

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node22',
  minify: true,
  logLevel: 'warning',
};
const { metafile, outputFiles } = await build({
  ...common,
  entryPoints: entries,
  outdir: dist,
  // Flat: code that looks for a file beside itself finds it wherever esbuild put the code.
  chunkNames: 'chunk-[name]-[hash]',
  splitting: true,
  format: 'esm',
  jsx: 'automatic',
  sourcemap: false,
  legalComments: 'external',
  metafile: true,
  external: ['pg-native', 'pm2'],
  plugins: [withoutDevtools, withoutFetching],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
});

const unusable = lazyCommonJs(metafile);
if (unusable.length > 0) {
  process.stderr.write(`build: ${unusable.join('\nbuild: ')}\n`);
  process.exit(1);
}

/** By their place in dist/. */
const outputs = new Map(
  Object.entries(metafile.outputs).map(([path, output]) => [inDist(resolve(root, path)), output]),
);
/** What V8 makes functions of, by the name of the chunk. */
const bodies = new Map();
const written = new Set();
mkdirSync(dist, { recursive: true });
for (const { path, text } of outputFiles) {
  const name = inDist(path);
  if (name.endsWith('.js')) bodies.set(chunkOf(name), asFunction(name, keepOneByte(text)));
  else write(name, text);
}

const id = hash(JSON.stringify([...bodies]));
const monitor = [...outputs.keys()].find((name) => name.startsWith('chunk-monitor-'));
/** The file of each chunk that shares one: what every command needs, and what a monitor needs besides. */
const files = {};
share(needed(chunkOf('botop.js')));
if (monitor) share(needed(monitor));
for (const chunk of bodies.keys()) if (!(chunk in files)) write(chunk, asFile([chunk]));
for (const name of Object.keys(entries)) write(`${name}.js`, await entryCode(`${name}.js`));
// The package is one of modules, and these are none.
write('package.json', '{ "type": "commonjs" }\n');
cpSync(join(root, 'src/demo/bots'), join(dist, 'demo/bots'), { recursive: true });
write('third-party-licenses.txt', licences(metafile));
removeOldChunks();

function inDist(path) {
  return relative(dist, path).split(sep).join('/');
}

function write(name, text) {
  written.add(name);
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, name), text);
}

/** The name of a chunk as `load` knows it: the file of an entry is what starts its chunk. */
function chunkOf(name) {
  return outputs.get(name)?.entryPoint && !name.startsWith('chunk-') ? name.replace(/\.js$/, '-chunk.js') : name;
}

/** A chunk and all that it imports, but not lazily. */
function needed(chunk) {
  const found = new Set([chunk]);
  const names = new Map([...outputs.keys()].map((name) => [chunkOf(name), name]));
  for (const one of found) {
    for (const { path, kind, external } of outputs.get(names.get(one)).imports)
      if (kind === 'import-statement' && !external) found.add(inDist(resolve(root, path)));
  }
  return [...found];
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function share(chunks) {
  const own = chunks.filter((chunk) => !(chunk in files));
  const code = asFile(own);
  const file = `chunk-shared-${hash(code)}.js`;
  for (const chunk of own) files[chunk] = file;
  write(file, code);
}

function asFile(chunks) {
  return `({${chunks.map((chunk) => `${JSON.stringify(chunk)}:${bodies.get(chunk)}`).join(',\n')}})\n`;
}

/** Opens the bundle with nothing to link, and loads the chunk of the entry. */
async function entryCode(name) {
  const up = name.includes('/') ? ", '..'" : '';
  const contents = `
    import { join } from 'node:path';
    import { openBundle } from ${JSON.stringify(loader)};
    import { tuneV8 } from ${JSON.stringify(tuner)};
    tuneV8(process.versions.node, require);
    openBundle({
      folder: join(__dirname${up}),
      id: ${JSON.stringify(id)},
      files: ${JSON.stringify(files)},
      keptWith: ${JSON.stringify(monitor ?? '')},
      env: process.env,
      uid: process.geteuid?.() ?? null,
    })(${JSON.stringify(chunkOf(name))});`;
  const built = await build({ ...common, stdin: { contents, resolveDir: root, loader: 'ts' }, format: 'cjs' });
  return keepOneByte(built.outputFiles[0].text);
}

/** A chunk as bundle.ts runs it. Nothing assigns to what is exported after it was loaded. */
function asFunction(name, text) {
  const { imports, exports } = outputs.get(name);
  const count = (kind, isExternal) =>
    imports.filter((one) => one.kind === kind && (one.external === true) === isExternal).length;
  const place = (path) => JSON.stringify(chunkOf(posix.join(posix.dirname(name), path)));
  const counted = { static: 0, lazy: 0, exported: 0 };
  const code = requireBuiltins(text, count('import-statement', true))
    .replaceAll(/\bimport(?:\{([^}]*)\}from)?"(\.[^"]+)";/g, (_, names, path) => {
      counted.static++;
      const loaded = `botopLoad(${place(path)})`;
      return names === undefined ? `${loaded};` : `var{${names.replaceAll(' as ', ':')}}=${loaded};`;
    })
    .replaceAll(/\bimport\("([^"]+)"\)/g, (_, path) => {
      counted.lazy++;
      const loaded = path.startsWith('.') ? `botopLoad(${place(path)})` : `require(${JSON.stringify(path)})`;
      return `Promise.resolve().then(()=>${loaded})`;
    })
    .replace(/\bexport\{([^}]*)\};?\s*$/, (_, names) => {
      const pairs = names.split(',').map((one) => one.split(' as '));
      counted.exported = pairs.length;
      return `botopModule.exports={${pairs.map(([local, as = local]) => `${as}:${local}`).join(',')}};`;
    })
    .replaceAll(/\bimport\.meta\b/g, 'botopMeta');
  const expected = {
    static: count('import-statement', false),
    lazy: count('dynamic-import', false) + count('dynamic-import', true),
    exported: exports.length,
  };
  if (JSON.stringify(counted) !== JSON.stringify(expected))
    throw new Error(`${name}: found ${JSON.stringify(counted)}, and there are ${JSON.stringify(expected)}`);
  const parts = ['function(botopLoad,require,botopModule,botopMeta){"use strict";', code, '\n}'];
  // In brackets V8 compiles it with the file, and not when it is called.
  return isScript(`(${parts.join('')})`) ? `(${parts.join('')})` : `(async ${parts.join('')})`;
}

/** False where something is awaited at the top. */
function isScript(code) {
  try {
    return Boolean(new Script(code));
  } catch {
    return false;
  }
}

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

function removeOldChunks() {
  for (const name of readdirSync(dist)) {
    const file = join(dist, name);
    const isChunk = /^chunk-.*\.js(\.LEGAL\.txt)?$/.test(name);
    if (isChunk && !written.has(name) && Date.now() - statSync(file).mtimeMs > KEPT_CHUNK_MS) rmSync(file);
  }
}
