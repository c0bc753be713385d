/**
 * Writes what the documentation says of keys, actions, options and measurements from the objects and files that decide
 * them: docs/keys.md, the man page and the shells' completions whole, and in other pages what stands between
 * `<!-- made: NAME -->` and `<!-- end -->`.
 *
 *   node scripts/reference-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Action } from '../src/actions/action.ts';
import { actions } from '../src/actions/all.ts';
import { completionFiles, completionScript, type Shell } from '../src/config/completions.ts';
import { formatHelp } from '../src/config/help.ts';
import { manualPage } from '../src/config/manual.ts';
import { LOG_KEYS } from '../src/panels/logs/keys.ts';
import { type Binding, GROUPS, type Group } from '../src/ui/keys/binding.ts';
import { createKeymap } from '../src/ui/keys/keymap.ts';
import { PANELS, placesOf } from '../src/ui/keys/places.ts';
import type { PanelId } from '../src/ui/state.ts';
import { version } from '../src/version.ts';

const TITLES: Readonly<Record<Group, string>> = {
  move: 'Move',
  look: 'Look',
  find: 'Find',
  act: 'Act',
  program: 'Program',
};
const FILLED = ['README.md', 'docs/actions-and-safety.md', 'docs/performance.md', 'docs/reliability.md'] as const;

const keymap = createKeymap(actions);
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

/** Every document that is made, whole or in parts, by its path. */
export function documents(): Readonly<Record<string, string>> {
  const filled = FILLED.map((path): [string, string] => [path, fill(path, read(path))]);
  const completions = (Object.keys(completionFiles) as Shell[]).map((shell) => [
    completionFiles[shell],
    completionScript(shell),
  ]);
  return {
    'docs/keys.md': keysPage(),
    'man/botop.1': manualPage(version),
    ...Object.fromEntries(completions),
    ...Object.fromEntries(filled),
  };
}

/** The parts by their names; each is put on lines of its own. */
const PARTS: Readonly<Record<string, () => string>> = {
  keys: keysInShort,
  actions: actionTable,
  options: () => `\`\`\`text\n${formatHelp(version)}\`\`\``,
  measurements: shortMeasurements,
  'all measurements': allMeasurements,
  soak: () => read('bench/soak.md').split('\n').slice(2).join('\n').trim(),
};

function fill(path: string, text: string): string {
  return text.replace(/(<!-- made: (.+?) -->\n).*?(<!-- end -->)/gs, (_, begin: string, name: string, end: string) => {
    const part = PARTS[name];
    if (!part) throw new Error(`${path}: there is no part "${name}"`);
    return `${begin}\n${part()}\n\n${end}`;
  });
}

/** One line a group, in the words of the footer. */
function keysInShort(): string {
  const rows = GROUPS.map((group) => {
    const keys = keymap
      .filter((binding) => binding.group === group)
      .map((binding) => `${keysOf(binding)} ${binding.label}`);
    return `| ${TITLES[group]} | ${keys.map(cell).join(' · ')} |`;
  });
  return ['| | |', '|---|---|', ...rows].join('\n');
}

function keysPage(): string {
  const groups = GROUPS.map((group) => {
    const rows = keymap
      .filter((binding) => binding.group === group)
      .map((binding) => row([keysOf(binding), whereOf(binding), helpOf(binding)]));
    return [`## ${TITLES[group]}`, '', '| key | where | what it does |', '|---|---|---|', ...rows].join('\n');
  });
  return `# Keys

\`?\` shows those that mean something where you stand. A key that means nothing there says where it does. Made from the program's own tables by \`node scripts/reference-docs.ts\`.

${groups.join('\n\n')}

## While a filter is typed

| key | what it does |
|---|---|
| a character | Joins the filter; the rows follow at once. |
| \`Backspace\`, \`Ctrl-U\` | Takes away the last character; all of them. |
| \`Enter\` | Keeps the filter. |
| \`Esc\` | Brings back the filter from before. |

All words must match. [The list of bots](bots.md#filter) and [the errors](logs.md#groups) say what else can be typed there. A pasted text joins the filter up to its first line end; anywhere else a paste does nothing.

## In a log

| key | what it does |
|---|---|
${viewerRows().join('\n')}
| \`Esc\`, \`q\` | Back. |

## In the palette

\`:\` opens it. What can be done here stands first; what cannot says why.

| key | what it does |
|---|---|
| a character | Finds by a part of the name, or by letters of it in order; a key typed alone finds what it does, a bot’s name that bot, and \`Enter\` goes to it. |
| \`↑\` \`↓\` \`PgUp\` \`PgDn\` \`Tab\` | Another line. |
| \`Enter\` | Takes it; asks for what must be said first (how many instances, which signal). |
| \`Backspace\`, \`Ctrl-U\` | Takes away the last character; all of them. |
| \`Esc\` | Closes. |

## While an action goes through many

| key | what it does |
|---|---|
| \`p\` | Pauses it before the next, or lets it go on. |
| \`x\` | Ends it: what is begun is watched to its end, and what is done and what is not is said. |

## In the question before an action

| key | what it does |
|---|---|
| \`y\` | Does it, where it asks for \`y\`; and only once all of the question has been on the screen. |
| a text, then \`Enter\` | Does it, where it asks for a text and this is that text. |
| \`Enter\` | Alone: cancels where it asks for \`y\`, and does nothing where it asks for a text. |
| \`Esc\`, \`Ctrl-C\`; \`n\`, \`q\` where it asks for \`y\` | Cancels. |
| \`↑\` \`↓\` \`PgUp\` \`PgDn\` | Scrolls; where it asks for \`y\` also \`j\` \`k\` \`Space\`. |

It stands at once, and while it says \`reading it again…\`, and for 300 ms after that, it takes no key but \`Esc\` and \`Ctrl-C\`. See [actions and safety](actions-and-safety.md).
`;
}

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** An action's help says only how: its name goes before. */
function helpOf({ isAction, label, help }: Binding): string {
  return isAction ? `${label.charAt(0).toUpperCase()}${label.slice(1)}. ${help}` : help;
}

const NAMES: Readonly<Record<string, string>> = {
  down: '↓',
  up: '↑',
  left: '←',
  right: '→',
  pageDown: 'PgDn',
  pageUp: 'PgUp',
  home: 'Home',
  end: 'End',
};

function keysOf({ keys }: Binding): string {
  return keys.map((key) => code(NAMES[key] ?? (key.length === 1 ? key : named(key)))).join(' ');
}

/** `ctrl+l` as `Ctrl-L`. */
function named(key: string): string {
  return key
    .split('+')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}

const AFTER = { search: ', after a search', grouping: ', grouped' } as const;

function whereOf(binding: Binding): string {
  const places = placesOf(binding);
  if (!places) return 'everywhere';
  const { atHome, inViews, inDetails, after } = places;
  const isAll = (panels: readonly PanelId[]) => panels.length === PANELS.length;
  if (isAll(atHome) && isAll(inViews) && isAll(inDetails)) return 'everywhere';
  if (inViews.length === 0 && isAll(atHome)) return 'home';
  if (atHome.length === 0 && isAll(inViews)) return 'everywhere but home';
  const parts: string[] = [];
  if (atHome.length > 0) parts.push(isAll(atHome) ? 'all panels' : atHome.join(', '));
  if (inDetails.length > 0) parts.push(`detail of ${isAll(inDetails) ? 'any panel' : inDetails.join(', ')}`);
  return `${parts.join('; ')}${after ? AFTER[after] : ''}`;
}

function viewerRows(): string[] {
  return LOG_KEYS.map(({ shown, help }) => row([shown.split(' ').map(code).join(' '), help]));
}

const CONFIRMED: Readonly<Record<ReturnType<Action['risk']>, string>> = {
  R1: '`y`',
  R2: 'its name, or how many they are',
  R3: 'the phrase shown',
  copy: 'never run',
};

function actionTable(): string {
  const rows = actions.map((action) => {
    // Only how many there are decides.
    const [one, several] = [1, 2].map((count) => action.risk(Array.from({ length: count }) as never));
    const risk = one === several ? one : `${one}; several ${several}`;
    return row([
      action.key ? code(action.key) : '',
      action.label,
      action.targetKind,
      String(risk),
      CONFIRMED[one ?? 'copy'],
    ]);
  });
  return ['| key | action | of a | risk | typed to confirm |', '|---|---|---|---|---|', ...rows].join('\n');
}

const results = (): string => read('bench/results.md');

/** The section whose figures stand for all: the larger of the two ordinary fleets. */
const SHORT_SECTION = '100 bots';

/** The cells of the first table of a section. */
function tableOf(section: string): string[][] {
  const [, text = ''] = results().split(`\n## ${section}\n`);
  const [body = ''] = text.split(/^## /m);
  return body
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** What `npm run bench` wrote about the circumstances, as a sentence. */
function circumstances(): string {
  return (
    results()
      .split('\n')
      .find((line) => /^\d{4}-\d\d-\d\d, /.test(line)) ?? ''
  );
}

/** The medians of the rows that have a goal, without their spread. */
function shortMeasurements(): string {
  const [head = [], , ...body] = tableOf(SHORT_SECTION);
  const columns = ['', 'botop', 'beside', 'ratio'].map((name) => head.indexOf(name));
  const reach = head.indexOf('reach');
  const median = (text: string): string => text.replaceAll(/ \([^)]*\)/g, '');
  const promised = body.filter((cells) => cells[reach] !== '–');
  const table = [head, ...promised].map((cells) => row(columns.map((at) => median(cells[at] ?? ''))));
  const date = circumstances().slice(0, 10);
  const title = `Medians of ${date}, ${SHORT_SECTION}; P is \`pm2 monit\`, H \`htop\`, G \`pg_activity\`:`;
  return [title, '', table[0], '|---|---:|---:|---:|', ...table.slice(1)].join('\n');
}

function allMeasurements(): string {
  return results().split('\n').slice(2).join('\n').trim();
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(documents())) writeFileSync(new URL(`../${path}`, import.meta.url), text);
}
