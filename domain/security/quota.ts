/**
 * An exact quota over fixed windows, spent in several places. Whoever spends asks one keeper for each request, or
 * holds a lease: units that it may spend by itself for a moment. What a lease holds is neither free nor used until it
 * is settled. So of any number of requests, the first `limit` of a window pass, wherever they come from, as long as
 * whoever finds nothing free waits for leases that are out.
 */

/** The count of one key in one window. */
export interface QuotaCount {
  /** The number of the window since the epoch. */
  window: number;
  /** Units spent for certain. */
  used: number;
  /** Units that are out on leases. */
  leased: number;
}

/** A lease that has come to its end. */
export interface Settlement {
  window: number;
  /** Units it had, and how many of them were not spent. */
  units: number;
  unspent: number;
}

/** How a quota stands, as the RateLimit header says it. */
export interface QuotaStatus {
  limit: number;
  remaining: number;
  /** Seconds until the window ends. */
  resetSeconds: number;
}

/** The number of the window that an instant falls into. */
export function windowOf(now: number, windowMs: number): number {
  return Math.floor(now / windowMs);
}

/** The count that goes on in a window: the one before, or an empty one when it was of another window. */
export function countIn(before: QuotaCount | null, window: number): QuotaCount {
  return before?.window === window ? before : { window, used: 0, leased: 0 };
}

/** Units that can be had now; none where a limit was lowered below what is spent. */
export function freeOf({ used, leased }: QuotaCount, limit: number): number {
  return Math.max(0, limit - used - leased);
}

/**
 * How many units a request may take along beside its own: fewer near the limit, so that few are out when the last
 * ones are asked for.
 */
export function leaseOf(free: number, wanted: number): number {
  return Math.max(0, Math.min(wanted, Math.floor((free - 1) / 4)));
}

/** Takes a unit for a request, and a lease beside it. */
export function take(count: QuotaCount, lease: number): QuotaCount {
  return { ...count, used: count.used + 1, leased: count.leased + lease };
}

/** Settles a lease; one of a window that is over changes nothing. */
export function settle(count: QuotaCount, { window, units, unspent }: Settlement): QuotaCount {
  if (count.window !== window) return count;
  const back = Math.min(units, count.leased);
  return { ...count, leased: count.leased - back, used: count.used + Math.max(0, back - unspent) };
}

/** How a count stands. */
export function statusOf(count: QuotaCount, limit: number, now: number, windowMs: number): QuotaStatus {
  const end = (count.window + 1) * windowMs;
  return { limit, remaining: freeOf(count, limit), resetSeconds: Math.max(1, Math.ceil((end - now) / 1000)) };
}
