/**
 * One way to declare an operation: its path, who may call it, what it takes and gives. From the same
 * declaration come the route, the checks before the handler, and the OpenAPI document, so the three
 * cannot drift apart. An operation without `access` does not type-check.
 */
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Actor } from '../../contracts/actor.ts';
import { allows, type Permission } from '../../contracts/permissions.ts';
import { fail, type Fault } from '../../contracts/result.ts';
import { API_BODY_MAX_BYTES } from '../../platform/limits.ts';
import { type GatewayContext, type GatewayTypes, refuseWith } from './context.ts';
import { identityOf } from './middleware/authenticate.ts';
import { readJson } from './middleware/body.ts';
import { problem } from './problems.ts';
import { problemSchema } from './schemas.ts';

/** Who may call: a permission, any token, a signed webhook, a one-time ticket, or anybody. */
export type Access = Permission | 'authenticated' | 'signature' | 'ticket' | 'public';

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
}

/** The declaration of an operation. */
export interface Operation<P = undefined, Q = undefined, B = undefined> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI path, such as `/v1/containers/{number}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  params?: P;
  query?: Q;
  body?: B;
  /** Request headers beyond authorization, for the document. */
  headers?: Schema;
  /** The answer when all goes well. */
  status?: number;
  answer?: Schema;
  /** Further statuses, for the document. */
  also?: Record<number, string>;
  handle(call: Call<P, Q, B>): Promise<Response> | Response;
}

/** Keeps the schemas' types through a list of operations. */
export function operation<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(declared: Operation<P, Q, B>): Operation<never, never, never> {
  return declared as unknown as Operation<never, never, never>;
}

/** Adds an operation to the app and to its OpenAPI document. */
export function register(app: OpenAPIHono<GatewayTypes>, op: Operation<never, never, never>): void {
  app.openAPIRegistry.registerPath(documented(op));
  app.on(op.method.toUpperCase(), op.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    c.set('route', `${op.method.toUpperCase()} ${op.path}`);
    const refused = await admit(c, op.access);
    if (refused) return refused;
    const params = check(op.params, c.req.param(), '/path');
    const query = check(op.query, { ...c.req.query() }, '/query');
    const faults = [...params.faults, ...query.faults];
    if (faults.length > 0) return refuseWith(c, fail('invalid', 'The request has faults', { faults }));
    let body: unknown;
    if (op.body) {
      const read = await readJson(c.req.raw, API_BODY_MAX_BYTES);
      if (read === 'too_large') return tooLarge(c, API_BODY_MAX_BYTES);
      if (!('value' in read)) return refuseWith(c, read);
      const checked = check(op.body, read.value, '');
      if (checked.faults.length > 0) {
        return refuseWith(c, fail('invalid', 'The request has faults', { faults: checked.faults }));
      }
      body = checked.value;
    }
    const call = { c, actor: c.get('actor'), params: params.value, query: query.value, body };
    return op.handle(call as unknown as Call<never, never, never>);
  });
}

/** The answer to a body over its limit. */
export function tooLarge(c: GatewayContext, maxBytes: number): Response {
  return problem(413, 'Too large', `The body may hold ${maxBytes} bytes`, c.get('correlationId'));
}

/** Token, rate limit and permission, in this order; null when the request may pass. */
async function admit(c: GatewayContext, access: Access): Promise<Response | null> {
  // A webhook counts against its connection once its signature is known to be right.
  if (access === 'signature') return null;
  const address = addressOf(c);
  if (access === 'public' || access === 'ticket') return limited(c, c.env.ADDRESS_LIMIT, address);
  const token = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  const identity = token ? await identityOf(c.env, token) : null;
  if (!identity) {
    const over = await limited(c, c.env.ADDRESS_LIMIT, address);
    return (
      over ??
      refuseWith(c, fail('unauthenticated', token ? 'The access token is not valid' : 'An access token is required'))
    );
  }
  const actor: Actor = { ...identity, correlationId: c.get('correlationId') };
  c.set('actor', actor);
  const over = await limited(c, c.env.API_LIMIT, `${actor.tenantId}:${actor.subject}`);
  if (over) return over;
  if (access !== 'authenticated' && !allows(actor, access)) {
    return refuseWith(c, fail('forbidden', `This needs the permission ${access}`));
  }
  return null;
}

/** The caller's network address; Cloudflare sets the header, nobody else can. */
export function addressOf(c: GatewayContext): string {
  return c.req.header('cf-connecting-ip') ?? 'local';
}

/** Counts a request against a limit; the problem answer when it is over. */
export async function limited(c: GatewayContext, limit: RateLimit, key: string): Promise<Response | null> {
  const { success } = await limit.limit({ key });
  if (success) return null;
  const detail = 'Too many requests; wait a moment';
  const type = 'https://iana.org/assignments/http-problem-types#quota-exceeded';
  return problem(429, 'Quota exceeded', detail, c.get('correlationId'), { type }, { 'retry-after': '10' });
}

function check(schema: Schema | undefined, value: unknown, at: string): { value: unknown; faults: Fault[] } {
  if (!schema) return { value: undefined, faults: [] };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, faults: [] };
  const faults = parsed.error.issues.slice(0, 50).map((issue) => ({
    pointer: [at, ...issue.path.map(String)].join('/'),
    code: issue.code,
    detail: issue.message,
  }));
  return { value: undefined, faults };
}

function documented(op: Operation<never, never, never>): ReturnType<typeof createRoute> {
  const status = op.status ?? 200;
  const problems = {
    400: 'Not valid',
    401: 'No valid token',
    403: 'Not allowed',
    404: 'Not found',
    429: 'Too many requests',
  };
  const secured = !['public', 'signature', 'ticket'].includes(op.access);
  return createRoute({
    method: op.method,
    path: op.path,
    tags: [op.tag],
    summary: op.summary,
    ...(op.description ? { description: op.description } : {}),
    ...(secured ? { security: [{ oauth: [] }] } : {}),
    'x-access': op.access,
    request: {
      ...(op.params ? { params: op.params } : {}),
      ...(op.query ? { query: op.query } : {}),
      ...(op.headers ? { headers: op.headers as never } : {}),
      ...(op.body ? { body: { required: true, content: { 'application/json': { schema: op.body } } } } : {}),
    },
    responses: {
      [status]: {
        description: 'Done',
        ...(op.answer ? { content: { 'application/json': { schema: op.answer as never } } } : {}),
      },
      ...Object.fromEntries(
        Object.entries({ ...problems, ...op.also }).map(([code, description]) => [
          code,
          { description, content: { 'application/problem+json': { schema: problemSchema } } },
        ]),
      ),
    },
  } as never) as ReturnType<typeof createRoute>;
}
