/**
 * Time to go by milestones alone: what journeys needed from the same stage to the same target. Used
 * for legs that have not begun, for stays in port, and where nobody sends positions.
 */
import {
  adaptiveLevel,
  blend,
  judgeCall,
  type Opinion,
  recordOf,
  slipOf,
  type TrackRecord,
  type Verdict,
} from './calibration.ts';
import type { Expert } from './leg.ts';
import { leftByLevels, type Part, type Spread, spreadOf } from './spread.ts';

/** A milestone at a place. */
export interface Stage {
  code: string;
  place: string;
}

/** A stage with its instant, ms. */
export interface ReachedStage extends Stage {
  at: number;
}

/** What was said at a stage, hours to go from `at`. */
export interface StageCall extends Part {
  code: string;
  at: number;
  experts: Partial<Record<Expert, number>>;
  /** Hours that were added to the schedule for its usual slip. */
  slip: number;
}

/** A journey that has reached its target. */
export interface CompletedStages {
  carrierId: string | null;
  /** Ends with the target. */
  stages: ReachedStage[];
  calls: StageCall[];
}

/** What is known from completed journeys towards one target. */
export interface StageModel {
  journeys: number;
  /** Hours to the target by `code@place`, by `carrier|code@place`, and by `code` alone. */
  spreads: Record<string, Spread>;
  /** How right predictions were by stage code. */
  records: Record<string, TrackRecord>;
  all: TrackRecord | null;
  slipHours: number;
}

/** Journeys a stage model is trained on. */
export const JOURNEYS_KEPT = 256;
/** Keys of one model: journeys of one lane know some twenty stages. */
const SPREADS_MAX = 200;
const HOUR_MS = 3_600_000;

const placed = ({ code, place }: Stage): string => `${code}@${place}`;

/** Trains a model from journeys that ended with the target; only the newest count. */
export function trainStages(journeys: readonly CompletedStages[]): StageModel {
  const kept = [...journeys].sort((a, b) => a.stages.at(-1)!.at - b.stages.at(-1)!.at).slice(-JOURNEYS_KEPT);
  const hours = new Map<string, number[]>();
  const verdicts: (Verdict & { code: string })[] = [];
  for (const { carrierId, stages, calls } of kept) {
    const end = stages.at(-1)!.at;
    const seen = new Set<string>();
    for (const stage of stages.slice(0, -1)) {
      const left = (end - stage.at) / HOUR_MS;
      if (left < 0) continue;
      for (const key of keysOf(stage, carrierId)) {
        // A stage passed twice (two transshipments) counts at its first time: never twice a journey.
        if (seen.has(key)) continue;
        seen.add(key);
        const list = hours.get(key);
        if (list) list.push(left);
        else hours.set(key, [left]);
      }
    }
    for (const call of calls) verdicts.push({ ...judgeCall(call, (end - call.at) / HOUR_MS), code: call.code });
  }
  const level = adaptiveLevel(
    kept.map(({ stages, calls }) =>
      calls.map(({ at, p10, p90 }) => ({ p10, p90, actual: (stages.at(-1)!.at - at) / HOUR_MS })),
    ),
  );
  const records: StageModel['records'] = {};
  for (const code of new Set(verdicts.map((verdict) => verdict.code))) {
    const record = recordOf(
      verdicts.filter((verdict) => verdict.code === code),
      level,
    );
    if (record) records[code] = record;
  }
  const often = [...hours].sort((a, b) => b[1].length - a[1].length).slice(0, SPREADS_MAX);
  return {
    journeys: kept.length,
    spreads: Object.fromEntries(often.map(([key, list]) => [key, spreadOf(list)!])),
    records,
    all: recordOf(verdicts, level),
    slipHours: slipOf(verdicts),
  };
}

/** The names under which a stage's durations are kept, the most general first. */
function keysOf(stage: Stage, carrierId: string | null): string[] {
  return [stage.code, placed(stage), ...(carrierId === null ? [] : [`${carrierId}|${placed(stage)}`])];
}

/** An estimate by milestones, hours to go from now. */
export interface StageEstimate extends Part {
  opinions: Opinion[];
  slipHours: number;
}

/** log(actual / predicted) at 10 % and 90 % until journeys have shown otherwise. */
const PRIOR_RECORD = { low: -0.5, high: 0.5 };

/**
 * Estimates the time to a target from the last stage. The lane's own journeys come before those of
 * all lanes; the schedule is heard with its usual slip; `fallback` is what holds without any journey.
 */
export function estimateStages(input: {
  stage: ReachedStage;
  now: number;
  carrierId: string | null;
  lane: StageModel | null;
  all: StageModel | null;
  fallback: Part;
  scheduledAt: number | null;
}): StageEstimate {
  const { stage, now, carrierId, lane, all, fallback, scheduledAt } = input;
  const elapsed = Math.max(0, (now - stage.at) / HOUR_MS);
  const levels = [
    all?.spreads[stage.code],
    all?.spreads[placed(stage)],
    ...keysOf(stage, carrierId).map((key) => lane?.spreads[key]),
  ];
  const history = leftByLevels(levels, elapsed, fallback);
  const opinions: { expert: Expert; hours: number }[] = [{ expert: 'milestones', hours: history.p50 }];
  const slipHours = lane?.slipHours ?? all?.slipHours ?? 0;
  // A schedule that has passed says only that it was wrong.
  const scheduled = scheduledAt === null ? 0 : (scheduledAt - now) / HOUR_MS + slipHours;
  if (scheduled > 0) opinions.push({ expert: 'schedule', hours: scheduled });
  const known = lane?.records[stage.code] ?? all?.records[stage.code] ?? all?.all ?? null;
  const blended = blend(opinions, known);
  const record = known ?? PRIOR_RECORD;
  const byRatio = { p10: blended.hours * Math.exp(record.low), p90: blended.hours * Math.exp(record.high) };
  // Without a record the journeys' own spread, moved to the blend, is the interval.
  const shift = blended.hours - history.p50;
  const bySpread = { p10: history.p10 + shift, p90: history.p90 + shift };
  const interval = known || !levels.some(Boolean) ? byRatio : bySpread;
  return {
    p10: Math.max(0, Math.min(interval.p10, blended.hours)),
    p50: blended.hours,
    p90: Math.max(interval.p90, blended.hours),
    opinions: blended.opinions,
    slipHours,
  };
}
