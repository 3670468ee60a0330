/**
 * When a new estimate becomes the published one. Carriers change their ETA some eleven times a
 * shipment, and readers stop believing it: the median moves only past a threshold, and only when the
 * estimate stays there; the interval follows at once.
 */
import type { Part } from './spread.ts';

const HOUR_MS = 3_600_000;

/** The published median, and an estimate that may replace it. */
export interface Publication {
  /** Published median, ms, and since when. */
  p50: number;
  at: number;
  revisions: number;
  /** Since when estimates lie beyond the threshold on one side, ms; null while they do not. */
  beyondSince: number | null;
  side: -1 | 0 | 1;
}

/** Share of the time to go that the median must move by, within bounds in hours. */
const THRESHOLD_SHARE = 0.03;
const THRESHOLD_HOURS = { min: 1, max: 12 };
/** How long it must stay there. */
const STAY_MS = 2 * HOUR_MS;
/** A move of this many thresholds needs no waiting. */
const AT_ONCE = 3;

/** The move, in ms, past which a median is published anew. */
export function thresholdMs(p50: number, now: number): number {
  const hours = ((p50 - now) / HOUR_MS) * THRESHOLD_SHARE;
  return Math.min(THRESHOLD_HOURS.max, Math.max(THRESHOLD_HOURS.min, hours)) * HOUR_MS;
}

/**
 * Decides; the estimate is in ms. `urgent` is a change of the situation itself: another destination, a ship held or sailing
 * again, a canal avoided. A median that has passed cannot stay.
 */
export function decide(
  before: Publication | null,
  estimate: Part,
  now: number,
  urgent: boolean,
): { publication: Publication; published: boolean } {
  const { p50 } = estimate;
  const fresh = (revisions: number): { publication: Publication; published: boolean } => ({
    publication: { p50, at: now, revisions, beyondSince: null, side: 0 },
    published: true,
  });
  if (!before) return fresh(0);
  const move = p50 - before.p50;
  const threshold = thresholdMs(before.p50, now);
  // A median outside the present interval is wrong by our own word, however small the move.
  const beyond = Math.abs(move) > threshold || before.p50 < estimate.p10 || before.p50 > estimate.p90;
  if (!beyond) {
    // Below a minute there is nothing to say, whatever has happened.
    if ((urgent && Math.abs(move) > 60_000) || before.p50 < now) return fresh(before.revisions + 1);
    if (before.side === 0) return { publication: before, published: false };
    return { publication: { ...before, beyondSince: null, side: 0 }, published: false };
  }
  const side = move > 0 ? 1 : -1;
  const since = before.side === side && before.beyondSince !== null ? before.beyondSince : now;
  if (urgent || before.p50 < now || Math.abs(move) > AT_ONCE * threshold || now - since >= STAY_MS) {
    return fresh(before.revisions + 1);
  }
  return { publication: { ...before, beyondSince: since, side }, published: false };
}

/** The interval beside a published median: it follows the estimate, and always holds the median. */
export function intervalAround(publishedP50: number, estimate: Part): { p10: number; p90: number } {
  return { p10: Math.min(publishedP50, estimate.p10), p90: Math.max(publishedP50, estimate.p90) };
}
