import { describe, expect, it } from 'vitest';
import { holdOut, isGoodEnough, tryModel } from './evaluate.ts';
import { trainLane } from './lane-model.ts';
import { carrierFacts, type JourneyRecord, pinball, scoreJourney } from './ledger.ts';
import { type CompletedLeg, LINES } from './leg.ts';
import { mergeLanes, mergeStages } from './merge.ts';
import { trainStages } from './stages.ts';
import { NO_MODELS } from './state.ts';

const HOUR = 3_600_000;
const ARRIVAL = 1_000 * HOUR;
const word = (source: 'ours' | 'carrier' | 'schedule', hoursBefore: number, offHours: number, width = 0) => ({
  target: 'vessel_arrival' as const,
  source,
  location: 'NLRTM',
  at: ARRIVAL - hoursBefore * HOUR,
  p10: source === 'ours' ? ARRIVAL + (offHours - width) * HOUR : null,
  p50: ARRIVAL + offHours * HOUR,
  p90: source === 'ours' ? ARRIVAL + (offHours + width) * HOUR : null,
});
const record = (more: Partial<JourneyRecord>): JourneyRecord => ({
  container: 'CSQU3054383',
  journey: 1,
  carrierId: 'car_1',
  origin: 'CNSHA',
  destination: 'NLRTM',
  reached: { vessel_arrival: ARRIVAL },
  promisedAt: null,
  said: [],
  legs: [],
  stages: [],
  calls: [],
  ...more,
});

describe('scoreJourney', () => {
  it('judges the word in force at each horizon, whoever speaks more often', () => {
    const said = [word('ours', 300, 10, 12), word('ours', 100, 4, 2), word('carrier', 400, -30), word('ours', 1, 0, 1)];
    const scores = scoreJourney(record({ said }));
    const at = (source: string, horizon: number) =>
      scores.find((s) => s.source === source && s.horizonHours === horizon);
    expect(at('ours', 240)).toMatchObject({ errorHours: 10, covered: true, widthHours: 24 });
    expect(at('ours', 24)).toMatchObject({ errorHours: 4, covered: false });
    expect(at('ours', 6)).toMatchObject({ errorHours: 4 });
    expect(at('ours', 336)).toBeUndefined();
    expect(at('carrier', 336)).toMatchObject({ errorHours: -30, covered: null, pinballHours: 15 });
    expect(at('schedule', 6)).toBeUndefined();
  });

  it('judges nothing said of another place or of a target not reached', () => {
    const elsewhere = { ...word('ours', 100, 0, 1), location: 'DEHAM' };
    const later = { ...word('ours', 100, 0, 1), target: 'gate_out' as const };
    expect(scoreJourney(record({ said: [elsewhere, later] }))).toEqual([]);
  });

  it('has a pinball loss that is least at the true quantile', () => {
    const sample = Array.from({ length: 101 }, (_, i) => i);
    const loss = (said: number): number => sample.reduce((sum, actual) => sum + pinball(actual, said, 0.9), 0);
    const best = sample.reduce((a, b) => (loss(a) <= loss(b) ? a : b));
    expect(best).toBe(90);
  });
});

describe('carrierFacts', () => {
  it('measures lateness against the first word, counts changes, and misses milestones', () => {
    const said = [
      word('schedule', 700, -50),
      word('carrier', 600, -40),
      word('carrier', 300, -20),
      word('carrier', 200, -20),
    ];
    const stages = ['gate_in', 'departed', 'arrived'].map((code, i) => ({ code, place: 'X', at: i }));
    expect(carrierFacts(record({ said, stages }))).toEqual({ latenessHours: 50, revisions: 1, completeness: 3 / 5 });
    expect(carrierFacts(record({ promisedAt: ARRIVAL - 10 * HOUR })).latenessHours).toBe(10);
    expect(carrierFacts(record({})).latenessHours).toBeNull();
  });
});

/** A leg at an even pace of so many hours. */
const leg = (hours: number, i = 0): CompletedLeg => ({
  carrierId: null,
  distanceNm: 1_000,
  startedAt: i * HOUR,
  endedAt: (i + hours) * HOUR,
  passed: Array.from({ length: LINES + 1 }, (_, line) => (hours * line) / LINES),
  calls: [],
});
const lane = (hours: number, legs = 8) =>
  trainLane(Array.from({ length: legs }, (_, i) => leg(hours + (i % 3) - 1, i)));

describe('what tenants know together', () => {
  it('says nothing before three tenants have enough journeys', () => {
    expect(mergeLanes([lane(50), lane(50)])).toBeNull();
    expect(mergeLanes([lane(50), lane(50), lane(50, 4)])).toBeNull();
    const merged = mergeLanes([lane(50), lane(60), lane(70)])!;
    expect(merged.curveHours[0]).toBeCloseTo(60, 0);
    expect(merged.legs).toBe(24);
  });

  it('names no journey and no carrier', () => {
    const journeys = Array.from({ length: 6 }, (_, i) => ({
      carrierId: 'car_secret',
      stages: [
        { code: 'departed', place: 'CNSHA', at: i * HOUR },
        { code: 'vessel_arrival', place: '', at: (i + 100) * HOUR },
      ],
      calls: [],
    }));
    const model = trainStages(journeys);
    expect(JSON.stringify(model)).toContain('car_secret');
    const merged = mergeStages([model, model, model])!;
    expect(JSON.stringify(merged)).not.toContain('car_secret');
    expect(merged.spreads['departed@CNSHA']!.n).toBe(18);
    expect(mergeLanes([lane(50), lane(60), lane(70)])!.analogues).toEqual([]);
    expect(mergeStages([model, model])).toBeNull();
  });
});

describe('trying a model before it is rolled out', () => {
  it('holds out the newest legs, when there are enough', () => {
    const legs = Array.from({ length: 20 }, (_, i) => leg(50, i));
    const { older, newest } = holdOut([...legs].reverse(), null);
    expect(newest).toHaveLength(4);
    expect(Math.min(...newest.map(({ endedAt }) => endedAt))).toBeGreaterThan(
      Math.max(...older.map(({ endedAt }) => endedAt)),
    );
    expect(holdOut(legs.slice(0, 5), null).newest).toEqual([]);
    // Legs that the model in force has learned from would flatter it.
    expect(holdOut(legs, legs[16]!.endedAt).newest).toHaveLength(3);
    expect(holdOut(legs, legs[18]!.endedAt).newest).toEqual([]);
  });

  it('finds a model of slow ships worse on fast ones', () => {
    const fast = Array.from({ length: 4 }, (_, i) => leg(50, i));
    const mae = (model: ReturnType<typeof lane> | null): number => {
      const { errorHours, calls } = tryModel(model, NO_MODELS.sea, fast);
      return errorHours / calls;
    };
    expect(mae(lane(50))).toBeLessThan(mae(lane(120)));
    expect(isGoodEnough(mae(lane(120)), mae(lane(50)))).toBe(false);
    expect(isGoodEnough(mae(lane(50)), mae(lane(120)))).toBe(true);
    expect(isGoodEnough(null, 3)).toBe(true);
  });
});
