/** What is known of a lane from completed legs: its usual time to go, and how wrong each expert was. */
import { type CompletedLeg, EXPERTS, type Expert, LINES, round } from './leg.ts';
import { conformalQuantile, median } from './quantile.ts';

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

/** How good predictions were within one distance band. */
export interface BandModel {
  /** Calls it rests on. */
  calls: number;
  /** Mean absolute log(actual / predicted) of each expert. */
  errors: Partial<Record<Expert, number>>;
  /** log(actual / predicted) of the blend at the lower and upper end of the interval. */
  low: number;
  high: number;
}

/** A lane's model. */
export interface LaneModel {
  legs: number;
  /** Median hours to go at each grid line; empty while no leg is known. */
  curveHours: number[];
  analogues: Analogue[];
  bands: (BandModel | null)[];
  /** The same for a ship that makes no progress. */
  still: BandModel | null;
  /** Usual hours by which the schedule is missed: positive when ships come late. */
  slipHours: number;
}

/** Earlier legs that a lane model keeps: bounds the work of an event. */
export const ANALOGUES_KEPT = 32;
/** Completed legs that a model is trained on. */
export const LEGS_KEPT = 64;
/** Wanted share of arrivals beyond each end of the interval. */
export const TAIL = 0.1;
/** Step of the adaptive level (Gibbs and Candès 2021), once a leg. */
const ADAPT = 0.05;
/** Calls below which a band is filled up from its neighbours. */
const CALLS_MIN = 12;

/** Trains a lane's model from its completed legs; only the newest LEGS_KEPT count. */
export function trainLane(legs: readonly CompletedLeg[]): LaneModel {
  const kept = [...legs].sort((a, b) => a.endedAt - b.endedAt).slice(-LEGS_KEPT);
  const vectors = kept.map(hoursToGoOf);
  const level = adaptiveLevel(kept);
  const verdicts = kept.flatMap((leg) => verdictsOf(leg));
  const moving = verdicts.filter((verdict) => !verdict.still);
  return {
    legs: kept.length,
    curveHours: curveOf(vectors),
    analogues: vectors
      .map((hoursToGo, i) => ({ hoursToGo, arrivalClock: round((kept[i]!.endedAt / 3_600_000) % 24) }))
      .slice(-ANALOGUES_KEPT),
    bands: Array.from({ length: BANDS }, (_, band) => bandModel(nearBand(moving, band), level)),
    still: bandModel(
      verdicts.filter((verdict) => verdict.still),
      level,
    ),
    slipHours: round(median(verdicts.flatMap(({ slip }) => (slip === null ? [] : [slip]))) || 0),
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

interface Verdict {
  band: number;
  still: boolean;
  /** log(actual / predicted). */
  ratio: number;
  ratios: Partial<Record<Expert, number>>;
  slip: number | null;
}

/** Hours are counted from half an hour up: below it a ratio says nothing. */
export const logRatio = (actual: number, predicted: number): number =>
  Math.log(Math.max(0.5, actual) / Math.max(0.5, predicted));

function verdictsOf(leg: CompletedLeg): Verdict[] {
  const total = leg.passed[LINES] ?? 0;
  return leg.calls.map((call) => {
    const actual = total - call.hours;
    const ratios: Verdict['ratios'] = {};
    for (const name of EXPERTS) {
      const said = call.experts[name];
      if (said !== undefined) ratios[name] = logRatio(actual, said);
    }
    const said = call.experts.schedule;
    return {
      band: bandOf(call.nm),
      still: call.still,
      ratio: logRatio(actual, call.p50),
      ratios,
      slip: said === undefined ? null : actual - said,
    };
  });
}

/** The calls of a band, widened by its neighbours until there are enough. */
function nearBand(verdicts: Verdict[], band: number): Verdict[] {
  for (let reach = 0; reach < 3; reach++) {
    const near = verdicts.filter((verdict) => Math.abs(verdict.band - band) <= reach);
    if (near.length >= CALLS_MIN) return near;
  }
  return [];
}

function bandModel(verdicts: Verdict[], level: { low: number; high: number }): BandModel | null {
  if (verdicts.length < CALLS_MIN) return null;
  const sorted = verdicts.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const descending = sorted.map((ratio) => -ratio).reverse();
  const errors: BandModel['errors'] = {};
  for (const name of EXPERTS) {
    const ratios = verdicts.flatMap(({ ratios: all }) => (all[name] === undefined ? [] : [Math.abs(all[name])]));
    if (ratios.length > 0) errors[name] = round(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length);
  }
  return {
    calls: verdicts.length,
    errors,
    low: round(-conformalQuantile(descending, 1 - level.low)),
    high: round(conformalQuantile(sorted, 1 - level.high)),
  };
}

/**
 * The nominal share beyond each end that gives the wanted one, followed leg by leg: after a leg that
 * fell outside too often the interval grows, after one that never did it shrinks.
 */
function adaptiveLevel(legs: CompletedLeg[]): { low: number; high: number } {
  const level = { low: TAIL, high: TAIL };
  const adapt = (alpha: number, misses: number): number =>
    Math.min(0.3, Math.max(0.01, alpha + ADAPT * (TAIL - misses)));
  for (const { calls, passed } of legs) {
    if (calls.length === 0) continue;
    const share = (test: (actual: number, call: CompletedLeg['calls'][number]) => boolean): number =>
      calls.filter((call) => test((passed[LINES] ?? 0) - call.hours, call)).length / calls.length;
    level.low = adapt(
      level.low,
      share((actual, call) => actual < call.p10),
    );
    level.high = adapt(
      level.high,
      share((actual, call) => actual > call.p90),
    );
  }
  return level;
}
