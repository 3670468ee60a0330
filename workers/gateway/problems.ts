/** The only place where a domain code becomes an HTTP status. Answers are RFC 9457 problem documents. */
import type { ErrorCode, Failure } from '../../contracts/result.ts';

const PROBLEMS: Record<ErrorCode, { status: number; title: string }> = {
  'allocation.exhausted': { status: 409, title: 'Not enough space left' },
  'allocation.expired': { status: 409, title: 'The allocation is closed' },
  'booking.transition_invalid': { status: 409, title: 'The booking cannot change in this way' },
  'conflict.exists': { status: 409, title: 'Already exists' },
  'credit.exhausted': { status: 429, title: 'Too much is still being processed' },
  forbidden: { status: 403, title: 'Not allowed' },
  'idempotency.mismatch': { status: 422, title: 'The key belongs to another request' },
  invalid: { status: 400, title: 'The request is not valid' },
  not_found: { status: 404, title: 'Not found' },
  nothing_acceptable: { status: 422, title: 'Nothing could be accepted' },
  'precondition.failed': { status: 412, title: 'Changed by someone else' },
  'shard.unavailable': { status: 503, title: 'Temporarily unavailable' },
  unauthenticated: { status: 401, title: 'Not signed in' },
};

/** A problem answer for a status that no domain code stands for. */
export function problem(
  status: number,
  title: string,
  detail: string,
  correlationId: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response {
  const body = { type: 'about:blank', title, status, detail, correlationId, ...more };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** The problem answer of an expected failure. */
export function problemOf(failure: Failure, correlationId: string): Response {
  const { status, title } = PROBLEMS[failure.code];
  const headers: Record<string, string> = {};
  if (failure.retryAfterSeconds !== undefined) headers['retry-after'] = String(failure.retryAfterSeconds);
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="fairlead"';
  return problem(
    status,
    title,
    failure.detail,
    correlationId,
    { code: failure.code, ...(failure.faults ? { errors: failure.faults } : {}), ...failure.extra },
    headers,
  );
}
