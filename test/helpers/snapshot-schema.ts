import { readFileSync } from 'node:fs';
import ajv2020 from 'ajv/dist/2020.js';

export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly description?: string;
}

/** As it is published. */
export const schema = JSON.parse(
  readFileSync(new URL('../../docs/snapshot.schema.json', import.meta.url), 'utf8'),
) as Schema;

/** The same schema with every object closed, so that a field it does not describe is an error. */
const close = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(close);
  if (typeof node !== 'object' || node === null) return node;
  const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]));
  return 'properties' in closed && 'required' in closed ? { ...closed, additionalProperties: false } : closed;
};

const ajv = new ajv2020.Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const validate = ajv.compile({ ...(close(schema) as object), $id: 'urn:botop:snapshot:closed' });

/** What of a document is not as the schema says, fields that it does not describe included. */
export function faultsOf(document: unknown): readonly unknown[] {
  validate(document);
  return validate.errors ?? [];
}
