/** What is known of a lane from completed legs: its usual time to go, and how wrong each expert was. */
import {
  adaptiveLevel,
  CALLS_MIN,
  judgeCall,
  recordOf,
  slipOf,
  type TrackRecord,
  type Verdict,
} from './calibration.ts';
import { type CompletedLeg, LINES, round } from './leg.ts';
import { median } from './quantile.ts';

/** Distance bands double: band 0 ends at 12.5 nm, band 10 begins at 6,400 nm. */
export const BANDS = 11;
/** The band of a distance to go in nm. */
export function bandOf(nm: number): number {
  return nm < 12.5 ? 0 : Math.min(BANDS - 1, Math.floor(Math.log2(nm / 12.5)) + 1);
}

/** One earlier leg, as hours to go at each grid line. */
export interface Analogue {
  hoursToGo: (number | null)[];
  /** Hours since midnight UTC at its arrival: canals, locks and terminals keep hours. */
  arrivalClock: number;
}

/** How right predictions were: of a lane, or of one carrier on it. */
export interface Calibration {
  /** By distance band. */
  bands: (TrackRecord | null)[];
  /** The same for a ship that makes no progress. */
  still: TrackRecord | null;
  /** Usual hours by which the schedule is missed: positive when ships come late. */
  slipHours: number;
}

/** A lane's model. */
export interface LaneModel extends Calibration {
  legs: number;
  /** Median hours to go at each grid line; empty while no leg is known. */
  curveHours: number[];
  analogues: Analogue[];
  /** Carriers with enough legs to be judged apart. */
  carriers: Record<string, Calibration>;
}

/** What a tenant may give away of a lane: neither single legs nor its carriers. */
export type SharedLane = Omit<LaneModel, 'analogues' | 'carriers'>;

/** Earlier legs that a lane model keeps: bounds the work of an event. */
export const ANALOGUES_KEPT = 32;
/** Completed legs that a model is trained on. */
export const LEGS_KEPT = 64;
/** Legs of one carrier from which on it is judged apart. */
const CARRIER_LEGS_MIN = 8;

/** Trains a lane's model from its completed legs; only the newest LEGS_KEPT count. */
export function trainLane(legs: readonly CompletedLeg[]): LaneModel {
  const kept = [...legs].sort((a, b) => a.endedAt - b.endedAt).slice(-LEGS_KEPT);
  const vectors = kept.map(hoursToGoOf);
  const byCarrier = new Map<string, CompletedLeg[]>();
  for (const leg of kept) {
    if (leg.carrierId !== null) byCarrier.set(leg.carrierId, [...(byCarrier.get(leg.carrierId) ?? []), leg]);
  }
  const judged = [...byCarrier].filter(([, own]) => own.length >= CARRIER_LEGS_MIN);
  return {
    legs: kept.length,
    curveHours: curveOf(vectors),
    analogues: vectors
      .map((hoursToGo, i) => ({ hoursToGo, arrivalClock: round((kept[i]!.endedAt / 3_600_000) % 24) }))
      .slice(-ANALOGUES_KEPT),
    ...calibrate(kept),
    // One carrier alone is the lane itself.
    carriers:
      byCarrier.size > 1 ? Object.fromEntries(judged.map(([carrierId, own]) => [carrierId, calibrate(own)])) : {},
  };
}

/** The record of legs in time order. */
function calibrate(legs: readonly CompletedLeg[]): Calibration {
  const level = adaptiveLevel(
    legs.map(({ calls, passed }) =>
      calls.map(({ hours, p10, p90 }) => ({ p10, p90, actual: (passed[LINES] ?? 0) - hours })),
    ),
  );
  const verdicts = legs.flatMap((leg) => verdictsOf(leg));
  const moving = verdicts.filter((verdict) => !verdict.still);
  return {
    bands: Array.from({ length: BANDS }, (_, band) => recordOf(nearBand(moving, band), level)),
    still: recordOf(
      verdicts.filter((verdict) => verdict.still),
      level,
    ),
    slipHours: slipOf(verdicts),
  };
}

/** Hours to go at each line: the whole duration less what had passed. */
function hoursToGoOf({ passed }: CompletedLeg): (number | null)[] {
  const total = passed[LINES] ?? 0;
  return passed.map((hours) => (hours === null ? null : round(total - hours)));
}

function curveOf(vectors: (number | null)[][]): number[] {
  if (vectors.length === 0) return [];
  const curve: number[] = new Array<number>(LINES + 1).fill(0);
  for (let line = LINES; line >= 0; line--) {
    const hours = vectors.flatMap((vector) => (vector[line] === null ? [] : [vector[line]!]));
    // Lines seen by different legs may disagree: time to go never falls with distance to go.
    curve[line] = Math.max(line < LINES ? curve[line + 1]! : 0, hours.length > 0 ? median(hours) : 0);
  }
  // Lines no leg has seen (all were found under way): at the pace of the seen ones.
  const first = curve.findIndex((_, line) => vectors.some((vector) => vector[line] !== null));
  for (let line = first - 1; line >= 0; line--) curve[line] = (curve[first]! * (LINES - line)) / (LINES - first || 1);
  return curve.map(round);
}

interface LegVerdict extends Verdict {
  band: number;
  still: boolean;
}

function verdictsOf(leg: CompletedLeg): LegVerdict[] {
  return leg.calls.map((call) => ({
    ...judgeCall(call, (leg.passed[LINES] ?? 0) - call.hours),
    band: bandOf(call.nm),
    still: call.still,
  }));
}

/** The calls of a band, widened by its neighbours until there are enough. */
function nearBand(verdicts: LegVerdict[], band: number): LegVerdict[] {
  for (let reach = 0; reach < 3; reach++) {
    const near = verdicts.filter((verdict) => Math.abs(verdict.band - band) <= reach);
    if (near.length >= CALLS_MIN) return near;
  }
  return [];
}
