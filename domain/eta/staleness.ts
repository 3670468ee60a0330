/** What an estimate becomes as time passes without news. */
import type { Part } from './spread.ts';

/** Interval gained on each side, as a share of the hours of silence. */
const WIDEN_EARLY = 0.05;
const WIDEN_LATE = 0.15;

/**
 * Hours to go from now, of an estimate that is some hours old. While the median lies ahead the time
 * is simply used up. Behind it the arrival is overdue: what is left is then the upper part of the
 * interval, and past its end as long again as the delay has lasted.
 */
export function laterPart(estimate: Part, staleHours: number): { part: Part; overdue: boolean; staleHours: number } {
  const stale = Math.max(0, staleHours);
  const p90 = estimate.p90 + WIDEN_LATE * stale - stale;
  const p10 = estimate.p10 - WIDEN_EARLY * stale - stale;
  const ahead = estimate.p50 - stale;
  const overdue = ahead <= 0 && stale > 0 && estimate.p50 > 0.25;
  const over = overdue ? Math.max(0, -ahead) : 0;
  const tail = estimate.p90 - estimate.p50;
  const p50 = overdue ? Math.max(0.3 * over, 0.25 * tail) : Math.max(0, ahead);
  return {
    part: { p10: Math.max(0, Math.min(p10, p50)), p50, p90: Math.max(p90, p50 + 0.5 * tail + 0.5 * over) },
    overdue,
    staleHours: stale,
  };
}
