// Writes docs/configuration.md and docs/botop.schema.json from the table in src/config/schema.ts; a test fails when
// they are out of date.
//
//   node scripts/configuration-doc.ts
import { writeFileSync } from 'node:fs';
import { intervalLimits } from '../src/config/command-line.ts';
import { formatNumber } from '../src/config/scalars.ts';
import { schema } from '../src/config/schema.ts';
import type { LimitNode, NumberKind, ScalarNode, SchemaNode, Threshold } from '../src/config/schema-nodes.ts';

const NUMBER_KINDS: readonly string[] = ['integer', 'ratio', 'percent', 'bytes', 'duration'] satisfies NumberKind[];
const isNumber = (kind: string): kind is NumberKind => NUMBER_KINDS.includes(kind);

/** The documents, by their path in the project. */
export function documents(): Readonly<Record<string, string>> {
  return {
    'docs/configuration.md': page(),
    'docs/botop.schema.json': `${compact(JSON.stringify(jsonSchema(), null, 2))}\n`,
  };
}

/** Short lists on one line, as the formatter has them. */
function compact(json: string): string {
  return json.replace(/\[\n\s+("[^\]{}]*?")\n\s+\]/g, (_, inner: string) => `[${inner.replace(/\n\s+/g, ' ')}]`);
}

/** A file with every key: the defaults, and examples in the place of what has none. */
export function exampleFile(): string {
  const lines = ['# yaml-language-server: $schema=botop.schema.json', ...exampleOf(schema.keys, '')];
  return `${lines.join('\n')}\n`;
}

function exampleOf(keys: Readonly<Record<string, SchemaNode>>, indent: string): string[] {
  return Object.entries(keys).flatMap(([key, node]): string[] => {
    const title = indent === '' ? ['', `# ${plain(node.help)}`] : [];
    if (node.kind === 'group') {
      const inner = exampleOf(node.keys, `${indent}  `);
      const own = indent === '' ? title : [`${indent}# ${plain(node.help)}`];
      return [...own, `${indent}${key}:`, ...inner];
    }
    const note = indent === '' ? [] : [`${indent}# ${plain(node.help)}`];
    if (node.kind === 'list') {
      return [...title, ...note, `${indent}${key}:`, ...node.example.map((line) => `${indent}  - ${quoted(line)}`)];
    }
    return [...title, ...note, `${indent}${key}: ${exampleValue(node)}`];
  });
}

function exampleValue(node: Exclude<SchemaNode, { kind: 'group' | 'list' }>): string {
  if (node.kind === 'limit') return limitText(node.of, node.default);
  return node.kind === 'either' ? node.example : (node.example ?? defaultText(node));
}

/** Globs and addresses begin with what YAML takes for something else. */
const quoted = (line: string): string => (/^[~*&!]/.test(line) ? `'${line}'` : line);
const plain = (help: string): string => help.replaceAll('`', '');

function limitText(kind: NumberKind, { warn, bad }: Threshold): string {
  const pair = [`warn: ${formatNumber(kind, warn)}`, ...(bad === undefined ? [] : [`bad: ${formatNumber(kind, bad)}`])];
  return `{ ${pair.join(', ')} }`;
}

function defaultText({ kind, default: value }: ScalarNode): string {
  return isNumber(kind) ? formatNumber(kind, value as number) : String(value);
}

function page(): string {
  return `# Configuration

botop needs none: it finds PM2, PostgreSQL, Redis and the logs by itself. \`botop.yaml\` says what cannot be found: how many bots should run, logs that PM2 does not know, servers elsewhere, other limits.

## Where it is

The first of these that is there is read, and no other:

1. \`--config FILE\`
2. \`$BOTOP_CONFIG\`
3. \`./botop.yaml\`, when the folder belongs to who runs botop
4. \`$XDG_CONFIG_HOME/botop/config.yaml\`, else \`~/.config/botop/config.yaml\`
5. \`/etc/botop/config.yaml\`

\`--config /dev/null\` is no configuration at all, and \`botop demo\` reads none. What an option says wins over an environment variable, and a variable over the file.

A file is refused when others can write it (\`chmod go-w FILE\`), when it belongs to neither who runs botop nor root, when a link on the way to it does, and when it is larger than 1 MiB. Any fault in it ends botop with exit status 64 and a line for each: file, line, column, what is wrong, what is allowed.

## How it is written

- YAML 1.2, in UTF-8, without aliases, tags and merge keys. A key that does not exist is a fault.
- \`\${NAME}\` in a value is taken from the environment; not set is a fault. \`\${NAME:-default}\` names what holds when it is not set or empty. \`$\${\` is a \`\${\` that is meant as it stands. Passwords belong there, or in a file of mode 0600; no value of a variable and no address is ever shown.
- Sizes have a unit: \`150MB\` is 150,000,000 bytes, \`150MiB\` 157,286,400. Durations too: \`${formatNumber('duration', intervalLimits.least)}\`, \`30s\`, \`5m\`, \`1h\`; a number alone is milliseconds. A share is \`80\` or \`80%\`.
- Relative paths are meant from the file's own folder; \`~/\` is the home folder.
- Thresholds are \`{ warn: …, bad: … }\`; what is left out keeps its default, and \`bad\` is never below \`warn\`.

## Keys

| key | value | default | what it says |
|---|---|---|---|
${rows(schema.keys, '').join('\n')}

## Example

Every key, with its default where it has one:

\`\`\`yaml
${exampleFile()}\`\`\`

Editors check it while you type with [botop.schema.json](botop.schema.json).
`;
}

function rows(keys: Readonly<Record<string, SchemaNode>>, prefix: string): string[] {
  return Object.entries(keys).flatMap(([key, node]) => {
    const path = `${prefix}${key}`;
    if (node.kind === 'group') return rows(node.keys, `${path}.`);
    const own = `| \`${path}\` | ${cell(valueText(node))} | ${cell(usual(node))} | ${cell(node.help)} |`;
    return [own, ...innerRows(node, path)];
  });
}

/** The keys of an entry of a list that may be a group. */
function innerRows(node: SchemaNode, path: string): string[] {
  if (node.kind === 'list') return innerRows(node.entry, `${path}[]`);
  if (node.kind === 'group') return rows(node.keys, `${path}.`);
  if (node.kind !== 'either') return [];
  return node.of.flatMap((option) => (option.kind === 'group' ? rows(option.keys, `${path}.`) : []));
}

function valueText(node: SchemaNode): string {
  switch (node.kind) {
    case 'group':
      return 'a group of keys';
    case 'limit':
      return `\`warn\`, \`bad\`: ${rangeText(node)}`;
    case 'list':
      return `a list: ${valueText(node.entry)}`;
    case 'either':
      return node.of.map(valueText).join(', or ');
    case 'boolean':
      return '`true`, `false`';
    case 'choice':
      return (node.values ?? []).map((value) => `\`${value}\``).join(', ');
    case 'url':
      return `an address; ${(node.schemes ?? []).map((scheme) => `\`${scheme}://\``).join(', ')}`;
    case 'zone':
      return 'a time zone';
    case 'path':
      return 'a path';
    case 'text':
      return 'a text';
    default:
      return rangeText(node);
  }
}

function rangeText(node: ScalarNode | LimitNode): string {
  const kind = (node.kind === 'limit' ? node.of : node.kind) as NumberKind;
  const range = `${formatNumber(kind, node.least ?? 0)} to ${formatNumber(kind, node.most ?? Number.MAX_SAFE_INTEGER)}`;
  return node.kind === 'limit' ? range : `${node.kind === 'integer' ? 'a whole number' : `a ${node.kind}`}, ${range}`;
}

function usual(node: SchemaNode): string {
  if (node.kind === 'limit') return `\`${limitText(node.of, node.default)}\``;
  if (node.kind === 'group' || node.kind === 'list' || node.kind === 'either' || node.default === null) return '';
  return `\`${defaultText(node)}\``;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function jsonSchema(): unknown {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'botop.yaml',
    ...(jsonOf(schema) as object),
  };
}

/** Any text with a variable in it passes: what it becomes is known when it is read. */
const VARIABLE = { type: 'string', pattern: '\\$\\{' };
const UNITS: Readonly<Partial<Record<NumberKind, string>>> = {
  percent: '%',
  bytes: 'B|kB|MB|GB|TB|KiB|MiB|GiB|TiB',
  duration: 'ms|s|m|h|d',
};

function jsonOf(node: SchemaNode): unknown {
  const description = plain(node.help);
  switch (node.kind) {
    case 'group': {
      const keys = Object.entries(node.keys);
      const required = keys.filter(([, child]) => 'isRequired' in child && child.isRequired).map(([key]) => key);
      return {
        description,
        // A group whose keys are all commented out is null.
        type: required.length > 0 ? 'object' : ['object', 'null'],
        properties: Object.fromEntries(keys.map(([key, child]) => [key, jsonOf(child)])),
        additionalProperties: false,
        ...(required.length > 0 && { required }),
      };
    }
    case 'limit': {
      const properties = { warn: jsonNumber(node.of, node), bad: jsonNumber(node.of, node) };
      return { description, type: ['object', 'null'], properties, additionalProperties: false, default: limit(node) };
    }
    case 'list':
      return { description, type: ['array', 'null'], items: jsonOf(node.entry), maxItems: node.most };
    case 'either':
      return { description, anyOf: node.of.map(jsonOf) };
    case 'boolean':
      return { description, anyOf: [{ type: 'boolean' }, VARIABLE], default: node.default };
    case 'choice':
      return { description, anyOf: [{ enum: node.values }, VARIABLE], default: node.default };
    case 'url': {
      const schemes = (node.schemes ?? []).join('|');
      return { description, type: 'string', pattern: `^(${schemes})(\\+\\w+)?://|\\$\\{` };
    }
    case 'text':
    case 'path':
    case 'zone':
      // A name may look like a number.
      return { description, type: node.kind === 'text' ? ['string', 'number'] : 'string' };
    default: {
      const usual = node.default === null ? {} : { default: defaultText(node) };
      return { description, ...(jsonNumber(node.kind, node) as object), ...usual };
    }
  }
}

interface Range {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

function jsonNumber(kind: NumberKind, { least = 0, most = Number.MAX_SAFE_INTEGER }: Range): unknown {
  const units = UNITS[kind];
  const type = kind === 'ratio' || kind === 'percent' ? 'number' : 'integer';
  const withUnit = units === undefined ? [] : [{ type: 'string', pattern: `^[0-9]+(\\.[0-9]+)? ?(${units})?$` }];
  return { anyOf: [{ type, minimum: least, maximum: most }, ...withUnit, VARIABLE] };
}

function limit({ of, default: { warn, bad } }: LimitNode): unknown {
  const text = (value: number) => (of === 'integer' || of === 'ratio' ? value : formatNumber(of, value));
  return { warn: text(warn), ...(bad !== undefined && { bad: text(bad) }) };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(documents())) writeFileSync(new URL(`../${path}`, import.meta.url), text);
}
