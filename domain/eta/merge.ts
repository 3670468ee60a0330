/**
 * Merges what several tenants know of a lane. Only sums over journeys go in, each tenant counts by
 * its journeys up to a bound, and nothing comes out before enough tenants have gone in.
 */
import type { TrackRecord } from './calibration.ts';
import { BANDS, type LaneModel, type SharedLane } from './lane-model.ts';
import { EXPERTS, LINES, round } from './leg.ts';
import type { Spread } from './spread.ts';
import type { StageModel } from './stages.ts';

/** Tenants below which the commons say nothing: with two, each would know the other's. */
const TENANTS_MIN = 3;
/** Journeys up to which one tenant counts: none may drown out the others. */
const WEIGHT_MAX = 64;
/** Journeys below which a tenant does not contribute: its median would be a single journey. */
export const JOURNEYS_MIN = 5;

interface Weighted<T> {
  weight: number;
  value: T;
}

function mean(items: readonly Weighted<number>[]): number {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  return round(items.reduce((sum, { weight, value }) => sum + weight * value, 0) / total);
}

const pick = <T, R>(items: readonly Weighted<T>[], read: (value: T) => R | null | undefined): Weighted<R>[] =>
  items.flatMap(({ weight, value }) => {
    const found = read(value);
    return found === null || found === undefined ? [] : [{ weight, value: found }];
  });

/** The lane as enough tenants know it together, or null. */
export function mergeLanes(models: readonly SharedLane[]): LaneModel | null {
  const given = models.filter(({ legs }) => legs >= JOURNEYS_MIN);
  if (given.length < TENANTS_MIN) return null;
  const items = given.map((value) => ({ value, weight: Math.min(WEIGHT_MAX, value.legs) }));
  return {
    legs: items.reduce((sum, { value }) => sum + value.legs, 0),
    curveHours: Array.from({ length: LINES + 1 }, (_, line) => mean(pick(items, ({ curveHours }) => curveHours[line]))),
    analogues: [],
    carriers: {},
    bands: Array.from({ length: BANDS }, (_, band) => mergeRecords(pick(items, ({ bands }) => bands[band]))),
    still: mergeRecords(pick(items, ({ still }) => still)),
    slipHours: mean(pick(items, ({ slipHours }) => slipHours)),
  };
}

function mergeRecords(items: readonly Weighted<TrackRecord>[]): TrackRecord | null {
  if (items.length < TENANTS_MIN) return null;
  const errors: TrackRecord['errors'] = {};
  for (const expert of EXPERTS) {
    const known = pick(items, (record) => record.errors[expert]);
    if (known.length > 0) errors[expert] = mean(known);
  }
  return {
    calls: items.reduce((sum, { value }) => sum + value.calls, 0),
    errors,
    low: mean(pick(items, ({ low }) => low)),
    high: mean(pick(items, ({ high }) => high)),
  };
}

/** A spread as enough tenants know it together, or null. */
export function mergeSpreads(given: readonly Spread[]): Spread | null {
  const known = given.filter(({ n }) => n >= JOURNEYS_MIN);
  if (known.length < TENANTS_MIN) return null;
  const items = known.map((value) => ({ value, weight: Math.min(WEIGHT_MAX, value.n) }));
  return {
    n: known.reduce((sum, { n }) => sum + n, 0),
    q: known[0]!.q.map((_, i) => mean(pick(items, ({ q }) => q[i]))),
  };
}

/** The milestones of a lane as enough tenants know them together, or null. Carriers are left out. */
export function mergeStages(models: readonly StageModel[]): StageModel | null {
  const given = models.filter(({ journeys }) => journeys >= JOURNEYS_MIN);
  if (given.length < TENANTS_MIN) return null;
  const items = given.map((value) => ({ value, weight: Math.min(WEIGHT_MAX, value.journeys) }));
  const keys = new Set(given.flatMap(({ spreads }) => Object.keys(spreads).filter((key) => !key.includes('|'))));
  const spreads: Record<string, Spread> = {};
  for (const key of keys) {
    const merged = mergeSpreads(given.flatMap(({ spreads: all }) => (all[key] ? [all[key]] : [])));
    if (merged) spreads[key] = merged;
  }
  const codes = new Set(given.flatMap(({ records }) => Object.keys(records)));
  const records: StageModel['records'] = {};
  for (const code of codes) {
    const merged = mergeRecords(pick(items, ({ records: all }) => all[code]));
    if (merged) records[code] = merged;
  }
  return {
    journeys: items.reduce((sum, { value }) => sum + value.journeys, 0),
    spreads,
    records,
    all: mergeRecords(pick(items, ({ all }) => all)),
    slipHours: mean(pick(items, ({ slipHours }) => slipHours)),
  };
}
