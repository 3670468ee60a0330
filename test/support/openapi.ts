/** The OpenAPI document as tests use it: its operations, and values that fit its schemas. */
import fc from 'fast-check';

/** A JSON schema, as far as the document uses it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

/** A parameter of an operation. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: JsonSchema;
}

/** An operation of the document. */
export interface DocumentedOperation {
  method: string;
  path: string;
  access: string | undefined;
  parameters: Parameter[];
  body: JsonSchema | null;
  /** Whether the body may be left out. */
  mayBeEmpty: boolean;
  form: JsonSchema | null;
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
}

/** The document, as served. */
export interface OpenApi {
  paths: Record<string, Record<string, any>>;
  components: { schemas: Record<string, JsonSchema> };
}

/** Every operation of a document. */
export function operationsOf(document: OpenApi): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, op]) => ({
      method: method.toUpperCase(),
      path,
      access: op['x-access'],
      parameters: op.parameters ?? [],
      body: op.requestBody?.content?.['application/json']?.schema ?? null,
      mayBeEmpty: op.requestBody?.required !== true,
      form: op.requestBody?.content?.['application/x-www-form-urlencoded']?.schema ?? null,
      responses: op.responses,
    })),
  );
}

/** Values for fields whose meaning a schema cannot say: by name. */
export type Hints = Record<string, fc.Arbitrary<unknown>>;

/** Follows a reference. */
function resolve(schema: JsonSchema, document: OpenApi): JsonSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name ? resolve(document.components.schemas[name]!, document) : schema;
}

/** Values that a schema takes. */
export function valuesOf(schema: JsonSchema, document: OpenApi, hints: Hints, name = ''): fc.Arbitrary<unknown> {
  const hint = hints[name];
  if (hint) return hint;
  const known = resolve(schema, document);
  const choices = known.anyOf ?? known.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, document, hints)));
  if (known.allOf) {
    const parts = known.allOf.map((part) => valuesOf(part, document, hints));
    return fc.tuple(...parts).map((values) => Object.assign({}, ...(values as object[])) as unknown);
  }
  if ('const' in known) return fc.constant(known.const);
  if (known.enum) return fc.constantFrom(...known.enum);
  const types = [known.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => typedValues(type, known, document, hints)));
}

function typedValues(type: string, schema: JsonSchema, document: OpenApi, hints: Hints): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: lowest(schema), max: schema.maximum ?? 1_000_000 });
    case 'number':
      return fc.integer({ min: Math.ceil(lowest(schema)), max: Math.floor(schema.maximum ?? 1_000) });
    case 'string':
      return stringValues(schema);
    case 'array':
      return fc.uniqueArray(valuesOf(schema.items ?? {}, document, hints), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, Math.max(3, schema.minItems ?? 0)),
        selector: (value) => JSON.stringify(value),
      });
    default:
      return objectValues(schema, document, hints);
  }
}

const lowest = (schema: JsonSchema): number =>
  schema.minimum ?? (schema.exclusiveMinimum === undefined ? 0 : schema.exclusiveMinimum + 1);

function stringValues(schema: JsonSchema): fc.Arbitrary<string> {
  if (schema.format === 'date-time') {
    return fc
      .date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString());
  }
  if (schema.format === 'email') return fc.uuid().map((id) => `${id}@people.example`);
  if (schema.format === 'uri') return fc.uuid().map((id) => `https://${id}.example.com/hook`);
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern)).filter((text) => fits(text, schema));
  const min = schema.minLength ?? 0;
  return fc.string({ minLength: min, maxLength: Math.min(schema.maxLength ?? min + 20, min + 20) });
}

const fits = (text: string, schema: JsonSchema): boolean =>
  text.length >= (schema.minLength ?? 0) && text.length <= (schema.maxLength ?? 1_000);

function objectValues(schema: JsonSchema, document: OpenApi, hints: Hints): fc.Arbitrary<unknown> {
  const properties = schema.properties ?? {};
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, valuesOf(property, document, hints, name)]),
  );
  return fc.record(model, { requiredKeys: (schema.required ?? []).filter((name) => name in model) });
}

/** Puts values into a path's placeholders. */
export function fillPath(path: string, params: Record<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? `none-${name}`));
}

/** One value of an arbitrary, the same for the same seed. */
export function sample<T>(values: fc.Arbitrary<T>, seed: number): T {
  return fc.sample(values, { numRuns: 1, seed })[0]!;
}
