/**
 * A leg under way: how far it is, at what pace, and what was said of it so far. Progress is the loss
 * of distance to go, not speed over ground: a ship circling at anchor makes none.
 */

/** The grid lines of a leg: line k is passed when k twentieths of its distance are behind. */
export const LINES = 20;
const HOUR_MS = 3_600_000;
/** No container ship is faster: a jump above it is a bad fix, not progress. */
export const MAX_SPEED_KNOTS = 30;
/** Common service speed of slow-steaming container ships; the pace until progress is seen. */
export const SERVICE_SPEED_KNOTS = 15;
/** Progress below this is none: drifting, swinging at anchor, waiting in a lock. */
const STILL_KNOTS = 0.7;
/** Hours of observation at which the pace weighs as much as the one assumed at the start. */
const PRIOR_HOURS = 2;

/** Nearer the start than this, without progress, a ship has not sailed. */
export const AT_BERTH_NM = 8;

/** What one expert or the blend of them said of a leg when it passed a grid line. Hours to go from then. */
export interface Call {
  line: number;
  nm: number;
  /** Hours since the leg began. */
  hours: number;
  experts: Partial<Record<Expert, number>>;
  /** Hours that were added to the schedule for its usual slip. */
  slip: number;
  p10: number;
  p50: number;
  p90: number;
  still: boolean;
}

/** Who is asked for the time to go. */
export const EXPERTS = ['pace', 'lane', 'analogues', 'schedule', 'milestones'] as const;
/** An expert's name. */
export type Expert = (typeof EXPERTS)[number];

/** A leg under way, updated in O(1) a fix. */
export interface LegTrack {
  /** Whole distance of the leg, nm. */
  distanceNm: number;
  /** When the leg began, ms: the departure, or the first fix of a leg found under way. */
  startedAt: number;
  /** The grid line at which it began: 0 at the departure. */
  startLine: number;
  /** Instant of the last fix, ms, and the distance to go then, nm. */
  at: number;
  nm: number;
  /** Smoothed rate of progress, knots; negative when the ship moves away. */
  paceKnots: number;
  /** Hours of observation behind the pace. */
  observedHours: number;
  /** Miles made good while moving, and the hours that took. */
  movedNm: number;
  movedHours: number;
  /** Smoothed hours between two fixes: how finely the leg is seen. */
  gapHours: number;
  /** Since when no progress is made, ms; null while some is. */
  stillSince: number | null;
  /** Hours without progress before that. */
  stillHours: number;
  /** The last grid line passed, and when, ms. */
  line: number;
  lineAt: number;
  /** Hours from the start at which each line was first passed; null for those before the first fix. */
  passed: (number | null)[];
  calls: Call[];
}

/** Where a leg is observed. */
export interface Fix {
  at: number;
  nm: number;
}

/** The grid coordinate of a distance to go: 0 at the start, LINES at the end. */
export function gridOf(nm: number, distanceNm: number): number {
  if (distanceNm <= 0) return LINES;
  return Math.min(LINES, Math.max(0, (1 - nm / distanceNm) * LINES));
}

/** Begins a leg at its first fix. */
export function beginLeg(fix: Fix, distanceNm: number): LegTrack {
  const whole = Math.max(distanceNm, fix.nm);
  // Within half a cell of the start it is the start: a berth is never quite where the port is.
  const line = Math.floor(gridOf(fix.nm, whole) + 0.5);
  const passed = Array.from({ length: LINES + 1 }, (_, k) => (k === line ? 0 : null));
  return {
    distanceNm: whole,
    startedAt: fix.at,
    startLine: line,
    at: fix.at,
    nm: fix.nm,
    paceKnots: SERVICE_SPEED_KNOTS,
    observedHours: 0,
    movedNm: 0,
    movedHours: 0,
    gapHours: 0,
    stillSince: null,
    stillHours: 0,
    line,
    lineAt: fix.at,
    passed,
    calls: [],
  };
}

/** Smoothing time constant of the pace, hours: long enough to ride out pilots, short against the leg. */
export function paceTauHours(distanceNm: number): number {
  return Math.min(18, Math.max(1, (0.15 * distanceNm) / SERVICE_SPEED_KNOTS));
}

/** Takes in one fix. Out-of-order and impossible fixes leave the pace as it was. */
export function followLeg(track: LegTrack, fix: Fix): LegTrack {
  const hours = (fix.at - track.at) / HOUR_MS;
  if (hours <= 0) return track;
  const madeGoodKnots = (track.nm - fix.nm) / hours;
  // A teleporting fix must not poison the pace; the position itself is still taken over.
  if (Math.abs(madeGoodKnots) > MAX_SPEED_KNOTS) return pass({ ...track, at: fix.at, nm: fix.nm }, track);
  const tau = paceTauHours(track.distanceNm);
  const alpha =
    track.observedHours < tau
      ? Math.max(hours / (track.observedHours + hours + PRIOR_HOURS), 1 - Math.exp(-hours / tau))
      : 1 - Math.exp(-hours / tau);
  // The pace is that of the moving ship: how long a wait lasts, the waiting itself does not tell.
  const still = madeGoodKnots < STILL_KNOTS;
  const next: LegTrack = {
    ...track,
    at: fix.at,
    nm: fix.nm,
    paceKnots: still ? track.paceKnots : track.paceKnots + alpha * (madeGoodKnots - track.paceKnots),
    observedHours: still ? track.observedHours : Math.min(track.observedHours + hours, 10 * tau),
    movedNm: still ? track.movedNm : track.movedNm + track.nm - fix.nm,
    movedHours: still ? track.movedHours : track.movedHours + hours,
    gapHours: track.gapHours === 0 ? hours : track.gapHours + 0.2 * (Math.min(hours, 24) - track.gapHours),
    stillSince: still ? (track.stillSince ?? track.at) : null,
    stillHours: track.stillHours + (still || track.stillSince === null ? 0 : (track.at - track.stillSince) / HOUR_MS),
  };
  return pass(next, track);
}

/** Marks the grid lines between two fixes as passed, at even progress between them. */
function pass(next: LegTrack, before: LegTrack): LegTrack {
  const grid = gridOf(next.nm, next.distanceNm);
  if (grid < before.line + 1) return next;
  const from = gridOf(before.nm, before.distanceNm);
  const passed = [...before.passed];
  let { line, lineAt } = before;
  while (line + 1 <= grid) {
    line++;
    const share = grid > from ? Math.max(0, (line - from) / (grid - from)) : 1;
    lineAt = before.at + share * (next.at - before.at);
    passed[line] = (lineAt - next.startedAt) / HOUR_MS;
  }
  return { ...next, passed, line, lineAt };
}

/** A leg that has ended, as the lane models learn from it. */
export interface CompletedLeg {
  carrierId: string | null;
  distanceNm: number;
  startedAt: number;
  endedAt: number;
  /** Hours from the start to each grid line; the last is the whole duration. */
  passed: (number | null)[];
  calls: Call[];
}

/** Ends a leg at its true arrival. */
export function completeLeg(track: LegTrack, endedAt: number, carrierId: string | null = null): CompletedLeg {
  const total = Math.max(0, (endedAt - track.startedAt) / HOUR_MS);
  const passed = track.passed.map((hours) => (hours === null ? null : round(Math.min(hours, total))));
  passed[LINES] = round(total);
  const { distanceNm, startedAt, calls } = track;
  return { carrierId, distanceNm, startedAt, endedAt, passed, calls };
}

/** Hours kept to a hundredth: half a minute is finer than any report. */
export const round = (hours: number): number => Math.round(hours * 100) / 100;
