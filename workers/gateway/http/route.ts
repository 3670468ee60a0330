/**
 * Routes: an operation under a method and path, or a handler of its own for what is no plain operation
 * (OAuth, pages, ingest, live sockets, aggregation). Both say who may, and both stand in the API description.
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { JsonText } from '../../../contracts/kit/json-text.ts';
import { isForCallers, type Operation, type RequestContext } from '../../../contracts/kit/operation.ts';
import { type Answer, type ErrorCode, type Failure, invalid } from '../../../contracts/kit/result.ts';
import { faultsOf } from '../../../contracts/kit/serve.ts';
import { API_BODY_MAX_BYTES } from '../../../platform/limits.ts';
import type { Access, Asked } from '../admission/facts.ts';
import { call } from './call.ts';
import { bookmarkOf, etagOf, expectedVersion, idempotencyKey, matchesEtag } from './conditions.ts';
import { admitted, contextOf, type GatewayContext, type GatewayTypes, refuse } from './context.ts';
import { type InputSource, placed, queryOf, readersOf, readInput, readQuery, sourceOf } from './input.ts';
import { releaseSoon } from './locks.ts';
import { problem } from './problems.ts';

/** Of the ids that a path names, what a log line takes. */
const OBJECT_MAX_CHARS = 200;

/** The methods of routes. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What every route has. */
interface RouteBase {
  method: Method;
  /** OpenAPI path, such as `/v1/containers/{number}`. */
  path: string;
  /** Where it stands in the API description. */
  tag: string;
}

/** A route of an operation. */
export interface OperationRoute extends RouteBase {
  operation: Operation;
  status: 200 | 201;
  source: InputSource;
}

/** What the API description says of a route with a handler of its own. */
export interface HandlerDocument {
  operationId: string;
  summary: string;
  description?: string;
  /** The query parameters and headers it reads, by name. */
  query?: Record<string, z.ZodType>;
  headers?: Record<string, z.ZodType>;
  params?: Record<string, z.ZodType>;
  /** A form (OAuth), or another body by media type. */
  form?: z.ZodType;
  body?: Record<string, z.ZodType>;
  /** The answer when all goes well. */
  status?: number;
  answer?: z.ZodType;
  /** `application/json` when it is not named; several where the caller chooses. */
  mediaType?: string | readonly string[];
  /** Errors as RFC 6749 has them, or pages for people, instead of problem documents. */
  errors?: 'problem' | 'oauth' | 'page';
  /** Codes of its own refusals, beside those of admission. */
  failures?: readonly ErrorCode[];
  /** Further statuses. */
  also?: Record<number, string>;
}

/** A route with a handler of its own. */
export interface HandlerRoute extends RouteBase {
  access: Access;
  document: HandlerDocument;
  handle(c: GatewayContext): Promise<Response> | Response;
}

/** Any route. */
export type Route = OperationRoute | HandlerRoute;

/** The route of an operation. 201 is for what creates something. */
export function route(method: Method, path: string, operation: Operation, status: 200 | 201 = 200) {
  return (tag: string): OperationRoute => ({
    method,
    path,
    tag,
    operation,
    status,
    source: sourceOf(method, path, operation.input),
  });
}

/** The routes of a tag. */
export function tagged(tag: string, routes: ((tag: string) => Route)[]): Route[] {
  return routes.map((make) => make(tag));
}

/** A route with a handler of its own. */
export function handler(
  method: Method,
  path: string,
  access: Access,
  document: HandlerDocument,
  handle: HandlerRoute['handle'],
) {
  return (tag: string): HandlerRoute => ({ method, path, tag, access, document, handle });
}

/** The name of a route: its method and pattern. */
export const nameOf = ({ method, path }: RouteBase): string => `${method.toUpperCase()} ${path}`;

/** Who may use a route. */
export function accessOf(route: Route): Access {
  if (!('operation' in route)) return route.access;
  const { permission } = route.operation;
  if (isForCallers(permission)) return permission;
  throw new Error(`${route.operation.name} is no operation for callers from outside`);
}

/** Whether what a route creates can be read at `{path}/{id}`. */
export function isLocated(created: OperationRoute, routes: readonly Route[]): boolean {
  const path = `${created.path}/{id}`;
  return created.status === 201 && routes.some((other) => other.method === 'get' && other.path === path);
}

/** Adds a route to the app; `all` are those of the whole API. */
export function register(app: Hono<GatewayTypes>, added: Route, all: readonly Route[]): void {
  const located = 'operation' in added && isLocated(added, all);
  const refusesQuery = 'operation' in added ? null : queryCheck(added);
  app.on(added.method.toUpperCase(), added.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    c.set('route', nameOf(added));
    c.set('object', Object.values(c.req.param()).join('/').slice(0, OBJECT_MAX_CHARS) || null);
    if ('operation' in added) return serveOperation(c, added, located);
    return (await admitted(c, { access: added.access })) ?? refusesQuery?.(c) ?? added.handle(c);
  });
}

/** Answers a query that a handler's route does not take, and nothing else. OAuth and pages have rules of their own. */
function queryCheck({ document }: HandlerRoute): ((c: GatewayContext) => Response | null) | null {
  if (document.errors !== undefined) return null;
  const query = z.strictObject(document.query ?? {});
  const readers = readersOf(query);
  return (c) => {
    const read = readQuery(queryOf(c.req.url), readers);
    if (!read.ok) return refuse(c, read);
    const parsed = query.safeParse(read.value);
    if (parsed.success) return null;
    const faults = faultsOf(parsed.error).map((entry) => ({ ...entry, pointer: `/query${entry.pointer}` }));
    return refuse(c, invalid(faults));
  };
}

async function serveOperation(c: GatewayContext, route: OperationRoute, located: boolean): Promise<Response> {
  const { operation } = route;
  const key = operation.idempotent ? idempotencyKey(c.req.header('idempotency-key') ?? null) : null;
  const asked: Asked = {
    access: accessOf(route),
    feature: operation.feature,
    takesBody: route.source.body !== 'none',
    ...(typeof key === 'string' ? { lock: `${nameOf(route)}|${key}` } : {}),
  };
  try {
    const answer = (await admitted(c, asked)) ?? (await answerOf(c, route, key, located));
    if (operation.deprecated) addDeprecation(answer.headers, operation.deprecated, c.env.ISSUER);
    return answer;
  } finally {
    // Also after a defect: whoever asks again with the same key is not to wait for a request that is over.
    releaseSoon(c);
  }
}

async function answerOf(
  c: GatewayContext,
  route: OperationRoute,
  key: string | Failure | null,
  located: boolean,
): Promise<Response> {
  const { operation, source } = route;
  if (key !== null && typeof key !== 'string') return refuse(c, key);
  const version = operation.ifMatch ? expectedVersion(c.req.header('if-match') ?? null) : null;
  if (version !== null && typeof version !== 'number') return refuse(c, version);
  const bookmark = bookmarkOf(c.req.header('fairlead-bookmark') ?? null);
  if (typeof bookmark === 'object') return refuse(c, bookmark);
  const read = readInput(c.req.raw, c.get('facts').body, source, c.req.param());
  if (read === 'too_large') return tooLarge(c, API_BODY_MAX_BYTES);
  if (read === 'not_json_type') {
    return problem(415, 'Unsupported media type', 'Send application/json', c.get('correlationId'));
  }
  if ('ok' in read) return refuse(c, read);
  const context: RequestContext = {
    ...contextOf(c),
    ...(bookmark === undefined ? {} : { bookmark }),
    ...(key === null ? {} : { idempotencyKey: key }),
    ...(version === null ? {} : { expectedVersion: version }),
  };
  const answer = await call(c, operation, context, read.input);
  if (!answer.ok) return refuse(c, placed(answer, source));
  const response = succeed(c, route, answer);
  if (route.status === 201) c.set('object', (answer.value as { id?: string }).id ?? c.get('object'));
  if (located) response.headers.set('location', `${route.path}/${(answer.value as { id: string }).id}`);
  return response;
}

/** The answer of an operation that went well, with what HTTP says beside the body. */
function succeed(c: GatewayContext, route: OperationRoute, answer: Extract<Answer<unknown>, { ok: true }>): Response {
  const value = answer.value as { version?: number };
  const headers: Record<string, string> = {};
  if (answer.bookmark) headers['fairlead-bookmark'] = answer.bookmark;
  if (answer.replayed) headers['idempotency-replayed'] = 'true';
  if (route.operation.versioned) {
    const etag = etagOf(value.version!);
    headers.etag = etag;
    if (route.method === 'get' && matchesEtag(c.req.header('if-none-match') ?? null, etag)) {
      return new Response(null, { status: 304, headers });
    }
  }
  if (!(answer.value instanceof JsonText)) return Response.json(value, { status: route.status, headers });
  headers['content-type'] = 'application/json';
  return new Response(answer.value.text, { status: route.status, headers });
}

/** The answer to a body over its limit. */
export function tooLarge(c: GatewayContext, maxBytes: number): Response {
  return problem(413, 'Too large', `The body may hold ${maxBytes} bytes`, c.get('correlationId'));
}

function addDeprecation(
  headers: Headers,
  { since, sunset, successor }: NonNullable<Operation['deprecated']>,
  issuer: string,
): void {
  headers.set('deprecation', `@${Date.parse(since) / 1000}`);
  headers.set('sunset', new Date(sunset).toUTCString());
  headers.set('link', `<${issuer}${successor}>; rel="successor-version"`);
}
