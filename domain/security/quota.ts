/**
 * An exact quota over fixed windows that survives a crash without a write for each request: room is
 * reserved in storage ahead of use, chunk by chunk. Whoever loses its memory goes on from what was
 * reserved, so the count may run high by less than a chunk but the quota is never exceeded.
 */

/** So many units in each window. */
export interface QuotaRule {
  limit: number;
  windowMs: number;
}

/** The count of one key in one window; `reserved` is what storage holds. */
export interface QuotaCount {
  window: number;
  used: number;
  reserved: number;
}

/** How a quota stands, as the RateLimit header says it. */
export interface QuotaStatus {
  limit: number;
  remaining: number;
  /** Seconds until the window ends. */
  resetSeconds: number;
}

/** What was granted, the count to go on with, and whether `reserved` must be stored first. */
export interface QuotaGrant {
  count: QuotaCount;
  granted: number;
  store: boolean;
  status: QuotaStatus;
}

/** The number of the window that an instant falls into. */
function windowOf(now: number, rule: QuotaRule): number {
  return Math.floor(now / rule.windowMs);
}

/** The count of a key that storage knows up to `reserved`. */
export function recoveredCount(window: number, reserved: number): QuotaCount {
  return { window, used: reserved, reserved };
}

/** Takes up to `wanted` units; fewer near the limit, none at it. */
export function takeQuota(
  before: QuotaCount | null,
  now: number,
  rule: QuotaRule,
  wanted: number,
  chunk: number,
): QuotaGrant {
  const window = windowOf(now, rule);
  const count = before?.window === window ? before : { window, used: 0, reserved: 0 };
  const granted = Math.max(0, Math.min(wanted, rule.limit - count.used));
  const used = count.used + granted;
  const store = used > count.reserved;
  const reserved = store ? Math.max(used, Math.min(rule.limit, used + chunk)) : count.reserved;
  return { count: { window, used, reserved }, granted, store, status: statusOf({ window, used, reserved }, now, rule) };
}

/** Gives unused units of the same window back. */
export function giveBack(count: QuotaCount | null, window: number, units: number): QuotaCount | null {
  return count && count.window === window ? { ...count, used: Math.max(0, count.used - units) } : count;
}

function statusOf(count: QuotaCount, now: number, rule: QuotaRule): QuotaStatus {
  const end = (count.window + 1) * rule.windowMs;
  return {
    limit: rule.limit,
    remaining: Math.max(0, rule.limit - count.used),
    resetSeconds: Math.max(1, Math.ceil((end - now) / 1000)),
  };
}
