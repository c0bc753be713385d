import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { documents } from '../../scripts/reference-docs.ts';
import { actions } from '../../src/actions/all.ts';
import { createKeymap } from '../../src/ui/keys/keymap.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const pictures = readdirSync(join(root, 'docs/pictures')).map((name) => `docs/pictures/${name}`);

/** Where a page links to, its pictures included, code left out. */
const linksOf = (page: string): string[] =>
  [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
const withoutCode = (text: string): string => text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');

/** Headings as GitHub names them in addresses. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('what is made from keys, actions, options and measurements is up to date; node scripts/reference-docs.ts makes it', () => {
  for (const [path, text] of Object.entries(documents())) expect(read(path), path).toBe(text);
});

test('every key of the program stands on the page of the keys', () => {
  const page = read('docs/keys.md');
  for (const { help } of createKeymap(actions)) expect(page).toContain(help);
});

test('every action has a section that says what it does and what it checks', () => {
  const headings = read('docs/actions-and-safety.md').match(/^### .+$/gm) ?? [];
  const nameOf = ({ key, id }: (typeof actions)[number]): string => key ?? id;
  // A key may mean one thing on a bot and another on a session.
  for (const action of actions)
    expect(
      headings.filter((heading) => heading.endsWith(` (\`${nameOf(action)}\`)`)),
      action.id,
    ).toHaveLength(actions.filter((other) => nameOf(other) === nameOf(action)).length);
});

test('every part that a page wants is there, and none is empty', () => {
  const parts = pages.flatMap((page) => [...read(page).matchAll(/<!-- made: .+? -->\n(.*?)<!-- end -->/gs)]);
  expect(parts.length).toBeGreaterThanOrEqual(5);
  for (const [whole, text] of parts) expect(text?.trim(), whole).not.toBe('');
  const begun = pages.flatMap((page) => [...read(page).matchAll(/<!-- made: /g)]);
  expect(begun).toHaveLength(parts.length);
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  for (const link of linksOf(page)) {
    if (/^https?:/.test(link)) continue;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    expect(existsSync(join(root, target)), `${page}: ${link}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target), `${page}: ${link}`).toContain(anchor);
  }
});

test('every page is linked from the README or from a page that is', () => {
  const seen = new Set<string>();
  const follow = (page: string): void => {
    if (seen.has(page)) return;
    seen.add(page);
    for (const link of linksOf(page)) {
      const target = join(dirname(page), link.split('#')[0] ?? '');
      if (pages.includes(target)) follow(target);
    }
  };
  follow('README.md');
  expect(pages.filter((page) => !seen.has(page))).toEqual([]);
});

test('the commands that the pages name exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const page of pages) {
    for (const [whole, name = ''] of read(page).matchAll(/\bnpm run (?:-s )?([\w:]+)/g))
      expect(Object.keys(scripts), `${page}: ${whole}`).toContain(name);
    for (const [whole, path = ''] of read(page).matchAll(/\bnode (scripts\/[\w.-]+)/g))
      expect(existsSync(join(root, path)), `${page}: ${whole}`).toBe(true);
  }
});

test('the lines beside which new parts are registered stand where the architecture page says', () => {
  const rows = [...read('docs/architecture.md').matchAll(/^\|.*\| \[(src\/[^\]]+)\]\([^)]+\) \| `(.+)` \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(10);
  for (const [, path = '', line = ''] of rows) expect(read(path), path).toContain(line);
});

test.each(pictures)('%s is a picture that draws and nothing else, and a page shows it', (path) => {
  const svg = read(path);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" viewBox="/);
  expect(new Set([...svg.matchAll(/<([A-Za-z]\w*)/g)].map((match) => match[1]))).toEqual(
    new Set(['svg', 'title', 'rect', 'g', 'path', 'text']),
  );
  expect(svg).not.toMatch(/<!|<\?|\son\w+=|href|url\(|style=|&(?!amp;|lt;|gt;|quot;)/);
  expect(unclosed(svg)).toEqual([]);
  expect(statSync(join(root, path)).size).toBeLessThan(300_000);
  const shown = pages.flatMap((page) => linksOf(page).map((link) => join(dirname(page), link)));
  expect(shown).toContain(path);
});

test('there is a picture of the whole screen, of a phone, of a question, of incidents and of the logs', () => {
  const names = ['daemon', 'home', 'incident', 'logs', 'phone', 'restart'];
  expect(pictures.toSorted()).toEqual(names.map((name) => `docs/pictures/${name}.svg`));
  expect(textOf('home')).toMatch(/FLAPPING/);
  expect(textOf('home')).toMatch(/PG 1\d/);
  expect(textOf('phone')).toMatch(/FLAPPING/);
  expect(textOf('restart')).toMatch(/Restart .+\?/);
  expect(textOf('incident')).toMatch(/Exits of the last hour/);
  expect(textOf('logs')).toMatch(/Logs · all \d+ bots/);
  expect(textOf('daemon')).toMatch(/DAEMON (?:DEAD|GONE).*ORPHAN/);
  for (const name of names) {
    if (name !== 'daemon') expect(textOf(name), name).not.toMatch(/STALE|waiting for/i);
    // Neither secrets nor where it was made.
    expect(textOf(name), name).not.toMatch(/\d{8,10}:AA|sk-[\da-f]{8}/);
    expect(textOf(name), name).not.toContain(root);
  }
});

const textOf = (name: string): string =>
  [...read(`docs/pictures/${name}.svg`).matchAll(/<text [^>]*>([^<]*)</g)].map((match) => match[1]).join(' ');

/** Elements that are opened and not closed, or closed and not open. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, end, name = '', , alone] of svg.matchAll(/<(\/?)(\w+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (alone) continue;
    if (!end) open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}
