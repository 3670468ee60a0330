/**
 * Pages of other origins (Fetch standard, CORS protocol): exact origins, by tenant. A preflight names
 * no tenant, so it is admitted when any tenant has the origin; the answer itself is readable only for
 * the origins of the caller's own tenant. Credentials are never allowed: tokens travel in a header.
 */
import { Cache } from '../../../platform/cache.ts';
import { ANONYMOUS } from '../env.ts';
import { admitted, type GatewayContext } from './context.ts';
import { problem } from './problems.ts';

const ORIGIN_TTL_MS = 60_000;
/** An origin that was just registered should not stay out for long. */
const UNKNOWN_TTL_MS = 5_000;
const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS =
  'authorization, content-type, dpop, fairlead-bookmark, idempotency-key, if-match, if-none-match, x-correlation-id';
const EXPOSED =
  'deprecation, etag, fairlead-bookmark, idempotency-replayed, link, location, ratelimit, ratelimit-policy, ' +
  'retry-after, sunset, www-authenticate, x-correlation-id, x-request-id';

const registered = new Cache<string, boolean>({ capacity: 1_000, ttlMs: ORIGIN_TTL_MS });

async function isRegistered(c: GatewayContext, origin: string): Promise<boolean> {
  const hit = registered.get(origin);
  if (hit !== undefined) return hit;
  const answer = await c.env.IDENTITY.isCorsOrigin(ANONYMOUS, { origin });
  const known = answer.ok && answer.value;
  registered.set(origin, known, Date.now(), known ? ORIGIN_TTL_MS : UNKNOWN_TTL_MS);
  return known;
}

/** The answer to a preflight. */
export async function preflight(c: GatewayContext): Promise<Response> {
  c.set('route', 'OPTIONS /v1/*');
  const over = await admitted(c, { access: 'public' });
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
  const { actor, corsOrigins } = c.get('facts');
  // A refusal before anybody is known shows nothing of a tenant, and an application must be able to read it.
  const nobody = actor === null && registered.get(origin) === true;
  if (!nobody && !corsOrigins.includes(origin)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', EXPOSED);
  headers.set('cross-origin-resource-policy', 'cross-origin');
}
