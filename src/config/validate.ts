/** From a tree of YAML to a configuration: every key checked against the schema, every fault with its place. */
import { interpolate } from './interpolate.ts';
import { formatNumber, readNumber, readScalar, type Scalar, type ScalarContext } from './scalars.ts';
import { defaultOf, fieldName, type LimitNode, type ScalarNode, type SchemaNode } from './schema-nodes.ts';
import { suggest } from './suggest.ts';
import { quote } from './usage-error.ts';
import type { Position, YamlFault, YamlNode, YamlScalar } from './yaml-file.ts';

/** What was read, and all that is wrong with it in the order of the file. */
export interface Validated {
  /** The schema's `ValueOf`, all defaults filled in; of no use when there are faults. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
}

/** Never throws. */
export function validate(schema: SchemaNode, root: YamlNode | null, context: ScalarContext): Validated {
  const reader = new Reader(context);
  const value = root === null ? defaultOf(schema) : reader.read(schema, root, []);
  return { value, faults: reader.faults.sort((a, b) => a.line - b.line || a.column - b.column) };
}

type Path = readonly string[];

/** Whatever it cannot read is a fault, and undefined as a value: nobody sees it, since a fault refuses the whole. */
class Reader {
  readonly faults: YamlFault[] = [];
  readonly #context: ScalarContext;

  constructor(context: ScalarContext) {
    this.#context = context;
  }

  read(node: SchemaNode, written: YamlNode, path: Path): unknown {
    switch (node.kind) {
      case 'group':
        return this.#readGroup(node.keys, written, path);
      case 'limit':
        return this.#readLimit(node, written, path);
      case 'list':
        return this.#readList(node, written, path);
      case 'either':
        return this.#readEither(node.of, written, path);
      default:
        return this.#readScalar(node, written, path);
    }
  }

  #fault({ line, column }: Position, path: Path, message: string): undefined {
    this.faults.push({
      line,
      column,
      message: path.length > 0 ? `${path.join('.')}${message.startsWith(':') ? '' : ' '}${message}` : message,
    });
  }

  #readGroup(keys: Readonly<Record<string, SchemaNode>>, written: YamlNode, path: Path): unknown {
    const map = this.#entries(written, path, Object.keys(keys));
    if (map === null) return undefined;
    const values: Record<string, unknown> = {};
    for (const [key, node] of Object.entries(keys)) {
      const child = map.get(key);
      const isRequired = 'isRequired' in node && node.isRequired === true;
      if (child === undefined && isRequired) this.#fault(written, path, `needs the key ${key}`);
      values[fieldName(key, node)] = child === undefined ? defaultOf(node) : this.read(node, child, [...path, key]);
    }
    return values;
  }

  /** The values of a map by their keys; null when it is none. A group with nothing in it is as one left out. */
  #entries(written: YamlNode, path: Path, known: readonly string[]): ReadonlyMap<string, YamlNode> | null {
    const found = new Map<string, YamlNode>();
    if (written.kind === 'scalar' && written.isNull) return found;
    if (written.kind !== 'map') {
      this.#fault(written, path, `must be a group of keys, got ${describe(written)}; allowed: ${known.join(', ')}`);
      return null;
    }
    for (const { key, value } of written.entries) {
      const name = key.isNull ? '' : key.text;
      if (found.has(name)) this.#fault(key, [...path, name], 'stands twice');
      else if (known.includes(name)) found.set(name, value);
      else this.#unknownKey(key, path, known);
    }
    return found;
  }

  #unknownKey(key: YamlScalar, path: Path, known: readonly string[]): void {
    const where = path.length > 0 ? ` in ${path.join('.')}` : '';
    const near = suggest(key.text, known);
    const hint = near ? `did you mean ${near}?` : `allowed: ${known.join(', ')}`;
    this.faults.push({
      line: key.line,
      column: key.column,
      message: `unknown key ${quote(key.text)}${where}; ${hint}`,
    });
  }

  #readList(node: Extract<SchemaNode, { kind: 'list' }>, written: YamlNode, path: Path): unknown {
    if (written.kind === 'scalar' && written.isNull) return null;
    if (written.kind !== 'list') {
      return this.#fault(written, path, `must be a list, got ${describe(written)}; write it as - one or as [one, two]`);
    }
    if (written.entries.length > node.most) {
      return this.#fault(written, path, `has ${written.entries.length} entries; allowed: at most ${node.most}`);
    }
    return written.entries.map((entry, index) => this.read(node.entry, entry, listPath(path, index)));
  }

  #readEither(options: readonly SchemaNode[], written: YamlNode, path: Path): unknown {
    const option = options.find((candidate) => shapeOf(candidate) === written.kind);
    if (option) return this.read(option, written, path);
    return this.#fault(written, path, `must be ${options.map(shapeName).join(' or ')}, got ${describe(written)}`);
  }

  #readLimit(node: LimitNode, written: YamlNode, path: Path): unknown {
    const map = this.#entries(written, path, ['warn', 'bad']);
    if (map === null) return undefined;
    const read = (key: 'warn' | 'bad'): unknown => {
      const child = map.get(key);
      if (child === undefined) return node.default[key];
      return this.#readText(child, [...path, key], (text) => readNumber(node.of, node, text));
    };
    const warn = read('warn');
    const bad = read('bad');
    if (typeof warn === 'number' && typeof bad === 'number' && bad < warn) {
      const [name, given] = map.has('bad') ? (['bad', bad] as const) : (['warn', warn] as const);
      const other = name === 'bad' ? warn : bad;
      const usual = map.has(name === 'bad' ? 'warn' : 'bad') ? '' : ', the default';
      const relation = name === 'bad' ? 'below warn' : 'above bad';
      const shown = `is ${formatNumber(node.of, given)}, ${relation} (${formatNumber(node.of, other)}${usual})`;
      // From the environment a number is as private as a text.
      const isWritten = [...map.values()].every((child) => child.kind === 'scalar' && !child.text.includes('${'));
      this.#fault(map.get(name) ?? written, [...path, name], isWritten ? shown : `is ${relation}`);
    }
    return bad === undefined ? { warn } : { warn, bad };
  }

  #readText(written: YamlNode, path: Path, readText: (text: string) => Scalar, isSecret = false): unknown {
    if (written.kind !== 'scalar') {
      return this.#fault(written, path, `must be one value, got ${describe(written)}`);
    }
    if (written.isNull) return this.#fault(written, path, 'has no value; give it one, or leave the line out');
    const filled = interpolate(written.text, this.#context.env);
    if ('problem' in filled) return this.#fault(written.positionOf(filled.placeholder), path, `: ${filled.problem}`);
    const result = readText(filled.text);
    if ('value' in result) return result.value;
    // Shown as it is written, with the names of variables and never their values.
    const got = isSecret ? '' : `, got ${quote(written.text)}`;
    return this.#fault(
      written,
      path,
      `must be ${result.expected}${got}${result.hint === null ? '' : `; ${result.hint}`}`,
    );
  }

  #readScalar(node: ScalarNode, written: YamlNode, path: Path): unknown {
    return this.#readText(written, path, (text) => readScalar(node, text, this.#context), node.kind === 'url');
  }
}

const listPath = (path: Path, index: number): Path => [...path.slice(0, -1), `${path.at(-1) ?? ''}[${index}]`];

function shapeOf(node: SchemaNode): YamlNode['kind'] | null {
  if (node.kind === 'either') return null;
  if (node.kind === 'group' || node.kind === 'limit') return 'map';
  return node.kind === 'list' ? 'list' : 'scalar';
}

function shapeName(node: SchemaNode): string {
  const shape = shapeOf(node);
  if (shape === 'map') return 'a group of keys';
  if (shape === 'list') return 'a list';
  return node.kind === 'integer' ? 'a whole number' : 'a text';
}

/** What was written, without showing it: it may be the address with the password, in the wrong line. */
function describe(written: YamlNode): string {
  if (written.kind === 'scalar') return written.isNull ? 'nothing' : 'a single value';
  return written.kind === 'list' ? 'a list' : 'a group of keys';
}
