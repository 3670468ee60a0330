import type { Context } from 'hono';
import type { Actor } from '../../contracts/actor.ts';
import type { Denial, Hold, Quotas } from '../../contracts/policy.ts';
import { fail, type Failure, type Keyed, type Result } from '../../contracts/result.ts';
import { addressGroup } from '../../platform/address.ts';
import type { Env } from './env.ts';
import { problemOf } from './problems.ts';

/** What a request carries through the middleware. */
export interface Variables {
  correlationId: string;
  /** The route's pattern, for log lines: paths hold identifiers, patterns do not. */
  route: string;
  actor: Actor | null;
  /** How the caller's quotas stand, once they are known. */
  quotas: Quotas | null;
  /** The limit in front that this request counts against, by name. */
  limitedBy: string | null;
  /** Why the request was refused, when it was. */
  denial: (Pick<Denial, 'kind' | 'reason'> & Partial<Pick<Denial, 'tenantId' | 'subject'>>) | null;
  /** The hold of a keyed request, to be released after the answer. */
  hold: Hold | null;
  /** Origins whose pages may read the answer. */
  corsOrigins: string[];
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
  const answer = problemOf(failure, c.get('correlationId'));
  // A service's own refusal, behind the gateway's check, is a refusal like any other.
  if (failure.code === 'forbidden' && c.get('actor') && !c.get('denial')) {
    c.set('denial', { kind: 'permission', reason: 'forbidden' });
  }
  if (answer.status === 401) challenge(c, answer.headers);
  return answer;
}

/** How to come back with what is missing (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1). */
function challenge(c: GatewayContext, headers: Headers): void {
  const reason = c.get('denial')?.reason;
  const metadata = `resource_metadata="${c.env.ISSUER}/.well-known/oauth-protected-resource/v1"`;
  // An error only for who came with a token: who came with none is told how to get one.
  const bearer = reason === undefined || reason === 'token_missing' ? '' : 'error="invalid_token", ';
  const proof = reason === 'proof_invalid' || reason === 'proof_used' ? 'error="invalid_dpop_proof", ' : '';
  headers.append('www-authenticate', `Bearer realm="fairlead", ${proof ? '' : bearer}${metadata}`);
  headers.append('www-authenticate', `DPoP algs="ES256 EdDSA", ${proof}${metadata}`);
}

/** The answer of a service's result: its value as JSON, or the problem. */
export function answer<T>(c: GatewayContext, result: Result<T>, status: 200 | 201 | 202 = 200): Response {
  return result.ok ? c.json(result.value as object, status) : refuseWith(c, result);
}

/** The answer to a keyed request, marked when it is a replay. */
export function keyedAnswer<T>(c: GatewayContext, result: Result<Keyed<T>>, status: 200 | 201 = 201): Response {
  if (!result.ok) return refuseWith(c, result);
  if (result.value.replayed) c.header('idempotency-replayed', 'true');
  return c.json(result.value.value as object, status);
}

/** If-None-Match: a list, or `*`, compared weakly (RFC 9110 section 13.1.2). */
function matchesEtag(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === etag);
}

/** A versioned object with its ETag; 304 when the client has this version. */
export function versionedAnswer<T extends { version: number }>(c: GatewayContext, result: Result<T>): Response {
  if (!result.ok) return refuseWith(c, result);
  const etag = `"${result.value.version}"`;
  c.header('etag', etag);
  if (['GET', 'HEAD'].includes(c.req.method) && matchesEtag(c.req.header('if-none-match'), etag))
    return c.body(null, 304);
  return c.json(result.value);
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
  if (!header) return fail('precondition.required', 'Send If-Match with the ETag you have read');
  // A proxy that compresses may have made the tag weak; the version in it is as exact as before.
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header);
  return match ? Number(match[1]) : fail('precondition.failed', 'If-Match must name the ETag you have read');
}

/** What limits count a caller without a name by. */
export function senderOf(c: GatewayContext): string {
  return addressGroup(addressOf(c));
}

/** The caller's network address; Cloudflare sets the header, nobody else can. */
export function addressOf(c: GatewayContext): string {
  return c.req.header('cf-connecting-ip') ?? 'local';
}
