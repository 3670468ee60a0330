/**
 * Pages of other origins (Fetch standard, CORS protocol): exact origins, by tenant. A preflight names
 * no tenant, so it is admitted when any tenant has the origin; the answer itself is readable only for
 * the origins of the caller's own tenant. Credentials are never allowed: tokens travel in a header.
 */
import { type GatewayContext, senderOf } from '../context.ts';
import { Lru } from '../../../platform/lru.ts';
import { problem } from '../problems.ts';
import { limited } from './admit.ts';

const ORIGIN_TTL_MS = 60_000;
/** An origin that was just registered should not stay out for long. */
const UNKNOWN_TTL_MS = 5_000;
const METHODS = 'GET, POST, PUT, DELETE';
const HEADERS =
  'authorization, content-type, dpop, fairlead-bookmark, idempotency-key, if-match, if-none-match, x-correlation-id';
const EXPOSED =
  'deprecation, etag, fairlead-bookmark, idempotency-replayed, link, location, ratelimit, ratelimit-policy, ' +
  'retry-after, sunset, www-authenticate, x-correlation-id';

const registered = new Lru<string, { known: boolean; until: number }>(1_000);

async function isRegistered(c: GatewayContext, origin: string): Promise<boolean> {
  const hit = registered.get(origin);
  if (hit && hit.until > Date.now()) return hit.known;
  const known = await c.env.IDENTITY.isCorsOrigin(origin);
  registered.set(origin, { known, until: Date.now() + (known ? ORIGIN_TTL_MS : UNKNOWN_TTL_MS) });
  return known;
}

/** The answer to a preflight. */
export async function preflight(c: GatewayContext): Promise<Response> {
  c.set('route', 'OPTIONS /v1/*');
  const over = await limited(c, 'address', senderOf(c));
  if (over) return over;
  const origin = c.req.header('origin') ?? '';
  if (!origin || origin.length > 200 || !(await isRegistered(c, origin))) {
    return problem(403, 'Not allowed', 'No tenant has registered this origin', c.get('correlationId'));
  }
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': HEADERS,
      'access-control-max-age': '600',
      vary: 'origin',
    },
  });
}

/** Makes an answer readable for the page that asked, when its origin is one of the tenant's. */
export function admitOrigin(c: GatewayContext, headers: Headers): void {
  const origin = c.req.header('origin');
  if (!origin || origin === c.env.ISSUER) return;
  headers.append('vary', 'origin');
  const hit = registered.get(origin);
  // A refusal before anybody is known shows nothing of a tenant, and an application must be able to read it.
  const nobody = c.get('actor') === null && hit?.known === true && hit.until > Date.now();
  if (!nobody && !c.get('corsOrigins').includes(origin)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', EXPOSED);
  headers.set('cross-origin-resource-policy', 'cross-origin');
}
