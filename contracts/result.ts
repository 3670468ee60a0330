/** Stable machine-readable codes of expected failures; the gateway alone turns one into a status. */
export const ERROR_CODES = [
  'address.refused',
  'allocation.exhausted',
  'allocation.expired',
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
] as const;

/** One of the stable failure codes. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One fault in a request: where (JSON pointer) and what. */
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

/** What a service method answers: a value, or an expected failure. Defects throw. */
export type Result<T> = { ok: true; value: T } | Failure;

/** Wraps a value. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** Makes a failure. */
export function fail(code: ErrorCode, detail: string, more: Omit<Failure, 'ok' | 'code' | 'detail'> = {}): Failure {
  return { ok: false, code, detail, ...more };
}

/** The answer to a keyed request: the first one of that key, told from a replay of it. */
export interface Keyed<T> {
  value: T;
  replayed: boolean;
}

/** One page of a list; `nextCursor` is null on the last page. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
