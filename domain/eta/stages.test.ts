import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveLevel, blend, recordOf, TAIL } from './calibration.ts';
import { type CompletedStages, estimateStages, trainStages } from './stages.ts';

const HOUR = 3_600_000;
const FALLBACK = { p10: 100, p50: 200, p90: 400 };

/** Journeys from a departure over a change of ships to the arrival; one carrier is slower. */
function journeys(count: number): CompletedStages[] {
  return Array.from({ length: count }, (_, i) => {
    const slow = i % 2 === 1;
    const start = i * 24 * HOUR;
    const hours = slow ? 600 : 500;
    return {
      carrierId: slow ? 'slow' : 'fast',
      stages: [
        { code: 'departed', place: 'CNSHA', at: start },
        { code: 'discharged', place: 'SGSIN', at: start + 150 * HOUR },
        { code: 'vessel_arrival', place: '', at: start + (hours + (i % 5)) * HOUR },
      ],
      calls: [],
    };
  });
}

const ask = (over: Partial<Parameters<typeof estimateStages>[0]>) =>
  estimateStages({
    stage: { code: 'departed', place: 'CNSHA', at: 0 },
    now: 0,
    carrierId: null,
    lane: null,
    all: null,
    fallback: FALLBACK,
    scheduledAt: null,
    ...over,
  });

describe('estimateStages', () => {
  it('falls back where nothing is known', () => {
    expect(ask({}).p50).toBeCloseTo(200, 0);
  });

  it('knows the carrier apart', () => {
    const lane = trainStages(journeys(40));
    expect(ask({ lane, carrierId: 'fast' }).p50).toBeLessThan(530);
    expect(ask({ lane, carrierId: 'slow' }).p50).toBeGreaterThan(580);
  });

  it('counts down while the stay goes on, and never below nothing', () => {
    const lane = trainStages(journeys(40));
    const early = ask({ lane, carrierId: 'fast', now: 100 * HOUR }).p50;
    expect(early).toBeLessThan(ask({ lane, carrierId: 'fast' }).p50 - 95);
    const { p10, p50, p90 } = ask({ lane, carrierId: 'fast', now: 2_000 * HOUR });
    expect(p10).toBeGreaterThanOrEqual(0);
    expect(p50).toBeGreaterThan(0);
    expect(p90).toBeGreaterThan(p50);
  });

  it('hears the schedule, unless it has passed', () => {
    expect(ask({ scheduledAt: 300 * HOUR }).opinions.map(({ expert }) => expert)).toEqual(['milestones', 'schedule']);
    expect(ask({ scheduledAt: -HOUR }).opinions.map(({ expert }) => expert)).toEqual(['milestones']);
  });

  it('keeps to the slip of a schedule, however often it learns', () => {
    // Every schedule is 50 hours hopeful; what is said of it has the slip that was known by then.
    let lane: ReturnType<typeof trainStages> | null = null;
    const known: CompletedStages[] = [];
    for (let i = 0; i < 40; i++) {
      const [start, end] = [i * 1_000 * HOUR, (i * 1_000 + 550) * HOUR];
      const stage = { code: 'departed', place: 'CNSHA', at: start };
      const estimate = ask({ stage, now: start, lane, scheduledAt: end - 50 * HOUR });
      const experts = Object.fromEntries(estimate.opinions.map(({ expert, hours }) => [expert, hours]));
      const { p10, p50, p90, slipHours: slip } = estimate;
      const calls = [{ code: 'departed', at: start, p10, p50, p90, experts, slip }];
      known.push({ carrierId: null, stages: [stage, { code: 'vessel_arrival', place: '', at: end }], calls });
      lane = trainStages(known);
      expect(lane.slipHours).toBeCloseTo(50, 6);
    }
  });

  it('counts a stage that is passed twice once a journey', () => {
    const twice = journeys(6).map((journey) => ({
      ...journey,
      stages: [
        ...journey.stages.slice(0, 2),
        { code: 'departed', place: 'SGSIN', at: journey.stages[1]!.at + HOUR },
        journey.stages[2]!,
      ],
    }));
    expect(trainStages(twice).spreads.departed!.n).toBe(6);
  });
});

describe('blend', () => {
  it('lies between the opinions and follows the better record', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 900, noNaN: true }),
        fc.double({ min: 0.5, max: 900, noNaN: true }),
        (pace, lane) => {
          const opinions = [
            { expert: 'pace' as const, hours: pace },
            { expert: 'lane' as const, hours: lane },
          ];
          const { hours } = blend(opinions, null);
          expect(hours).toBeGreaterThanOrEqual(Math.min(pace, lane) - 1e-6);
          expect(hours).toBeLessThanOrEqual(Math.max(pace, lane) + 1e-6);
          const record = { calls: 500, errors: { pace: 0.02, lane: 0.5 } };
          expect(Math.abs(blend(opinions, record).hours - pace)).toBeLessThanOrEqual(
            Math.abs(lane - pace) * 0.1 + 1e-6,
          );
        },
      ),
    );
  });
});

describe('calibration', () => {
  const verdict = (ratio: number) => ({ ratio, ratios: { pace: ratio }, slip: null });

  it('says nothing from a few predictions', () => {
    expect(recordOf([verdict(0.1)], { low: TAIL, high: TAIL })).toBeNull();
  });

  it('takes the conformal quantiles of the ratios', () => {
    const verdicts = Array.from({ length: 99 }, (_, i) => verdict((i - 49) / 100));
    expect(recordOf(verdicts, { low: TAIL, high: TAIL })).toMatchObject({ calls: 99, low: -0.4, high: 0.4 });
  });

  it('grows an interval that is missed and shrinks one that never is', () => {
    const journey = (actual: number) => [{ p10: 10, p90: 20, actual }];
    expect(adaptiveLevel(new Array(30).fill(journey(30))).high).toBeLessThan(TAIL);
    expect(adaptiveLevel(new Array(30).fill(journey(15))).high).toBeGreaterThan(TAIL);
    expect(adaptiveLevel([])).toEqual({ low: TAIL, high: TAIL });
  });
});
