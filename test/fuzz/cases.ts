/** Requests of many kinds for any operation: valid, wrong in one place, naughty, broken, too large. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { hintsFor, overridesFor } from '../authz/requests.ts';
import { type DocumentedOperation, fillPath, type Hints, type OpenApi, valuesOf } from '../support/openapi.ts';
import { pathParams } from '../support/world.ts';

const NAUGHTY = createRequire(import.meta.url)('big-list-of-naughty-strings') as string[];

/** What is wrong with a request. */
export const KINDS = [
  'valid',
  'mutated',
  'naughty',
  'unknown property',
  'unknown parameter',
  'broken body',
  'oversized',
  'no token',
  'odd headers',
] as const;
/** One of the kinds. */
export type Kind = (typeof KINDS)[number];

/** A request to send. */
export interface FuzzCase {
  kind: Kind;
  op: DocumentedOperation;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

const naughty = fc.constantFrom(...NAUGHTY.filter((text) => !text.includes('\0')));
/** Values of the wrong type or size; none that would shut the run itself out. */
const wrong = fc.constantFrom<unknown>(null, -1, 1.5, 1e21, '', 'x'.repeat(1_000), [], {}, [[[]]], 'NaN', '-0');

type Values = Record<string, unknown>;

/** Makes requests for an operation of a kind; null when the kind makes no sense for it. */
export function caseFor(
  op: DocumentedOperation,
  kind: Kind,
  document: OpenApi,
  ids: Record<string, string>,
): fc.Arbitrary<FuzzCase> | null {
  const schema = op.body ?? op.form;
  if ((kind === 'unknown property' || kind === 'broken body' || kind === 'oversized') && !op.body) return null;
  if (kind === 'unknown parameter' && (op.access === 'public' || op.method !== 'GET')) return null;
  const hints: Hints = { ...hintsFor(ids), ...overridesFor(op, ids) };
  const query = queryOf(op, document, hints, kind);
  const body = schema ? valuesOf(schema, document, hints) : fc.constant(undefined);
  const params = fc.constant(pathParams(op.path, ids));
  return fc
    .record({ query, body, params, naughty, other: naughty, wrong, pick: fc.nat(), seed: fc.nat() })
    .map((made) => build(op, kind, made as Made));
}

interface Made {
  query: Values;
  body: Values | undefined;
  params: Record<string, string>;
  naughty: string;
  other: string;
  wrong: unknown;
  pick: number;
  seed: number;
}

function queryOf(op: DocumentedOperation, document: OpenApi, hints: Hints, kind: Kind): fc.Arbitrary<Values> {
  const declared = op.parameters.filter((parameter) => parameter.in === 'query');
  const model = Object.fromEntries(declared.map(({ name, schema }) => [name, valuesOf(schema, document, hints, name)]));
  const requiredKeys = declared.filter((parameter) => parameter.required).map((parameter) => parameter.name);
  return fc.record(model, { requiredKeys: kind === 'valid' ? requiredKeys : Object.keys(model) });
}

function build(op: DocumentedOperation, kind: Kind, made: Made): FuzzCase {
  const query: Values = { ...made.query };
  let body = made.body === undefined ? undefined : { ...made.body };
  const params = { ...made.params };
  const headers: Record<string, string> = {
    ...(op.parameters.some((p) => p.name === 'idempotency-key') ? { 'idempotency-key': randomUUID() } : {}),
    ...(op.parameters.some((p) => p.name === 'if-match') ? { 'if-match': `"${made.pick % 3}"` } : {}),
  };
  if (kind === 'mutated') {
    if (body && Object.keys(body).length > 0) replaceOne(body, made.pick, made.wrong);
    else replaceOne(query, made.pick, made.wrong);
  }
  if (kind === 'naughty') {
    if (body) body = withNaughtyStrings(body, made.naughty) as Values;
    replaceOne(query, made.pick, made.other);
    if (made.pick % 2 === 0) replaceOne(params, made.pick, made.naughty.replaceAll('/', '-') || 'x');
  }
  if (kind === 'unknown parameter') query[['unexpected', 'constructor', 'limit[]'][made.pick % 3]!] = 'x';
  if (kind === 'unknown property' && body) {
    const at = made.pick % 3 === 2 ? (nested(body) ?? body) : body;
    Object.defineProperty(at, ['unexpected', '__proto__', 'tenantId'][made.seed % 3]!, {
      value: { x: 1 },
      enumerable: true,
      configurable: true,
    });
  }
  if (kind === 'odd headers') Object.assign(headers, oddHeaders(made));
  const text = bodyText(op, kind, body, made);
  const search = new URLSearchParams(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, textOf(value)]),
  );
  return {
    kind,
    op,
    path: fillPath(op.path, params) + (search.size > 0 ? `?${search}` : ''),
    headers: {
      ...headers,
      ...(text === undefined
        ? {}
        : { 'content-type': op.body ? 'application/json' : 'application/x-www-form-urlencoded' }),
      ...(kind === 'odd headers' && text !== undefined && made.pick % 5 === 0 ? { 'content-type': 'text/plain' } : {}),
    },
    body: text,
  };
}

/** A value as a query has it: lists are joined by commas. */
function textOf(value: unknown): string {
  if (Array.isArray(value))
    return value.every((part) => typeof part !== 'object') ? value.join(',') : JSON.stringify(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function replaceOne(values: Values, pick: number, value: unknown): void {
  const names = Object.keys(values);
  if (names.length > 0) values[names[pick % names.length]!] = value;
}

function nested(body: Values): Values | undefined {
  return Object.values(body).find((value) => typeof value === 'object' && value !== null && !Array.isArray(value)) as
    | Values
    | undefined;
}

function withNaughtyStrings(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.map((entry) => withNaughtyStrings(entry, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withNaughtyStrings(entry, text)]));
}

function bodyText(op: DocumentedOperation, kind: Kind, body: Values | undefined, made: Made): string | undefined {
  if (body === undefined) return undefined;
  if (kind === 'broken body') {
    const broken = ['{', '[1,', '{"a":}', '\u0000', 'null', '[]', '"text"', '['.repeat(20_000), '{"a":"\\ud800"}'];
    const all = op.mayBeEmpty ? broken : ['', ...broken];
    return all[made.pick % all.length]!;
  }
  if (kind === 'oversized') return JSON.stringify({ ...body, filler: 'x'.repeat(300_000) });
  if (op.body) return JSON.stringify(body);
  const fields = Object.entries(body).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(fields).toString();
}

function oddHeaders({ pick, seed }: Made): Record<string, string> {
  const odd: Record<string, string>[] = [
    { 'idempotency-key': 'short' },
    { 'idempotency-key': 'x'.repeat(200) },
    { 'if-match': '*' },
    { 'if-match': 'W/"x"' },
    { 'x-correlation-id': '<script>' },
    { 'fairlead-bookmark': '../../etc' },
    { 'if-none-match': '*' },
    { origin: 'https://evil.example' },
    { authorization: 'Basic AAAA' },
    { authorization: 'DPoP x' },
    { dpop: 'x.y.z' },
    { accept: 'application/xml' },
  ];
  return { ...odd[pick % odd.length], ...odd[seed % odd.length] };
}
