/** When a webhook is tried again, by Standard Webhooks 1.0.0. */

/** The answer of one attempt: a status, or why there was none. */
export type Attempt = { status: number; retryAfterSeconds: number | null } | { error: string };

/** What follows from an attempt. */
export type Verdict =
  | { outcome: 'delivered' }
  | { outcome: 'retry'; afterMs: number }
  | { outcome: 'failed' }
  | { outcome: 'disable_endpoint' };

/** A receiver cannot ask to wait longer than this: a day, the schedule's last step. */
const RETRY_AFTER_MAX_SECONDS = 86_400;

/**
 * Judges an attempt. `attempts` counts this one; `random` is in [0, 1) and spreads retries by up to
 * a fifth. 2xx is success, 410 means never again, Retry-After is honoured, redirects are failures.
 */
export function judge(attempt: Attempt, attempts: number, scheduleSeconds: readonly number[], random: number): Verdict {
  if ('status' in attempt) {
    if (attempt.status >= 200 && attempt.status < 300) return { outcome: 'delivered' };
    if (attempt.status === 410) return { outcome: 'disable_endpoint' };
  }
  const delay = scheduleSeconds[attempts];
  if (delay === undefined) return { outcome: 'failed' };
  const asked = 'status' in attempt ? (attempt.retryAfterSeconds ?? 0) : 0;
  const seconds = Math.max(delay * (1 + random * 0.2), Math.min(asked, RETRY_AFTER_MAX_SECONDS));
  return { outcome: 'retry', afterMs: Math.round(seconds * 1000) };
}
