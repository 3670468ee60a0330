/**
 * One way to declare an operation: its path, who may call it, what it takes and gives. From the same
 * declaration come the route, the checks before the handler, and the OpenAPI document, so they cannot
 * drift apart. An operation without `access` does not type-check.
 */
import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Actor } from '../../contracts/actor.ts';
import type { Feature } from '../../contracts/policy.ts';
import { type Failure, fail, type Fault } from '../../contracts/result.ts';
import { API_BODY_MAX_BYTES } from '../../platform/limits.ts';
import { expectedVersion, type GatewayContext, type GatewayTypes, refuseWith } from './context.ts';
import { documented } from './document.ts';
import { type Access, admit } from './middleware/admit.ts';
import { readJson } from './middleware/body.ts';
import { releaseSoon } from './middleware/holds.ts';
import { problem } from './problems.ts';

type Schema = z.ZodType;
type Out<S> = S extends Schema ? z.output<S> : undefined;

/** What a handler gets: everything checked. */
export interface Call<P, Q, B> {
  c: GatewayContext;
  /** The caller. Present for permissions and `authenticated`; the type of the rest has no use for it. */
  actor: Actor;
  params: Out<P>;
  query: Out<Q>;
  body: Out<B>;
  /** The Idempotency-Key of a keyed operation. */
  key: string;
  /** The version named by If-Match, where the operation asks for it. */
  version: number;
}

/** What answers there are beside the usual ones. */
export interface Declared {
  method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI path, such as `/v1/containers/{number}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  /** The feature that must be switched on for the caller's organisation. */
  feature?: Feature;
  /** Creating or charging: an Idempotency-Key is required, and the answer is stored with the effect. */
  keyed?: boolean;
  /** The object changes: If-Match must name the version the caller has seen. */
  ifMatch?: boolean;
  /** The object has an ETag: If-None-Match may save sending it. */
  conditional?: boolean;
  /** Superseded: since when, until when, and by what (RFC 9745, RFC 8594). */
  deprecated?: { since: string; sunset: string; successor: string };
  /** What comes in and goes out when it is not JSON: a form (OAuth), or a page for people. */
  form?: Schema;
  page?: boolean;
  /** Errors as RFC 6749 has them, instead of problem documents. */
  oauthErrors?: boolean;
  /** The answer when all goes well. */
  status?: number;
  answer?: Schema;
  /** Further statuses, for the document. */
  also?: Record<number, string>;
}

/** The declaration of an operation. */
export interface Operation<P = undefined, Q = undefined, B = undefined> extends Declared {
  params?: P;
  query?: Q;
  body?: B;
  handle(call: Call<P, Q, B>): Promise<Response> | Response;
}

/** Any operation, as the app and the document see it. */
export type AnyOperation = Operation<never, never, never>;

/** Keeps the schemas' types through a list of operations. */
export function operation<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(declared: Operation<P, Q, B>): AnyOperation {
  return declared as unknown as AnyOperation;
}

/** Adds an operation to the app and to its OpenAPI document. */
export function register(app: OpenAPIHono<GatewayTypes>, op: AnyOperation): void {
  app.openAPIRegistry.registerPath(documented(op));
  const route = `${op.method.toUpperCase()} ${op.path}`;
  app.on(op.method.toUpperCase(), op.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    c.set('route', route);
    const key = op.keyed ? idempotencyKey(c) : '';
    const exclusive = op.keyed && typeof key === 'string' ? `${route}|${key}` : null;
    try {
      const refused = await admit(c, { access: op.access, feature: op.feature, exclusive });
      const answer = refused ?? (await run(c, op, key));
      if (op.deprecated) addDeprecation(c, answer.headers, op.deprecated);
      return answer;
    } finally {
      releaseSoon(c);
    }
  });
}

async function run(c: GatewayContext, op: AnyOperation, key: string | Failure): Promise<Response> {
  if (typeof key !== 'string') return refuseWith(c, key);
  const version = op.ifMatch ? expectedVersion(c) : 0;
  if (typeof version !== 'number') return refuseWith(c, version);
  const params = check(op.params, c.req.param(), '/path');
  // OAuth has rules of its own for parameters: its handlers see to them.
  const oauth = op.page || op.oauthErrors;
  const query = oauth ? { value: undefined, faults: [] } : check(op.query, { ...c.req.query() }, '/query');
  const faults = [...(oauth ? [] : repeated(c)), ...params.faults, ...query.faults];
  if (faults.length > 0) return refuseWith(c, fail('invalid', 'The request has faults', { faults }));
  const body = op.body ? await readBody(c, op.body) : undefined;
  if (body instanceof Response) return body;
  const call = { c, actor: c.get('actor'), params: params.value, query: query.value, body: body?.value, key, version };
  return op.handle(call as unknown as Call<never, never, never>);
}

async function readBody(c: GatewayContext, schema: Schema): Promise<{ value: unknown } | Response> {
  const type = c.req.header('content-type');
  if (type !== undefined && !/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) {
    return problem(415, 'Unsupported media type', 'Send application/json', c.get('correlationId'));
  }
  const read = await readJson(c.req.raw, API_BODY_MAX_BYTES);
  if (read === 'too_large') return tooLarge(c, API_BODY_MAX_BYTES);
  if (!('value' in read)) return refuseWith(c, read);
  const { value, faults } = check(schema, read.value, '');
  return faults.length > 0 ? refuseWith(c, fail('invalid', 'The request has faults', { faults })) : { value };
}

function idempotencyKey(c: GatewayContext): string | Failure {
  const key = c.req.header('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  return fail('invalid', 'An Idempotency-Key header of 8 to 128 visible characters is required', {
    faults: [
      {
        pointer: '/header/Idempotency-Key',
        code: 'required',
        detail: 'Use a fresh UUID for each new request and the same one for its retries',
      },
    ],
  });
}

/** A parameter given twice is ambiguous: which one counts must not be a guess. */
function repeated(c: GatewayContext): Fault[] {
  return Object.entries(c.req.queries())
    .filter(([, values]) => values.length > 1)
    .map(([name]) => ({ pointer: `/query/${name}`, code: 'repeated', detail: 'is given more than once' }));
}

/** The answer to a body over its limit. */
export function tooLarge(c: GatewayContext, maxBytes: number): Response {
  return problem(413, 'Too large', `The body may hold ${maxBytes} bytes`, c.get('correlationId'));
}

function check(schema: Schema | undefined, value: unknown, at: string): { value: unknown; faults: Fault[] } {
  if (!schema) return { value: undefined, faults: at === '/query' ? unexpected(value as object) : [] };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, faults: [] };
  const faults = parsed.error.issues.slice(0, 50).map((issue) => ({
    pointer: [at, ...issue.path.map(String)].join('/'),
    code: issue.code,
    detail: issue.message,
  }));
  return { value: undefined, faults };
}

function unexpected(query: object): Fault[] {
  return Object.keys(query)
    .slice(0, 50)
    .map((name) => ({ pointer: `/query/${name}`, code: 'unrecognized_keys', detail: 'takes no such parameter' }));
}

function addDeprecation(
  c: GatewayContext,
  headers: Headers,
  { since, sunset, successor }: NonNullable<Declared['deprecated']>,
): void {
  headers.set('deprecation', `@${Date.parse(since) / 1000}`);
  headers.set('sunset', new Date(sunset).toUTCString());
  headers.set('link', `<${c.env.ISSUER}${successor}>; rel="successor-version"`);
}
