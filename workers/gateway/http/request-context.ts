import type { MiddlewareHandler } from 'hono';
import { errorText, isSampled, loggerFor, newCorrelationId } from '../../../platform/log.ts';
import { metricsOf } from '../../../platform/metrics.ts';
import { factsOf } from '../admission/facts.ts';
import { checkEnv } from '../env.ts';
import { type GatewayContext, type GatewayTypes, originOf } from './context.ts';
import { admitOrigin } from './cors.ts';
import { noteDenial } from './denials.ts';
import { problem } from './problems.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

const CORRELATION = /^[A-Za-z0-9._-]{8,64}$/;

/** The content policy of pages: everything from this origin, no inline script, no frames. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** Headers of every answer. */
const SECURITY_HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  // Not no-referrer: that would make browsers send "Origin: null" with our own sign-in form.
  'referrer-policy': 'same-origin',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'geolocation=(), camera=(), microphone=()',
};

/** Correlation id, a log line, security headers, and the last net for defects. */
export const requestContext: MiddlewareHandler<GatewayTypes> = async (c, next) => {
  checkEnv(c.env);
  const log = loggerFor('gateway', c.env.LOG_LEVEL);
  const offered = c.req.header('x-correlation-id');
  const callerCorrelationId = offered && CORRELATION.test(offered) ? offered : null;
  const correlationId = newCorrelationId(callerCorrelationId !== null, c.env.LOG_SAMPLE);
  c.set('correlationId', correlationId);
  c.set('callerCorrelationId', callerCorrelationId);
  c.set('route', 'unmatched');
  c.set('facts', factsOf({ access: 'public' }, originOf(c.req.raw)));
  c.set('object', null);
  c.set('denial', null);
  const startedAt = Date.now();
  await next();
  if (c.error) log('error', 'request.defect', { correlationId, route: c.get('route'), error: errorText(c.error) });
  const actor = c.get('facts').actor;
  const ms = Date.now() - startedAt;
  metricsOf(c.env)('gateway.request', ms, { route: c.get('route'), status: String(c.res.status) });
  if (isLogged(c)) {
    log('info', 'request', {
      correlationId,
      ...(callerCorrelationId ? { callerCorrelationId } : {}),
      method: c.req.method,
      route: c.get('route'),
      object: c.get('object'),
      status: c.res.status,
      ms,
      tenantId: actor?.tenantId ?? null,
      subject: actor?.subject ?? null,
    });
  }
  noteDenial(c);
  // The headers of an upgraded connection are the handshake's own.
  if (c.res.status === 101) return;
  try {
    addHeaders(c, c.res.headers);
  } catch {
    // The answer of another service has immutable headers; copying every answer would cost each its speed.
    c.res = new Response(c.res.body, c.res);
    addHeaders(c, c.res.headers);
  }
};

/**
 * Whether a request gets its line. Reads and deliveries that went well are most of all requests and say little: a share
 * of them does. Their number and time are in the metrics, and deliveries have receipts.
 */
function isLogged(c: GatewayContext): boolean {
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
  const isUsual = (isRead || c.get('facts').actor?.kind === 'connection') && c.res.status < 400;
  return !isUsual || isSampled(c.get('correlationId'), c.env.LOG_SAMPLE);
}

function addHeaders(c: GatewayContext, headers: Headers): void {
  headers.set('x-correlation-id', c.get('callerCorrelationId') ?? c.get('correlationId'));
  headers.set('x-request-id', c.get('correlationId'));
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', PAGE_POLICY);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  for (const [name, value] of rateLimitHeaders(c.get('facts').limitedBy, c.get('facts').quotas))
    headers.set(name, value);
  admitOrigin(c, headers);
}

/** The answer to a defect: nothing of it is shown but the id to ask about. */
export function defect(correlationId: string): Response {
  return problem(
    500,
    'Something went wrong on our side',
    'Tell us the request id (`x-request-id`) if it happens again.',
    correlationId,
  );
}
