/** The statuses of a route beside the one of success, with what each means, and the headers of answers. */
import { ERROR_CODES, type ErrorCode } from '../../../contracts/kit/result.ts';
import { PROBLEMS } from '../http/problems.ts';
import { accessOf, type Route } from '../http/route.ts';

/** What a failure code means to a caller: the error catalogue. */
export const CODE_MEANINGS: Record<ErrorCode, string> = {
  'address.refused': 'Your organisation’s address lists refuse the address you ask from.',
  'allocation.booked': 'More space is booked than this leaves; `booked` says how much, `capacity` what was asked for.',
  'allocation.closed': 'The allocation was closed or withdrawn and takes no bookings.',
  'allocation.contended':
    'Others book and cancel on this allocation at the same moment, and nothing was done; ask again with the same key.',
  'allocation.departed': 'The sailing has left.',
  'allocation.exhausted': 'Less space is left than you asked for; `remaining` and `capacity` say how much.',
  'allocation.expired': 'Booking has closed for this allocation.',
  'allocation.transition_invalid': 'The allocation cannot go from its status to the one you ask for.',
  'booking.transition_invalid': 'The booking cannot go from its state to the one you ask for.',
  'conflict.exists': 'Something that may exist once exists already, or is in a state that forbids this.',
  'credit.exhausted': 'Too many events of this connection are still being processed; wait for Retry-After.',
  'feature.disabled': 'The feature is not switched on for your organisation.',
  forbidden: 'Your token does not carry the permission, or the rules forbid it; the detail says which.',
  'idempotency.in_flight': 'The first request of this Idempotency-Key is still running; ask again.',
  'idempotency.mismatch': 'This Idempotency-Key was used for another request.',
  invalid: 'The request has faults; `errors` names each by JSON pointer.',
  not_found: 'There is no such thing in your organisation.',
  nothing_acceptable: 'No item of the delivery is acceptable; `errors` says why, `receiptId` keeps it.',
  'policy.unavailable': 'Your rights cannot be checked now; ask again after Retry-After.',
  'precondition.failed': 'The object has changed since you read it; read it again.',
  'precondition.required': 'Send If-Match with the entity tag you have read.',
  'quota.exceeded': 'Too many requests; `violated-policies` names the limit, Retry-After says how long to wait.',
  'shard.unavailable':
    'The procurement records of your organisation cannot be reached now; ask again before you assume that nothing was done.',
  unauthenticated: 'The access token is missing, not valid, or has ended.',
  unprocessable: 'The request can be read, but breaks a rule of the trade; `errors` names each member by JSON pointer.',
};

/** Failure codes of a route, admission's own included. */
export function codesOf(route: Route): ErrorCode[] {
  const access = accessOf(route);
  const secured = !['public', 'signature', 'ticket'].includes(access);
  const codes = new Set<ErrorCode>(['quota.exceeded']);
  if (secured) {
    for (const code of ['unauthenticated', 'forbidden', 'address.refused', 'policy.unavailable'] as const)
      codes.add(code);
  }
  if (!('operation' in route)) {
    if (route.document.errors === undefined) codes.add('invalid');
    for (const code of route.document.failures ?? []) codes.add(code);
    return ERROR_CODES.filter((code) => codes.has(code));
  }
  const { operation } = route;
  codes.add('invalid');
  if (operation.feature) codes.add('feature.disabled');
  if (operation.idempotent)
    for (const code of ['idempotency.in_flight', 'idempotency.mismatch'] as const) codes.add(code);
  if (operation.ifMatch) for (const code of ['precondition.required', 'precondition.failed'] as const) codes.add(code);
  for (const code of operation.failures ?? []) codes.add(code);
  return ERROR_CODES.filter((code) => codes.has(code));
}

/** Statuses of failures with their descriptions. */
export function refusalsOf(route: Route): Record<number, string> {
  const statuses: Record<number, string> = {};
  for (const code of codesOf(route)) {
    const { status } = PROBLEMS[code];
    const meaning = `\`${code}\`: ${CODE_MEANINGS[code]}`;
    statuses[status] = statuses[status] ? `${statuses[status]}\n\n${meaning}` : meaning;
  }
  if ('operation' in route) {
    if (route.source.body !== 'none') {
      statuses[413] = 'The body is over its limit.';
      statuses[415] = 'The body is not JSON.';
    }
    return statuses;
  }
  if (route.document.errors !== undefined) statuses[400] = 'The request is not valid.';
  return { ...statuses, ...route.document.also };
}

const text = (description: string, example: string, type: 'string' | 'integer' = 'string') => ({
  description,
  schema: { type, examples: [type === 'integer' ? Number(example) : example] },
});

/** Headers of answers, as components. */
export const HEADERS = {
  CorrelationId: text(
    'The id that you sent in the same header, or else ours; logs have both',
    '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11',
  ),
  RequestId: text(
    'Names the request in logs and in the audit trail, whatever you call it',
    '2f1e7a34-6b0f-4d0a-9a1e-0d6f3f1f0c11',
  ),
  ETag: text('The entity tag of the version that was read', '"3"'),
  Location: text('Where what was created can be read', '/v1/bookings/bkg_01kb2h5m8q3v6x9y2z4a7c0d5e'),
  IdempotencyReplayed: text('`true` when this is the stored answer of the first request of the key', 'true'),
  RetryAfter: text('Seconds to wait before asking again', '10', 'integer'),
  RateLimit: text(
    'What is left of your quotas, and when they begin anew (IETF draft RateLimit header fields)',
    '"subject";r=42;t=17',
  ),
  RateLimitPolicy: text('Your quotas: requests in a window of seconds', '"subject";q=6000;w=60'),
  Bookmark: text(
    'Send it back in the same header to read your own writes',
    '00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683',
  ),
  Authenticate: text('How to authenticate (RFC 9110 section 11.6.1)', 'Bearer realm="fairlead"'),
  Deprecation: text('Since when it is superseded (RFC 9745)', '@1795478400'),
  Sunset: text('Until when it answers (RFC 8594)', 'Wed, 30 Jun 2027 00:00:00 GMT'),
  Link: text('What takes its place', '<https://fairlead.example/v1/invitations>; rel="successor-version"'),
} as const;

/** A reference to a header component. */
export const headerRef = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });
