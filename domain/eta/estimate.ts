/**
 * Predictive ETA of a sea leg, from remaining distance along the route and progress towards the
 * destination. Progress, not speed over ground: a ship circling at anchor makes none.
 */

/** What is remembered between observations: a few numbers, updated in O(1). */
export interface ProgressTrack {
  /** Distance to go at the last fix, nm. */
  distanceToGoNm: number;
  /** Instant of the last fix, ms. */
  at: number;
  /** Smoothed rate of progress, knots; negative when the ship moves away. */
  paceKnots: number;
  /** Hours of observation behind the pace. */
  observedHours: number;
}

/** An ETA with its interval and why it says so. */
export interface Eta {
  target: 'vessel_arrival';
  /** UN/LOCODE of the destination. */
  location: string;
  /** 10 %, 50 % and 90 % quantiles of the arrival, ms. */
  p10: number;
  p50: number;
  p90: number;
  /** The observation it rests on, ms. */
  asOf: number;
  computedAt: number;
  basis: {
    method: 'progress' | 'service_speed';
    distanceToGoNm: number;
    paceKnots: number;
    held: boolean;
    staleHours: number;
  };
}

const HOUR_MS = 3_600_000;
/** No container ship is faster: a jump above it is a bad fix, not progress. */
export const MAX_SPEED_KNOTS = 30;
/** Common service speed of slow-steaming container ships; the prior until progress is seen. */
export const SERVICE_SPEED_KNOTS = 15;
/** Smoothing time constant of the pace, hours: long enough to ride out pilots and waiting. */
const PACE_TAU_HOURS = 12;
/** Hours of observation at which the pace weighs as much as the prior. */
const PRIOR_HOURS = 6;
/** Below this pace, far from port, a ship counts as held. */
const HELD_KNOTS = 2;
/** Ratios of actual to predicted remaining time at 10 % and 90 %: the mode's defaults. */
const LOW_RATIO = 0.93;
const HIGH_RATIO = 1.22;

/** Takes in one fix. Out-of-order and impossible fixes leave the track as it was. */
export function updateProgress(
  track: ProgressTrack | null,
  fix: { at: number; distanceToGoNm: number },
): ProgressTrack {
  if (!track) return { ...fix, paceKnots: SERVICE_SPEED_KNOTS, observedHours: 0 };
  const hours = (fix.at - track.at) / HOUR_MS;
  if (hours <= 0) return track;
  const madeGoodKnots = (track.distanceToGoNm - fix.distanceToGoNm) / hours;
  // A teleporting fix must not poison the pace; the position itself is still taken over.
  if (Math.abs(madeGoodKnots) > MAX_SPEED_KNOTS) return { ...track, ...fix };
  const observedHours = Math.min(track.observedHours + hours, 10 * PACE_TAU_HOURS);
  const alpha = track.observedHours === 0 ? hours / (hours + PRIOR_HOURS) : 1 - Math.exp(-hours / PACE_TAU_HOURS);
  return {
    ...fix,
    paceKnots: track.paceKnots + alpha * (madeGoodKnots - track.paceKnots),
    observedHours,
  };
}

/** The ETA at `now`. Silence widens the interval and never lets the ETA fall into the past. */
export function estimateEta(track: ProgressTrack, location: string, now: number): Eta {
  const staleHours = Math.max(0, (now - track.at) / HOUR_MS);
  const held = track.paceKnots < HELD_KNOTS && track.distanceToGoNm > 10;
  const paceKnots = Math.min(MAX_SPEED_KNOTS, held ? SERVICE_SPEED_KNOTS : Math.max(HELD_KNOTS, track.paceKnots));
  const remainingHours = track.distanceToGoNm / paceKnots;
  // A held ship starts when it starts: it counts from now, a moving one from its last fix.
  const from = held ? now : track.at;
  const spreadHours = 0.5 + staleHours * 0.15 + (held ? 24 + remainingHours * 0.25 : 0);
  const at = (hours: number): number => Math.round(from + hours * HOUR_MS);
  const p50 = Math.max(at(remainingHours), now);
  const p10 = Math.max(at(remainingHours * LOW_RATIO - (held ? 0 : spreadHours)), Math.min(now, p50));
  return {
    target: 'vessel_arrival',
    location,
    p10: Math.min(p10, p50),
    p50,
    p90: Math.max(p50, now) + Math.round((remainingHours * (HIGH_RATIO - 1) + spreadHours) * HOUR_MS),
    asOf: track.at,
    computedAt: now,
    basis: {
      method: track.observedHours > 0 ? 'progress' : 'service_speed',
      distanceToGoNm: Math.round(track.distanceToGoNm * 10) / 10,
      paceKnots: Math.round(paceKnots * 100) / 100,
      held,
      staleHours: Math.round(staleHours * 10) / 10,
    },
  };
}
