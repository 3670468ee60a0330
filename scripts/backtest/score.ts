/** Predictions and how they are scored. */
import { median, quantile } from '../../domain/eta/quantile.ts';

/** The methods that are compared. */
export const METHODS = ['naive', 'ewma', 'lane', 'ours'] as const;
/** The name of a method. */
export type Method = (typeof METHODS)[number];

/** One prediction with what came true; all in hours from the moment of predicting. */
export interface Prediction {
  journey: string;
  lane: string;
  at: number;
  hours: Record<Method, number>;
  p10: number;
  p90: number;
  waiting: 'no' | 'usual' | 'held';
  /** True hours to go; null while the file does not tell. */
  actual: number | null;
}

/** A prediction whose truth is known. */
export type Scored = Prediction & { actual: number };

/** How one method did. Hours; `bias` above zero means it said too late. */
export interface Score {
  mae: number;
  median: number;
  bias: number;
}

/** How all did on a set of predictions. */
export interface Row {
  label: string;
  n: number;
  scores: Record<Method, Score>;
  /** Share of truths within our 80 % interval, and its median width in hours. */
  coverage80: number;
  widthHours: number;
}

/** Upper ends of the horizons, hours. */
const HORIZONS = [3, 6, 12, 24, 48, 96, 168, 336, 720, Number.POSITIVE_INFINITY];

const span = (hours: number): string => (hours < 48 ? `${hours} h` : `${hours / 24} d`);

/** Scores a set. */
export function scoreOf(label: string, predictions: Scored[]): Row {
  const scores = Object.fromEntries(
    METHODS.map((method) => {
      const errors = predictions.map(({ hours, actual }) => hours[method] - actual);
      const sizes = errors.map(Math.abs);
      return [method, { mae: mean(sizes), median: median(sizes), bias: mean(errors) }];
    }),
  ) as Record<Method, Score>;
  const covered = predictions.filter(({ actual, p10, p90 }) => actual >= p10 && actual <= p90).length;
  return {
    label,
    n: predictions.length,
    scores,
    coverage80: covered / predictions.length,
    widthHours: quantile(
      predictions.map(({ p10, p90 }) => p90 - p10),
      0.5,
    ),
  };
}

/** Scores by how far ahead the truth lay; horizons without predictions are left out. */
export function byHorizon(predictions: Scored[]): Row[] {
  return HORIZONS.flatMap((upTo, i) => {
    const from = HORIZONS[i - 1] ?? 0;
    const within = predictions.filter(({ actual }) => actual >= from && actual < upTo);
    const label = Number.isFinite(upTo) ? `${from === 0 ? 0 : span(from)} - ${span(upTo)}` : `over ${span(from)}`;
    return within.length > 0 ? [scoreOf(label, within)] : [];
  });
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
