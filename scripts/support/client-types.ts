/** The typed client's types and its table of operations, made from the API description. */

interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

/** The parts of an API description that the client is made from. */
export interface Description {
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: Operation }>;
  components: { schemas: Record<string, Schema> };
}

const JSON_TYPE = 'application/json';
/** What no operation answers as JSON, and a client reads all the same. */
const LIVE = ['FleetFrame', 'ContainerFrame', 'Problem'];
const HEADER = `/**
 * Made by \`npm run build:client\` from the API description; a test fails when it is out of date. Do not edit.
 */
`;

/** The source text of the client's types and operations. */
export function clientSource({ paths, webhooks, components }: Description): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const answer = answerOf(operation);
      const plain = !operation.requestBody || JSON_TYPE in operation.requestBody.content!;
      const usual = !/^\/(oauth|ingest|set-password|\.well-known)/.test(path);
      return answer && plain && usual ? [{ path, method, operation, answer }] : [];
    }),
  );
  const wanted = operations.map(({ operation, answer }) => [answer, operation.requestBody, operation.parameters]);
  const used = reachable([wanted, webhooks, ...LIVE.map((name) => ({ $ref: `#/${name}` }))], components.schemas);
  const types = used.map((name) => declare(name, components.schemas[name]!));
  const signatures = operations.map(
    ({ operation, answer }) =>
      `  /** ${comment(operation.summary)} */\n  ${operation.operationId}: { input: ${inputOf(operation)}; output: ${typeOf(answer)} };`,
  );
  const table = operations.map(({ path, method, operation }) => {
    const idempotent = operation.parameters?.some(({ name }) => name === 'idempotency-key') ? ', idempotent: true' : '';
    const body = operation.requestBody ? ', body: true' : '';
    return `  ${operation.operationId}: { method: '${method.toUpperCase()}', path: '${path}'${body}${idempotent} },`;
  });
  const payloads = Object.values(webhooks).map(({ post }) => typeOf(post.requestBody!.content![JSON_TYPE]!.schema));
  return [
    HEADER,
    ...types,
    `/** What is posted to an endpoint. */\nexport type WebhookPayload =\n${payloads.map((type) => `  | ${type}`).join('\n')};\n`,
    `/** What every operation takes and answers. */\nexport interface Operations {\n${signatures.join('\n')}\n}\n`,
    `/** How an operation is sent. */\nexport interface Route {\n  method: string;\n  path: string;\n  /** Whether the input is sent as JSON; else it is the query. */\n  body?: true;\n  /** Whether it needs an idempotency key. */\n  idempotent?: true;\n}\n`,
    `/** Every operation by its name. */\nexport const OPERATIONS: Record<keyof Operations, Route> = {\n${table.join('\n')}\n};\n`,
  ].join('\n');
}

/** A list; of a short fixed length, a tuple. */
function arrayOf({ items, minItems, maxItems }: Schema): string {
  if (!items) return 'never[]';
  const item = typeOf(items);
  const fixed = minItems !== undefined && minItems === maxItems && minItems <= 4;
  return fixed ? `[${Array.from({ length: minItems }, () => item).join(', ')}]` : `(${item})[]`;
}

/** The names of the schemas that something refers to, and of those that they refer to. */
function reachable(from: unknown, schemas: Record<string, Schema>): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"\$ref":"[^"]*\/(\w+)"/g)) {
      if (!name || found.has(name) || !schemas[name]) continue;
      found.add(name);
      visit(schemas[name]);
    }
  };
  visit(from);
  return [...found].sort();
}

/** The JSON answer of an operation that goes well, if it has one. */
function answerOf({ responses }: Operation): Schema | null {
  const [, answer] = Object.entries(responses).find(([status]) => /^2\d\d$/.test(status)) ?? [];
  return answer?.content?.[JSON_TYPE]?.schema ?? null;
}

function inputOf({ parameters = [], requestBody }: Operation): string {
  const members = parameters
    .filter((parameter) => parameter.in !== 'header')
    .map(({ name, required, description, schema }) => member(name, schema, required, description));
  const body = requestBody ? typeOf(requestBody.content![JSON_TYPE]!.schema) : null;
  const own = members.length > 0 ? `{\n${members.join('\n')}\n}` : null;
  return [body, own].filter(Boolean).join(' & ') || 'Record<string, never>';
}

function declare(name: string, schema: Schema): string {
  const doc = schema.description ? `/** ${comment(schema.description)} */\n` : '';
  const members = Object.keys(schema.properties ?? {}).length;
  if (members > 0 && !schema.anyOf && !schema.oneOf) return `${doc}export interface ${name} ${objectOf(schema)}\n`;
  return `${doc}export type ${name} = ${typeOf(schema)};\n`;
}

/** The TypeScript type of a schema. */
function typeOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  // Texts of several forms are one type.
  if (choices) return [...new Set(choices.map(typeOf))].join(' | ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayOf(schema);
    case 'object':
      return objectOf(schema);
    default:
      return 'unknown';
  }
}

function objectOf({ properties = {}, required = [], additionalProperties, propertyNames }: Schema): string {
  const members = Object.entries(properties).map(([name, property]) =>
    member(name, property, required.includes(name), property.description),
  );
  if (members.length > 0) return `{\n${members.join('\n')}\n}`;
  if (typeof additionalProperties !== 'object') return 'Record<string, never>';
  const names = propertyNames?.enum ? typeOf(propertyNames) : 'string';
  // A component may be made of itself, which TypeScript takes in an index signature alone.
  if (additionalProperties.$ref && names === 'string') return `{ [name: string]: ${typeOf(additionalProperties)} }`;
  return `Record<${names}, ${typeOf(additionalProperties)}>`;
}

function member(name: string, schema: Schema, required: boolean, description?: string): string {
  const label = /^\w+$/.test(name) ? name : JSON.stringify(name);
  const doc = description ? `/** ${comment(description)} */\n` : '';
  return `${doc}${label}${required ? '' : '?'}: ${typeOf(schema)};`;
}

const comment = (text: string): string => text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ');

/**
 * The lines of a client's source that leave something unknown: none may, but for what a carrier wrote beside what the
 * standard names.
 */
export const unknownIn = (source: string): string[] =>
  source.split('\n').filter((line) => /\bunknown\b/.test(line) && !line.includes('details?: Record<string, unknown>'));
