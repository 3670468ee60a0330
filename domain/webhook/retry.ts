/** When a webhook is tried again, by Standard Webhooks 1.0.0. */

/** The answer of one attempt: a status, or why there was none. */
export type Attempt = { status: number; retryAfterMs: number | null } | { error: string };

/** What follows from an attempt for its delivery; of `gone` and `retry` the delivery stays pending. */
export type Verdict =
  | { outcome: 'delivered' }
  | { outcome: 'retry'; afterMs: number }
  | { outcome: 'failed' }
  | { outcome: 'gone' };

/** A receiver cannot ask to wait longer than this: a day, the schedule's last step. */
const RETRY_AFTER_MAX_MS = 86_400_000;

/**
 * Judges an attempt. `attempts` counts this one; `random` is in [0, 1) and spreads retries by up to
 * a fifth. 2xx is success, 410 means that nobody listens any more, Retry-After is honoured, redirects are failures.
 */
export function judge(attempt: Attempt, attempts: number, scheduleSeconds: readonly number[], random: number): Verdict {
  if ('status' in attempt) {
    if (attempt.status >= 200 && attempt.status < 300) return { outcome: 'delivered' };
    if (attempt.status === 410) return { outcome: 'gone' };
  }
  const delay = scheduleSeconds[attempts];
  if (delay === undefined) return { outcome: 'failed' };
  const asked = 'status' in attempt ? (attempt.retryAfterMs ?? 0) : 0;
  return { outcome: 'retry', afterMs: Math.max(Math.round(delay * 1_000 * (1 + random * 0.2)), asked) };
}

/**
 * How long a Retry-After header asks to wait, ms: seconds or an HTTP date (RFC 9110 section 10.2.3), a day at most.
 * Null when there is none, or none that can be read.
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : readDate(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), RETRY_AFTER_MAX_MS);
}

/** Only the form that RFC 9110 section 5.6.7 has senders use: `Date.parse` alone takes "5.5" for a day in May. */
function readDate(text: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
