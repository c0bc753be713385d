import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Load, openBundle } from '../../src/commands/bundle.ts';

const uid = process.geteuid?.() ?? 0;
let root: string;
/** Keeps what the bundle that was opened last has compiled. */
let keep: () => void;
let opened = 100;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'botop-bundle-')));
  mkdirSync(join(root, 'dist'));
  file('late.js', { 'late.js': 'module.exports={seen:[load("a.js")===load("a.js"),require("node:path").sep]}' });
  file('waits.js', { 'waits.js': 'await null;module.exports={waited:true}' }, 'async ');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(name: string, chunks: Record<string, string>, kind = ''): void {
  const bodies = Object.entries(chunks).map(
    ([chunk, body]) => `"${chunk}":(${kind}function(load,require,module,meta){${body}})`,
  );
  writeFileSync(join(root, 'dist', name), `({${bodies.join(',')}})`);
}

function open(id = 'one'): Load {
  opened++;
  file('shared.js', {
    'a.js': 'module.exports={twice:x=>load("b.js").once(x)*2,at:meta.url}',
    // V8 compiles a text once a process: for this one it is as after a start.
    'b.js': `module.exports={once:x=>x+1,opened:${opened}}`,
  });
  return openBundle({
    folder: join(root, 'dist'),
    id,
    files: { 'a.js': 'shared.js', 'b.js': 'shared.js' },
    keptWith: 'a.js',
    env: { HOME: root },
    uid,
    whenRun(ready) {
      keep = ready;
    },
  });
}

const kept = () => join(root, '.cache/botop/compiled');
const twice = (load: Load) => (load('a.js') as { twice(x: number): number }).twice(3);

test('chunks load each other, whether they share a file or have one of their own', () => {
  const load = open();
  expect(twice(load)).toBe(8);
  expect(load('late.js')).toEqual({ seen: [true, '/'] });
  expect((load('a.js') as { at: string }).at).toBe(`file://${root}/dist/a.js`);
});

test('one that awaits while it is loaded is a promise of what it exports', async () => {
  await expect(open()('waits.js')).resolves.toEqual({ waited: true });
});

test('what was compiled is kept for the next start, with the functions that have run', () => {
  twice(open());
  keep();
  const [name, ...others] = readdirSync(kept());
  expect(others).toEqual([]);
  expect(name).toBe(`one-${process.version}-${process.arch}-shared.js`);
  expect(statSync(join(kept(), name as string)).mode & 0o777).toBe(0o600);
  const ran = readFileSync(join(kept(), name as string));
  rmSync(join(root, '.cache'), { recursive: true });
  open()('a.js');
  keep();
  expect(readFileSync(join(kept(), name as string)).length).toBeLessThan(ran.length);
});

test('what was kept is taken, and not written again', () => {
  twice(open());
  keep();
  const written = statSync(join(kept(), readdirSync(kept())[0] as string)).ino;
  expect(twice(open())).toBe(8);
  keep();
  expect(statSync(join(kept(), readdirSync(kept())[0] as string)).ino).toBe(written);
});

test('what another build has made is not taken, though the text may be as long', () => {
  twice(open());
  keep();
  const [name] = readdirSync(kept());
  twice(open('other'));
  keep();
  expect(readdirSync(kept()).sort()).toEqual([name, name?.replace('one-', 'other-')]);
});

test('what is no compiled form, or one of another V8, is compiled anew and kept instead', () => {
  twice(open());
  keep();
  const path = join(kept(), readdirSync(kept())[0] as string);
  const whole = readFileSync(path);
  for (const spoilt of [Buffer.alloc(0), Buffer.from('nonsense'), whole.subarray(0, 100), Buffer.alloc(whole.length)]) {
    writeFileSync(path, spoilt);
    expect(twice(open())).toBe(8);
    keep();
    expect(readFileSync(path).length).toBe(whole.length);
  }
});

test('a start that never came to what is to be kept leaves nothing behind', () => {
  open()('b.js');
  keep();
  expect(readdirSync(root)).toEqual(['dist']);
});
