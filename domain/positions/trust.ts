/**
 * Whether fixes are to be believed. Receivers exchange coordinates, lose their week counter, and report the origin of all
 * coordinates when they have no fix: the newest word alone must not move a container across the world.
 */
import { distanceNm, type Point } from '../geo/sphere.ts';
import type { PointTuple, Suspicion } from './chunk.ts';

/** A fix. */
export interface Fix extends Point {
  at: number;
}

/** What is believed: the last trusted fix, and one after it that waits for a second that agrees. */
export interface Trust {
  last: Fix | null;
  suspect: Fix | null;
}

/** No ship sails faster, and no truck or train carries boxes faster than 120 km/h; in knots. */
const SEA_KNOTS = 45;
const LAND_KNOTS = 65;
/** Two fixes of one place lie this far apart without any movement. */
const SLACK_NM = 2;
const HOUR_MS = 3_600_000;
/** A receiver that buffers does so for weeks; what is a year older than the journey is of another one, or of a wrong clock. */
const OLD_MS = 365 * 86_400_000;

/** What became of fixes: how each is marked, what is believed after them, and the fix that a later one has confirmed. */
export interface Judged {
  marks: (Suspicion | null)[];
  trust: Trust;
  confirmed: Fix | null;
}

/** Judges fixes in time order; `since` is when the journey began, `onLand` whether the box is on its way by land. */
export function judgeFixes(
  before: Trust,
  points: readonly PointTuple[],
  { since, onLand }: { since: number | null; onLand: boolean },
): Judged {
  let { last, suspect } = before;
  let confirmed: Fix | null = null;
  // The place of the suspect one among these points; null where it came before them.
  let place: number | null = null;
  const marks: (Suspicion | null)[] = [];
  const judge = ([at, lat, lon]: PointTuple, i: number): Suspicion | null => {
    const fix = { at, lat, lon };
    if (lat === 0 && lon === 0) return 'no_fix';
    if (since !== null && at < since - OLD_MS) return 'too_old';
    const isTrusted = !last || isReachable(last, fix, onLand);
    if (last && at <= last.at) return isTrusted ? null : 'unreachable';
    // A fix does not confirm itself, nor does another word of its instant.
    const isAgreed = suspect !== null && at > suspect.at && isReachable(suspect, fix, onLand);
    if (!isTrusted && !isAgreed) {
      suspect = fix;
      place = i;
      return 'unreachable';
    }
    if (!isTrusted && place !== null) marks[place] = null;
    else if (!isTrusted) confirmed = suspect;
    last = fix;
    suspect = null;
    return null;
  };
  for (const [i, point] of points.entries()) marks.push(judge(point, i));
  return { marks, trust: { last, suspect }, confirmed };
}

function isReachable(from: Fix, to: Fix, onLand: boolean): boolean {
  const hours = Math.abs(to.at - from.at) / HOUR_MS;
  return distanceNm(from, to) <= SLACK_NM + hours * (onLand ? LAND_KNOTS : SEA_KNOTS);
}
