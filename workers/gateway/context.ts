import type { Context } from 'hono';
import type { Actor } from '../../contracts/actor.ts';
import { fail, type Failure, type Result } from '../../contracts/result.ts';
import type { Env } from './env.ts';
import { problemOf } from './problems.ts';

/** What a request carries through the middleware. */
export interface Variables {
  correlationId: string;
  /** The route's pattern, for log lines: paths hold identifiers, patterns do not. */
  route: string;
  actor: Actor | null;
}

/** The type arguments of every hono app and context here. */
export interface GatewayTypes {
  Bindings: Env;
  Variables: Variables;
}

/** A request's context. */
export type GatewayContext = Context<GatewayTypes>;

/** The problem answer of a failure in this request. */
export function refuseWith(c: GatewayContext, failure: Failure): Response {
  return problemOf(failure, c.get('correlationId'));
}

/** The answer of a service's result: its value as JSON, or the problem. */
export function answer<T>(c: GatewayContext, result: Result<T>, status: 200 | 201 | 202 = 200): Response {
  return result.ok ? c.json(result.value as object, status) : refuseWith(c, result);
}

/** A value with the bookmark that lets the client read its own writes. */
export function withBookmark(c: GatewayContext, bookmark: string | null): void {
  if (bookmark) c.header('fairlead-bookmark', bookmark);
}

/** The bookmark a client sends back, bounded. */
export function bookmarkOf(c: GatewayContext): string | undefined {
  const bookmark = c.req.header('fairlead-bookmark');
  return bookmark && /^[\w-]{1,200}$/.test(bookmark) ? bookmark : undefined;
}

/** The version named by If-Match (`"3"`), or the failure: it is required where this is asked. */
export function expectedVersion(c: GatewayContext): number | Failure {
  const header = c.req.header('if-match');
  // A proxy that compresses may have made the tag weak; the version in it is as exact as before.
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header ?? '');
  return match ? Number(match[1]) : fail('precondition.failed', 'If-Match must name the ETag you have read');
}
