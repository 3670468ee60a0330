/**
 * How fast an endpoint is delivered to, by its own answers: more at once while it answers, fewer when it fails, and behind a
 * circuit breaker one attempt at a time, at growing intervals, until it answers again.
 */
import type { Attempt } from './retry.ts';

/** How an endpoint is delivered to now. */
export interface Pace {
  /** Deliveries that may be under way at once. */
  slots: number;
  /** Attempts in a row that were not taken. */
  failures: number;
  /** Nothing is sent before this instant, ms since the epoch. */
  notBefore: number;
}

/** Attempts under way at once. Cloudflare: six connections of one object may wait for headers at the same time. */
export const SLOTS_MAX = 6;
/** An endpoint that failed this often in a row is taken to be down. */
const DOWN_AFTER = 5;
const DOWN_WAIT_MS = 5_000;
/** How long an endpoint that is down is left alone at most: it is found up again within this time. */
const DOWN_WAIT_MAX_MS = 300_000;

/** The pace of an endpoint of which nothing is known. */
export const FRESH_PACE: Pace = { slots: 2, failures: 0, notBefore: 0 };

/** Whether an endpoint is taken to be down. */
export const isDown = ({ failures }: Pace): boolean => failures >= DOWN_AFTER;

/** The pace after an attempt that ended at `now`; `random` in [0, 1) spreads the waiting by up to a fifth. */
export function afterAttempt(pace: Pace, attempt: Attempt, now: number, random: number): Pace {
  const answered = 'status' in attempt;
  if (answered && attempt.status >= 200 && attempt.status < 300) {
    // What another attempt was asked to wait for still holds.
    return { ...pace, slots: isDown(pace) ? 1 : Math.min(SLOTS_MAX, pace.slots + 1), failures: 0 };
  }
  const failures = pace.failures + 1;
  const asked = answered ? (attempt.retryAfterMs ?? 0) : 0;
  const down = failures >= DOWN_AFTER;
  const wait = down ? Math.min(DOWN_WAIT_MAX_MS, DOWN_WAIT_MS * 2 ** (failures - DOWN_AFTER)) : 0;
  const notBefore = now + Math.max(asked, Math.round(wait * (1 + random * 0.2)));
  return {
    slots: down ? 1 : Math.max(1, Math.floor(pace.slots / 2)),
    failures,
    // Of attempts that end together the one that asks for the longest wait is heard.
    notBefore: Math.max(pace.notBefore, notBefore),
  };
}
