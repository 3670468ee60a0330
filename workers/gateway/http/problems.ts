/** The only place where a domain code becomes an HTTP status. Answers are RFC 9457 problem documents. */
import type { ErrorCode, Failure } from '../../../contracts/kit/result.ts';

/** The registered problem type of a quota that is used up (RateLimit header fields draft). */
export const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

/** Status and title of every failure code. */
export const PROBLEMS: Record<ErrorCode, { status: number; title: string; type?: string }> = {
  'address.refused': { status: 403, title: 'Not from this address' },
  'allocation.booked': { status: 409, title: 'Space is booked' },
  'allocation.closed': { status: 409, title: 'The allocation takes no bookings' },
  'allocation.contended': { status: 503, title: 'Temporarily unavailable' },
  'allocation.departed': { status: 409, title: 'The sailing has left' },
  'allocation.exhausted': { status: 409, title: 'Not enough space left' },
  'allocation.expired': { status: 409, title: 'Booking has closed' },
  'allocation.transition_invalid': { status: 409, title: 'The allocation cannot change in this way' },
  'booking.transition_invalid': { status: 409, title: 'The booking cannot change in this way' },
  'conflict.exists': { status: 409, title: 'Already exists' },
  'credit.exhausted': { status: 429, title: 'Too much is still being processed' },
  'feature.disabled': { status: 403, title: 'Not part of your plan' },
  forbidden: { status: 403, title: 'Not allowed' },
  'idempotency.in_flight': { status: 409, title: 'The first request of this key is still running' },
  'idempotency.mismatch': { status: 422, title: 'The key belongs to another request' },
  invalid: { status: 400, title: 'The request is not valid' },
  not_found: { status: 404, title: 'Not found' },
  nothing_acceptable: { status: 422, title: 'Nothing could be accepted' },
  'policy.unavailable': { status: 503, title: 'Temporarily unavailable' },
  'precondition.failed': { status: 412, title: 'Changed by someone else' },
  'precondition.required': { status: 428, title: 'Precondition required' },
  'quota.exceeded': { status: 429, title: 'Quota exceeded', type: QUOTA_EXCEEDED },
  'shard.unavailable': { status: 503, title: 'Temporarily unavailable' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  unprocessable: { status: 422, title: 'The request breaks a rule' },
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
  const { status, title, type } = PROBLEMS[failure.code];
  const headers: Record<string, string> = {};
  if (failure.retryAfterSeconds !== undefined) headers['retry-after'] = String(failure.retryAfterSeconds);
  return problem(
    status,
    title,
    failure.detail,
    correlationId,
    {
      ...(type ? { type } : {}),
      code: failure.code,
      ...(failure.faults ? { errors: failure.faults } : {}),
      ...failure.extra,
    },
    headers,
  );
}
