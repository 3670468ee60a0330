/** The experts: each says how many hours are left, from its own point of view. */
import type { LaneModel } from './lane-model.ts';
import { type Expert, gridOf, type LegTrack, LINES, MAX_SPEED_KNOTS, paceTauHours } from './leg.ts';
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

/** Share of the time to go over which the present pace is taken to last before the leg's mean returns. */
const PACE_LASTS = 0.25;

/**
 * Distance over progress: near the end the present pace, far from it rather the mean of the leg so
 * far, for ships that hurry today dawdle next week.
 */
export function paceHours(track: LegTrack): number {
  const bounded = (knots: number): number => Math.min(MAX_SPEED_KNOTS, Math.max(PACE_MIN_KNOTS, knots));
  const now = bounded(track.paceKnots);
  if (track.movedHours <= 0) return track.nm / now;
  const tau = paceTauHours(track.distanceNm);
  const present = tau / (tau + (PACE_LASTS * track.nm) / now);
  return track.nm / (present * now + (1 - present) * bounded(track.movedNm / track.movedHours));
}

/**
 * How long a wait may go on where no earlier ship waited: as long again as it has lasted, the median
 * of a wait of unknown scale (Pareto with exponent 1).
 */
export function waitHours(track: LegTrack): number {
  return track.stillSince === null ? 0 : (track.at - track.stillSince) / HOUR_MS;
}

/** Share of the lane's time that the comparison with it starts with; and what one ship's pace may be of the usual. */
const CALM_SHARE = 0.3;
const RATIO_MIN = 0.6;
const RATIO_MAX = 1.6;

/** The lane's usual time to go, at the pace of this ship compared with the usual one so far. */
export function laneHours(track: LegTrack, model: LaneModel): number | null {
  const usual = hoursAt(model.curveHours, gridOf(track.nm, track.distanceNm));
  if (usual === null) return null;
  const whole = model.curveHours[track.startLine]!;
  const spent = (track.at - track.startedAt) / HOUR_MS;
  // At the start there is little to compare: the ratio begins at one and is freed as the leg is sailed.
  const calm = CALM_SHARE * whole;
  const ratio = whole > 0 ? (spent + calm) / (whole - usual + calm) : 1;
  return usual * Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratio));
}

/** What earlier legs of the lane needed from here, those like this one counting most. */
export interface AnalogueView {
  p10: number;
  p50: number;
  p90: number;
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
  };
}

/** The schedule, or the carrier's word, with the slip that is usual on the lane. */
export function scheduleHours(track: LegTrack, scheduledAt: number, slipHours: number): number {
  return (scheduledAt - track.at) / HOUR_MS + slipHours;
}

/** What each expert says, hours to go from the last fix. */
export type Opinions = Partial<Record<Expert, number>>;
