/** The hours a leg still needs, with an interval: the experts' opinions blended by how right they have been. */
import { blend, type Opinion, type TrackRecord } from './calibration.ts';
import {
  type AnalogueView,
  analogueView,
  laneHours,
  type Opinions,
  paceHours,
  scheduleHours,
  waitHours,
} from './experts.ts';
import { bandOf, type Calibration, type LaneModel } from './lane-model.ts';
import { type Call, EXPERTS, type Expert, type LegTrack, round } from './leg.ts';

const HOUR_MS = 3_600_000;

/**
 * log(actual / predicted) at 10 % and 90 % until the lane or the mode has shown otherwise: over a long
 * way delays even out, near its end one wait is most of what is left.
 */
const PRIOR_BAND = { low: -0.22, high: 0.38 };
const PRIOR_FAR = { low: -0.15, high: 0.25 };
/** From this band on (800 nm) a way is long. */
const FAR_BAND = 7;
const PRIOR_STILL = { low: -0.5, high: 1.1 };
/** The interval never closes below this, nor below half the time between two reports. */
const FLOOR_HOURS = 0.1;
/** Nearer than this a ship that lies still has arrived, and waits for somebody to say so. */
const AT_PORT_NM = 10;
/** Hours added above for a ship that stands still where ships do not usually stand. */
const HELD_HOURS = 24;

/** Hours to go from the last fix. */
export interface LegEstimate {
  p10: number;
  p50: number;
  p90: number;
  opinions: Opinion[];
  /** Hours that were added to the schedule for its usual slip. */
  slipHours: number;
  /** No progress: where ships usually wait, or where they do not. */
  waiting: 'no' | 'usual' | 'held';
}

/** The models an estimate may rest on, nearest first; what one does not know the next one may. */
export interface Models {
  lane: LaneModel | null;
  /** Whose ship it is: a carrier that the lane's model judges apart has its own record. */
  carrierId?: string | null;
  /** All legs of the mode: how wrong experts are where the lane itself has not shown it. */
  mode: LaneModel | null;
}

/** Estimates a leg from its last fix. Cost is bounded by the analogues a model keeps. */
export function estimateLeg(track: LegTrack, models: Models, scheduledAt: number | null = null): LegEstimate {
  const { lane } = models;
  const opinions: Opinions = { pace: paceHours(track) };
  const seen = lane && lane.legs > 0 ? analogueView(track, lane) : null;
  if (lane && lane.legs > 0) {
    const hours = laneHours(track, lane);
    if (hours !== null) opinions.lane = hours;
    if (seen) opinions.analogues = seen.p50;
  }
  const slipHours = (carrierOf(models) ?? lane)?.slipHours ?? 0;
  const scheduled = scheduledAt === null ? 0 : scheduleHours(track, scheduledAt, slipHours);
  // A schedule that has passed says only that it was wrong.
  if (scheduled > 0) opinions.schedule = scheduled;
  const waiting = track.stillSince === null ? 'no' : seen ? 'usual' : track.nm > AT_PORT_NM ? 'held' : 'no';
  if (waiting === 'held') {
    opinions.pace! += waitHours(track);
    if (opinions.lane !== undefined) opinions.lane += waitHours(track);
  }
  const stats = statsOf(models, track);
  const blended = blend(heard(opinions, waiting, lane?.legs ?? 0), stats);
  return { ...interval(blended.hours, stats, waiting, seen, track), opinions: blended.opinions, slipHours, waiting };
}

const carrierOf = ({ lane, carrierId }: Models): Calibration | null => lane?.carriers[carrierId ?? ''] ?? null;

/** The band's record: the carrier's on this lane, else the lane's, else the mode's, else what is assumed. */
function statsOf(models: Models, track: LegTrack): Partial<TrackRecord> {
  const band = bandOf(track.nm);
  const still = track.stillSince !== null;
  const pick = (model: Calibration | null): TrackRecord | null => (still ? model?.still : model?.bands[band]) ?? null;
  return (
    pick(carrierOf(models)) ??
    pick(models.lane) ??
    pick(models.mode) ??
    (still ? PRIOR_STILL : band >= FAR_BAND ? PRIOR_FAR : PRIOR_BAND)
  );
}

interface Heard {
  expert: Expert;
  hours: number;
  /** Journeys that the opinion rests on. */
  journeys?: number;
}

/** Who is heard. A waiting ship's pace is the pace of waiting: where others waited, they know better. */
function heard(opinions: Opinions, waiting: LegEstimate['waiting'], legs: number): Heard[] {
  return EXPERTS.flatMap((expert): Heard[] => {
    const hours = opinions[expert];
    const silent = waiting === 'usual' && expert !== 'analogues' && expert !== 'schedule';
    if (hours === undefined || silent) return [];
    return expert === 'lane' || expert === 'analogues' ? [{ expert, hours, journeys: legs }] : [{ expert, hours }];
  });
}

function interval(
  hours: number,
  stats: Partial<TrackRecord>,
  waiting: LegEstimate['waiting'],
  seen: AnalogueView | null,
  track: LegTrack,
): Pick<LegEstimate, 'p10' | 'p50' | 'p90'> {
  let p10 = hours * Math.exp(stats.low ?? PRIOR_BAND.low);
  let p90 = hours * Math.exp(stats.high ?? PRIOR_BAND.high);
  if (waiting !== 'no') {
    const stillHours = (track.at - track.stillSince!) / HOUR_MS;
    if (seen) {
      p10 = Math.min(p10, seen.p10);
      p90 = Math.max(p90, seen.p90 + 0.5 * stillHours);
    } else p90 += HELD_HOURS + 2 * stillHours;
  }
  const floor = Math.max(FLOOR_HOURS, 0.5 * track.gapHours);
  return { p10: Math.max(0, Math.min(p10, hours - floor)), p50: hours, p90: Math.max(p90, hours + floor) };
}

/** Notes what was said when the leg passed a grid line, for its experts to be judged by at the end. */
export function noteCall(track: LegTrack, estimate: LegEstimate): LegTrack {
  const experts: Call['experts'] = {};
  for (const { expert, hours } of estimate.opinions) experts[expert] = round(hours);
  const call: Call = {
    line: track.line,
    nm: Math.round(track.nm * 10) / 10,
    hours: round((track.at - track.startedAt) / HOUR_MS),
    experts,
    slip: estimate.slipHours,
    p10: round(estimate.p10),
    p50: round(estimate.p50),
    p90: round(estimate.p90),
    still: track.stillSince !== null,
  };
  return { ...track, calls: [...track.calls, call] };
}
