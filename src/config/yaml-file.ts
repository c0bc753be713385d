/** The one file that knows the YAML package: a text becomes a tree with positions, in plain objects. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** Where something begins; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlScalar extends Position {
  readonly kind: 'scalar';
  /** As it is meant: without quotes, with escapes undone. */
  readonly text: string;
  /** Nothing, `~` or `null`. */
  readonly isNull: boolean;
  /** Where a part of the text stands in the file, as far as it stands there as it is. */
  positionOf(part: string): Position;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export type YamlNode =
  | YamlScalar
  | (Position & { readonly kind: 'list'; readonly entries: readonly YamlNode[] })
  | (Position & { readonly kind: 'map'; readonly entries: readonly YamlEntry[] });

export interface YamlFault extends Position {
  readonly message: string;
}

/** The tree (null of a text that says nothing), or all that is wrong with it as YAML. */
export type YamlTree =
  | { readonly root: YamlNode | null; readonly faults: readonly [] }
  | { readonly root: null; readonly faults: readonly YamlFault[] };

/** Deeper than any configuration, and far from what the stack holds. */
const MOST_DEPTH = 32;

const DEEP = 'nested too deeply';
const TAG = 'a !tag; a configuration has none';

/** The package's own sentences quote the file, which may hold a password: these do not. */
const SENTENCES: Readonly<Record<string, string>> = {
  BAD_COLLECTION_TYPE: 'a tag that does not go with what it stands before',
  BAD_DIRECTIVE: 'a %directive that YAML does not know',
  BAD_DQ_ESCAPE: 'a \\ sequence that YAML does not know; between single quotes a \\ is just that',
  BAD_INDENT: 'indented less than what it belongs to, or a [ or { above is not closed',
  BAD_PROP_ORDER: 'an anchor or a tag in the wrong place',
  BAD_SCALAR_START: 'a value cannot begin with @ or `; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key: value" in one line; put a value with ": " in it in quotes',
  BLOCK_IN_FLOW: 'a block inside [ ] or { }',
  DUPLICATE_KEY: 'a key that stands twice',
  MISSING_CHAR: 'something is missing here: a closing quote, bracket or comma, or a space behind a colon',
  MULTILINE_IMPLICIT_KEY:
    'no "key: value" here; is the colon, or a space behind it, missing, or the indentation wrong?',
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one',
  TAB_AS_INDENT: 'a tab in the indentation; YAML is indented with spaces',
  RESOURCE_EXHAUSTION: DEEP,
  TAG_RESOLVE_FAILED: TAG,
  UNEXPECTED_TOKEN: 'something that does not belong here',
};

/** Reads a text as YAML 1.2. Never throws. Aliases and tags are refused: a short text must not become a long one. */
export function readYaml(text: string): YamlTree {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  let document: Document.Parsed;
  try {
    // Duplicate keys are the reader's to find: the package compares every key with every other one.
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' });
  } catch {
    // Brackets in brackets without end: the package reads them recursively.
    return { root: null, faults: [{ line: 1, column: 1, message: DEEP }] };
  }
  const faults: YamlFault[] = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    ...at(pos[0]),
    message: SENTENCES[code] ?? 'no valid YAML',
  }));
  if (faults.length > 0) return { root: null, faults };

  const plain = (node: Node | null, from: Position, depth: number): YamlNode => {
    const position = node?.range ? at(node.range[0]) : from;
    const [start, end] = node?.range ?? [0, 0];
    const scalar = (value: string, isNull: boolean): YamlScalar => ({
      kind: 'scalar',
      text: value,
      isNull,
      ...position,
      positionOf(part) {
        const offset = text.slice(start, end).indexOf(part);
        return offset < 0 ? position : at(start + offset);
      },
    });
    const refuse = (message: string): YamlNode => {
      faults.push({ ...position, message });
      return scalar('', true);
    };
    if (node === null) return scalar('', true);
    if (isAlias(node)) return refuse('an alias (*name); write the value out');
    if (node.tag !== undefined) return refuse(TAG);
    if (isScalar(node)) return scalar(node.source ?? String(node.value ?? ''), node.value === null);
    if (depth > MOST_DEPTH) return refuse(DEEP);
    if (isSeq(node)) {
      const entries = node.items.map((entry) => plain(entry as Node | null, position, depth + 1));
      return { kind: 'list', entries, ...position };
    }
    if (!isMap(node)) return refuse('no valid YAML');
    const entries = node.items.flatMap(({ key, value }): YamlEntry[] => {
      const name = plain(key as Node | null, position, depth + 1);
      if (name.kind === 'scalar') return [{ key: name, value: plain(value as Node | null, name, depth + 1) }];
      faults.push({ line: name.line, column: name.column, message: 'a key that is no word' });
      return [];
    });
    return { kind: 'map', entries, ...position };
  };
  const root = document.contents === null ? null : plain(document.contents, { line: 1, column: 1 }, 0);
  return faults.length > 0 ? { root: null, faults } : { root, faults: [] };
}
