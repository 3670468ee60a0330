/** How right experts and intervals have been, and what follows for the next prediction. */
import { EXPERTS, type Expert, round } from './leg.ts';
import { conformalQuantile, median } from './quantile.ts';

/** One prediction with its truth, as logarithms of actual over predicted time to go. */
export interface Verdict {
  ratio: number;
  ratios: Partial<Record<Expert, number>>;
  /** Hours by which the schedule was missed; null where there was none. */
  slip: number | null;
}

/** How good predictions were in one group of situations. */
export interface TrackRecord {
  /** Predictions it rests on. */
  calls: number;
  /** Mean absolute log(actual / predicted) of each expert. */
  errors: Partial<Record<Expert, number>>;
  /** log(actual / predicted) of the blend at the lower and upper end of the interval. */
  low: number;
  high: number;
}

/** Nominal shares beyond the two ends of the interval. */
export interface Level {
  low: number;
  high: number;
}

/** Wanted share of arrivals beyond each end of the interval. */
export const TAIL = 0.1;
/** Step of the adaptive level (Gibbs and Candès 2021), once a journey. */
const ADAPT = 0.05;
/** Predictions below which a group says nothing yet. */
export const CALLS_MIN = 12;
/** Predictions that the assumption about an expert is worth. */
const PRIOR_CALLS = 20;
/** Mean absolute log error assumed of an expert until it has shown another. */
const PRIOR_ERRORS: Record<Expert, number> = {
  pace: 0.3,
  lane: 0.16,
  analogues: 0.13,
  schedule: 0.2,
  milestones: 0.3,
};

/** Hours are counted from half an hour up: below it a ratio says nothing. */
const logRatio = (actual: number, predicted: number): number =>
  Math.log(Math.max(0.5, actual) / Math.max(0.5, predicted));

/** Judges a prediction by what came true. All hours to go from the same moment. */
export function judgeCall(
  call: { p50: number; experts: Partial<Record<Expert, number>>; slip: number },
  actual: number,
): Verdict {
  const ratios: Verdict['ratios'] = {};
  for (const name of EXPERTS) {
    const said = call.experts[name];
    if (said !== undefined) ratios[name] = logRatio(actual, said);
  }
  const said = call.experts.schedule;
  // What slips is the schedule as it was said: the slip that was added to it must not hide the next one.
  return { ratio: logRatio(actual, call.p50), ratios, slip: said === undefined ? null : actual - (said - call.slip) };
}

/** The record of a group of verdicts; null when they are too few. */
export function recordOf(verdicts: readonly Verdict[], level: Level): TrackRecord | null {
  if (verdicts.length < CALLS_MIN) return null;
  const sorted = verdicts.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const mirrored = sorted.map((ratio) => -ratio).reverse();
  const errors: TrackRecord['errors'] = {};
  for (const name of EXPERTS) {
    const sizes = verdicts.flatMap(({ ratios }) => (ratios[name] === undefined ? [] : [Math.abs(ratios[name])]));
    if (sizes.length > 0) errors[name] = round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  }
  return {
    calls: verdicts.length,
    errors,
    low: round(-conformalQuantile(mirrored, 1 - level.low)),
    high: round(conformalQuantile(sorted, 1 - level.high)),
  };
}

/** Usual hours by which the schedule is missed: positive when arrivals come late. */
export const slipOf = (verdicts: readonly Verdict[]): number =>
  round(median(verdicts.flatMap(({ slip }) => (slip === null ? [] : [slip]))) || 0);

/**
 * The nominal shares that give the wanted ones, followed journey by journey in time order: after one
 * that fell outside too often the interval grows, after one that never did it shrinks.
 */
export function adaptiveLevel(journeys: Iterable<{ p10: number; p90: number; actual: number }[]>): Level {
  const level = { low: TAIL, high: TAIL };
  const adapt = (alpha: number, missed: number): number =>
    Math.min(0.3, Math.max(0.01, alpha + ADAPT * (TAIL - missed)));
  for (const calls of journeys) {
    if (calls.length === 0) continue;
    level.low = adapt(level.low, calls.filter(({ actual, p10 }) => actual < p10).length / calls.length);
    level.high = adapt(level.high, calls.filter(({ actual, p90 }) => actual > p90).length / calls.length);
  }
  return level;
}

/** An expert's part in an estimate. */
export interface Opinion {
  expert: Expert;
  /** Hours to go, by it alone. */
  hours: number;
  /** Share of the blend, 0 to 1. */
  weight: number;
}

/** Scatter of single journeys about their lane's median, as a mean absolute log error. */
const JOURNEY_SCATTER = 0.3;

/** What a median of few journeys is worth less: the variance of a mean falls with their number. */
const scatter = (journeys: number | undefined): number =>
  journeys === undefined ? 0 : JOURNEY_SCATTER ** 2 / Math.max(1, journeys);

/**
 * Blends opinions by inverse squared error, in logarithms: an expert that is far off by a factor
 * pulls less than it would in hours. A record of few predictions is filled up by the assumed error;
 * an opinion that rests on few journeys (`journeys`) counts less.
 */
export function blend(
  opinions: readonly { expert: Expert; hours: number; journeys?: number }[],
  record: Partial<TrackRecord> | null,
): { hours: number; opinions: Opinion[] } {
  const made = opinions.map(({ expert, hours, journeys }) => {
    const shown = record?.errors?.[expert];
    const calls = shown === undefined ? 0 : (record?.calls ?? 0);
    const error = (calls * (shown ?? 0) + PRIOR_CALLS * PRIOR_ERRORS[expert]) / (calls + PRIOR_CALLS);
    return { expert, hours: Math.max(0, hours), weight: 1 / (error * error + scatter(journeys) + 1e-4) };
  });
  const total = made.reduce((sum, { weight }) => sum + weight, 0);
  let logHours = 0;
  for (const opinion of made) {
    opinion.weight /= total;
    logHours += opinion.weight * Math.log(opinion.hours + 0.25);
  }
  return { hours: Math.max(0, Math.exp(logHours) - 0.25), opinions: made };
}
