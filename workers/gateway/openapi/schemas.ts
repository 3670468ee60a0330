/** JSON schemas of the API description, made from the contracts' schemas; what has a name becomes a component. */
import { z } from 'zod';

/** A JSON schema (draft 2020-12, as OpenAPI 3.1 has it). */
export type JsonSchema = Record<string, unknown> & { $ref?: string };

/** Collects components while schemas are converted. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {};

  /** The schema of what comes in (before defaults) or goes out (after them). */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _$schema,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      unrepresentable: 'any',
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, component] of Object.entries($defs)) this.#add(name, component);
    const { id, ...rest } = root as JsonSchema & { id?: string };
    if (typeof id !== 'string') return tidy(rest);
    this.#add(id, rest);
    return { $ref: `#/components/schemas/${id}` };
  }

  #add(name: string, component: JsonSchema): void {
    const { id: _id, ...rest } = component;
    const made = tidy(rest);
    const known = this.components[name];
    if (known && JSON.stringify(known) !== JSON.stringify(made)) {
      throw new Error(`two schemas of the API are called ${name}`);
    }
    this.components[name] = made;
  }
}

/** References to components, nullable types in one word, and no bounds that only say "a safe integer". */
function tidy(value: JsonSchema): JsonSchema {
  return tidied(value) as JsonSchema;
}

function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied);
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, member])) as JsonSchema;
  if (typeof schema.$ref === 'string') schema.$ref = schema.$ref.replace('#/$defs/', '#/components/schemas/');
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (Array.isArray(schema.prefixItems)) {
    // All tuples here have members of one kind: a list of a fixed length says it, and every tool reads it.
    const { prefixItems, items: _items, ...rest } = schema;
    return tidied({
      ...rest,
      items: prefixItems[0] as unknown,
      minItems: prefixItems.length,
      maxItems: prefixItems.length,
    });
  }
  const nullable = nullableOf(schema);
  const plain = nullable ?? schema;
  return Object.fromEntries(
    Object.entries(plain).map(([key, member]) => [
      key,
      ['examples', 'default', 'enum'].includes(key) ? member : tidied(member),
    ]),
  );
}

/** `anyOf` of a plain type and null is that type or null. */
function nullableOf(schema: JsonSchema): JsonSchema | null {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return null;
  const [known, none] = anyOf as [JsonSchema, JsonSchema];
  if (none.type !== 'null' || typeof known.type !== 'string' || known.$ref) return null;
  const { type, enum: values, ...more } = known;
  return { ...more, ...rest, type: [type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) };
}
