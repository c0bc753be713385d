/** A configuration file, from its path to its values. Loaded only where there is one. */
import { dirname } from 'node:path';
import { openConfig } from './open-config.ts';
import { type Configuration, schema } from './schema.ts';
import { ConfigError, plain } from './usage-error.ts';
import { validate } from './validate.ts';
import { readYaml, type YamlFault } from './yaml-file.ts';

/** Faults that are told at once; who has more has another kind of file. */
const MOST_FAULTS = 20;

export interface LoadOptions {
  /** Absolute. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The effective uid; null where there are none. */
  readonly uid: number | null;
}

/** The values of a file, defaults filled in. Throws `ConfigError` with every fault. */
export function loadConfig({ file, env, uid }: LoadOptions): Configuration {
  return readConfig(decode(file, openConfig(file, uid)), { file, env });
}

/** The same of a text that stands in `file`. */
export function readConfig(text: string, { file, env }: Omit<LoadOptions, 'uid'>): Configuration {
  const tree = readYaml(text);
  if (tree.faults.length > 0) throw faulty(file, tree.faults);
  const { value, faults } = validate(schema, tree.root, { folder: dirname(file), env });
  if (faults.length > 0) throw faulty(file, faults);
  return value as Configuration;
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // What does not come back as it was is the first wrong byte.
    const again = Buffer.from(bytes.toString('utf8'));
    let at = 0;
    while (again[at] === bytes[at]) at++;
    const before = bytes.subarray(0, at).toString('utf8').split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw faulty(file, [{ line: before.length, column, message: 'no UTF-8 text from here on' }]);
  }
}

function faulty(file: string, faults: readonly YamlFault[]): ConfigError {
  const shown = faults
    .slice(0, MOST_FAULTS)
    .map(({ line, column, message }) => `${plain(file)}:${line}:${column}: ${message}`);
  const more = faults.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new ConfigError(`the configuration has ${count}`, null, shown);
}
