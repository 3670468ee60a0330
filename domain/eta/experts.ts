/** The experts: each says how many hours are left, from its own point of view. */
import type { LaneModel } from './lane-model.ts';
import { type Expert, gridOf, LINES, type LegTrack, MAX_SPEED_KNOTS } from './leg.ts';
import { weightedQuantile } from './quantile.ts';

const HOUR_MS = 3_600_000;
/** Progress slower than this says nothing about the rest of the way. */
const PACE_MIN_KNOTS = 1;

/** Hours at a grid coordinate, interpolated between lines; null where a line is not known. */
export function hoursAt(hoursToGo: readonly (number | null)[], grid: number): number | null {
  const line = Math.min(LINES - 1, Math.floor(grid));
  const [a, b] = [hoursToGo[line] ?? null, hoursToGo[line + 1] ?? null];
  return a === null || b === null ? null : a + (b - a) * (grid - line);
}

/** Distance over the smoothed progress. */
export function paceHours(track: LegTrack): number {
  return track.nm / Math.min(MAX_SPEED_KNOTS, Math.max(PACE_MIN_KNOTS, track.paceKnots));
}

/**
 * How long a wait may go on where no earlier ship waited: as long again as it has lasted, the median
 * of a wait of unknown scale (Pareto with exponent 1).
 */
export function waitHours(track: LegTrack): number {
  return track.stillSince === null ? 0 : (track.at - track.stillSince) / HOUR_MS;
}

/** The lane's usual time to go, at the pace of this ship compared with the usual one so far. */
export function laneHours(track: LegTrack, model: LaneModel): number | null {
  const usual = hoursAt(model.curveHours, gridOf(track.nm, track.distanceNm));
  if (usual === null) return null;
  const laneSpent = model.curveHours[track.startLine]! - usual;
  const spent = (track.at - track.startedAt) / HOUR_MS - (model.curveHours[track.startLine]! > 0 ? 0 : 0);
  const calm = 0.3 * model.curveHours[track.startLine]!;
  const ratio = laneSpent + calm > 0 ? (spent + calm) / (laneSpent + calm) : 1;
  return usual * Math.min(1.6, Math.max(0.6, ratio));
}

/** What earlier legs of the lane needed from here, those like this one counting most. */
export interface AnalogueView {
  p10: number;
  p50: number;
  p90: number;
  /** Earlier legs that were still under way at this point after as long a wait. */
  legs: number;
}

/** Asks the earlier legs; null when none was ever in this situation. */
export function analogueView(track: LegTrack, model: LaneModel): AnalogueView | null {
  const grid = gridOf(track.nm, track.distanceNm);
  const usual = hoursAt(model.curveHours, grid);
  if (usual === null) return null;
  const spent = (track.at - track.startedAt) / HOUR_MS;
  const waited = (track.at - track.lineAt) / HOUR_MS;
  const clock = (track.at / HOUR_MS) % 24;
  const elapsedScale = 0.5 + 0.1 * model.curveHours[0]!;
  const clockScale = 1 + 0.15 * usual;
  const hours: number[] = [];
  const weights: number[] = [];
  for (const { hoursToGo, arrivalClock } of model.analogues) {
    let left: number | null;
    if (track.stillSince === null) left = hoursAt(hoursToGo, grid);
    else {
      // A ship that waits is somewhere within its grid cell's time: those that had gone on by now say nothing.
      const [a, b] = [hoursToGo[track.line] ?? null, hoursToGo[Math.min(LINES, track.line + 1)] ?? null];
      left = a === null || b === null || a - b < waited ? null : Math.max(b, a - waited);
    }
    if (left === null) continue;
    const start = hoursToGo[track.startLine] ?? null;
    const elapsed = start === null ? 0 : (start - left - spent) / elapsedScale;
    const off = Math.abs(((((arrivalClock - left - clock) % 24) + 36) % 24) - 12) / clockScale;
    hours.push(left);
    weights.push(Math.exp(-0.5 * (elapsed * elapsed + off * off)) + 1e-3);
  }
  if (hours.length === 0) return null;
  return {
    p10: weightedQuantile(hours, weights, 0.1),
    p50: weightedQuantile(hours, weights, 0.5),
    p90: weightedQuantile(hours, weights, 0.9),
    legs: hours.length,
  };
}

/** The schedule, or the carrier's word, with the slip that is usual on the lane. */
export function scheduleHours(track: LegTrack, scheduledAt: number): number {
  return (scheduledAt - track.at) / HOUR_MS;
}

/** What each expert says, hours to go from the last fix. */
export type Opinions = Partial<Record<Expert, number>>;
