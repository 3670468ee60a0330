/**
 * Scores published ETAs against what came true. Every source is judged alike: by what it said at
 * fixed times before the true arrival, so that one that speaks often counts no more than one that
 * speaks once.
 */
import { type SaidEta, SOURCES, type Source, TARGETS, type Target } from './eta.ts';
import type { CompletedLeg } from './leg.ts';
import type { ReachedStage, StageCall } from './stages.ts';

/** Hours before the true arrival at which the ETA then in force is judged. */
export const HORIZONS_HOURS = [6, 12, 24, 48, 72, 120, 168, 240, 336, 504, 672] as const;

/** A journey that has reached a target, as its container files it. */
export interface JourneyRecord {
  /** Number of the box, and which of its journeys. */
  container: string;
  journey: number;
  carrierId: string | null;
  origin: string;
  destination: string;
  reached: Partial<Record<Target, number>>;
  promisedAt: number | null;
  said: SaidEta[];
  legs: (CompletedLeg & { from: string; to: string })[];
  stages: ReachedStage[];
  calls: (StageCall & { target: Target })[];
}

/** One judged word. Hours; `error` above zero means the arrival was said too late. */
export interface Score {
  target: Target;
  source: Source;
  horizonHours: number;
  errorHours: number;
  /** Mean pinball loss over the quantiles that were said, hours (Koenker and Bassett 1978). */
  pinballHours: number;
  /** Whether the truth fell into the 80 % interval; null without one. */
  covered: boolean | null;
  widthHours: number | null;
}

const HOUR_MS = 3_600_000;

/** Pinball loss of one quantile: what the truth lies above it costs q, below it 1 - q. */
export const pinball = (actual: number, said: number, q: number): number =>
  actual >= said ? q * (actual - said) : (1 - q) * (said - actual);

/** Every source at every horizon, for each target that was reached. */
export function scoreJourney({
  said,
  reached,
  destination,
}: Pick<JourneyRecord, 'said' | 'reached' | 'destination'>): Score[] {
  const scores: Score[] = [];
  for (const target of TARGETS) {
    const actual = reached[target];
    if (actual === undefined) continue;
    for (const source of SOURCES) {
      const words = said
        .filter((word) => word.target === target && word.source === source && word.location === destination)
        .sort((a, b) => a.at - b.at);
      for (const horizonHours of HORIZONS_HOURS) {
        const word = words.findLast(({ at }) => at <= actual - horizonHours * HOUR_MS);
        if (word) scores.push({ target, source, horizonHours, ...judge(word, actual) });
      }
    }
  }
  return scores;
}

function judge(word: SaidEta, actual: number): Omit<Score, 'target' | 'source' | 'horizonHours'> {
  const losses = [pinball(actual, word.p50, 0.5)];
  if (word.p10 !== null) losses.push(pinball(actual, word.p10, 0.1));
  if (word.p90 !== null) losses.push(pinball(actual, word.p90, 0.9));
  const bounded = word.p10 !== null && word.p90 !== null;
  return {
    errorHours: (word.p50 - actual) / HOUR_MS,
    pinballHours: losses.reduce((sum, loss) => sum + loss, 0) / losses.length / HOUR_MS,
    covered: bounded ? actual >= word.p10! && actual <= word.p90! : null,
    widthHours: bounded ? (word.p90! - word.p10!) / HOUR_MS : null,
  };
}

/** Milestones a carrier is expected to report of a journey by sea. */
const EXPECTED_MILESTONES = ['gate_in', 'loaded', 'departed', 'arrived', 'discharged', 'gate_out'] as const;

/** What a journey says of its carrier. */
export interface CarrierFacts {
  /** Hours by which the arrival missed the carrier's first word, or the promise; null without either. */
  latenessHours: number | null;
  /** How often the carrier changed its ETA of the arrival. */
  revisions: number;
  /** Share of the expected milestones that were reported, 0 to 1. */
  completeness: number;
}

/** Reads the carrier's part out of a journey. Milestones after the last target reached are not due yet. */
export function carrierFacts({ said, reached, promisedAt, stages, destination }: JourneyRecord): CarrierFacts {
  const arrival = reached.vessel_arrival;
  const words = said
    .filter(
      ({ target, location, source }) => target === 'vessel_arrival' && location === destination && source !== 'ours',
    )
    .sort((a, b) => a.at - b.at);
  const first = words.find(({ source }) => source === 'schedule') ?? words[0];
  const promise = first?.p50 ?? promisedAt;
  const estimates = words.filter(({ source }) => source === 'carrier').map(({ p50 }) => p50);
  const due = EXPECTED_MILESTONES.filter(
    (code) => code !== 'gate_out' || reached.gate_out !== undefined || reached.delivery !== undefined,
  );
  const seen = new Set(stages.map(({ code }) => code));
  return {
    latenessHours:
      arrival === undefined || promise === null || promise === undefined ? null : (arrival - promise) / HOUR_MS,
    revisions: Math.max(0, new Set(estimates).size - 1),
    completeness: due.filter((code) => seen.has(code)).length / due.length,
  };
}
