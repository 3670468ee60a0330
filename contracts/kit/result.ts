/** Outcomes as data: what a service answers, and the stable codes of expected failures. */

/** Stable machine-readable codes of expected failures; the gateway alone turns one into a status. */
export const ERROR_CODES = [
  'address.refused',
  'allocation.booked',
  'allocation.closed',
  'allocation.contended',
  'allocation.departed',
  'allocation.exhausted',
  'allocation.expired',
  'allocation.transition_invalid',
  'booking.transition_invalid',
  'conflict.exists',
  'credit.exhausted',
  'feature.disabled',
  'forbidden',
  'idempotency.in_flight',
  'idempotency.mismatch',
  'invalid',
  'not_found',
  'nothing_acceptable',
  'policy.unavailable',
  'precondition.failed',
  'precondition.required',
  'quota.exceeded',
  'shard.unavailable',
  'unauthenticated',
  'unprocessable',
] as const;

/** One of the stable failure codes. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The JSON pointer of a member by the names on the way to it (RFC 6901 section 3). */
export const pointerTo = (...names: PropertyKey[]): string =>
  names.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** One fault in a request: where (JSON pointer into the operation's input) and what. */
export interface Fault {
  pointer: string;
  code: string;
  detail: string;
}

/** An expected failure, as it crosses RPC. */
export interface Failure {
  ok: false;
  code: ErrorCode;
  detail: string;
  faults?: Fault[];
  /** Seconds after which a retry makes sense. */
  retryAfterSeconds?: number;
  /** Further members for the problem document (numbers and strings only). */
  extra?: Record<string, string | number | string[]>;
}

/** What a function answers: a value, or an expected failure. Defects throw. */
export type Result<T> = { ok: true; value: T } | Failure;

/** What an operation answers: its output, whether it is the stored answer of an earlier request, and a bookmark. */
export type Answer<T> =
  | {
      ok: true;
      value: T;
      /** The Idempotency-Key was used before: this is the answer to the first request. */
      replayed?: boolean;
      /** Lets the caller read its own writes from a replica (D1 sessions); null when there is none. */
      bookmark?: string | null;
    }
  | Failure;

/** Wraps a value. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** Makes a failure. */
export function fail(code: ErrorCode, detail: string, more: Omit<Failure, 'ok' | 'code' | 'detail'> = {}): Failure {
  return { ok: false, code, detail, ...more };
}

/** The failure of a request that is not valid. */
export function invalid(faults: Fault[]): Failure {
  return fail('invalid', 'The request has faults', { faults });
}

/** The failure of a request with one fault. */
export function fault(pointer: string, code: string, detail: string): Failure {
  return invalid([{ pointer, code, detail }]);
}

/** The failure of a request that can be read, but asks for what the rules of the trade exclude. */
export function unprocessable(faults: Fault[]): Failure {
  return fail('unprocessable', 'The request breaks a rule', { faults });
}

/** The answer for an object that is absent or another tenant's: the two must look the same. */
export function notFound(what: string): Failure {
  return fail('not_found', `There is no such ${what}`);
}

/** One page of a list; `nextCursor` is null on the last page. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
