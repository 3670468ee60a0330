import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANALOGUES_KEPT, type LaneModel, trainLane } from './lane-model.ts';
import { beginLeg, type CompletedLeg, completeLeg, followLeg, type LegTrack, LINES } from './leg.ts';
import { estimateLeg, noteCall } from './leg-estimate.ts';

const HOUR = 3_600_000;
const NOBODY = { lane: null, mode: null };

/** Sails 1,000 nm by a list of hourly speeds, noting what is said as the product does. */
function sail(speeds: number[], model: LaneModel | null = null, startAt = 0, wholeNm = 1_000): LegTrack {
  let track = beginLeg({ at: startAt, nm: wholeNm }, wholeNm);
  for (const knots of speeds) {
    const line = track.line;
    track = followLeg(track, { at: track.at + HOUR, nm: Math.max(0, track.nm - knots) });
    if (track.line > line) track = noteCall(track, estimateLeg(track, { lane: model, mode: null }));
  }
  return track;
}

const steady = (knots: number): number[] => new Array<number>(Math.ceil(1_000 / knots)).fill(knots);
/** Ships of this lane wait ten hours at its middle. */
const withWait = (knots: number): number[] => {
  const speeds = steady(knots);
  speeds.splice(speeds.length / 2, 0, ...new Array<number>(10).fill(0));
  return speeds;
};

function legsOf(voyages: number[][]): CompletedLeg[] {
  const legs: CompletedLeg[] = [];
  voyages.forEach((speeds, i) => {
    const track = sail(speeds, legs.length > 0 ? trainLane(legs) : null, i * 24 * HOUR);
    legs.push(completeLeg(track, track.at));
  });
  return legs;
}

const speeds = Array.from({ length: 40 }, (_, i) => 14 + ((i * 7) % 9) / 2);

describe('estimateLeg without models', () => {
  it('divides the distance by the pace', () => {
    const track = sail(steady(20).slice(0, 30));
    expect(estimateLeg(track, NOBODY).p50).toBeCloseTo(track.nm / 20, 0);
  });

  it('widens at once when a ship is held, and says so', () => {
    const moving = sail(steady(20).slice(0, 30));
    const held = followLeg(moving, { at: moving.at + HOUR, nm: moving.nm });
    const [before, after] = [estimateLeg(moving, NOBODY), estimateLeg(held, NOBODY)];
    expect(after.waiting).toBe('held');
    expect(after.p90 - after.p10).toBeGreaterThan(before.p90 - before.p10 + 24);
    // Also near the end, where a share of the time to go would be nothing; and the more the longer it lasts.
    const near = sail(steady(20).slice(0, 48));
    const stopped = (hours: number): number => {
      const track = followLeg(near, { at: near.at + hours * HOUR, nm: near.nm });
      return estimateLeg(track, NOBODY).p90;
    };
    expect(stopped(1)).toBeGreaterThan(24);
    expect(stopped(9)).toBeGreaterThan(stopped(1) + 16);
  });

  it('takes a ship that lies still at the port for one that has arrived', () => {
    const there = sail([...steady(20), 0, 0, 0]);
    expect(estimateLeg(there, NOBODY)).toMatchObject({ waiting: 'no' });
    expect(estimateLeg(there, NOBODY).p50).toBeLessThan(1);
  });

  it('hears a schedule that lies ahead, and none that has passed', () => {
    const track = sail(steady(20).slice(0, 20));
    const names = (at: number): string[] => estimateLeg(track, NOBODY, at).opinions.map(({ expert }) => expert);
    expect(names(track.at + 40 * HOUR)).toContain('schedule');
    expect(names(track.at - HOUR)).not.toContain('schedule');
  });
});

describe('estimateLeg with a lane', () => {
  const lane = trainLane(legsOf(speeds.map(withWait)));

  it('knows of a wait that lies ahead', () => {
    const track = sail(steady(16).slice(0, 20), lane);
    const { p50 } = estimateLeg(track, { lane, mode: null });
    const truth = track.nm / 16 + 10;
    expect(Math.abs(p50 - truth)).toBeLessThan(Math.abs(track.nm / track.paceKnots - truth));
    expect(Math.abs(p50 - truth)).toBeLessThan(3);
  });

  it('is not alarmed by a ship that waits where ships wait, but by one that waits elsewhere', () => {
    const usual = sail(withWait(16).slice(0, 36), lane);
    expect(estimateLeg(usual, { lane, mode: null }).waiting).toBe('usual');
    const elsewhere = sail([...steady(16).slice(0, 12), 0, 0, 0, 0, 0, 0, 0, 0], lane);
    expect(estimateLeg(elsewhere, { lane, mode: null }).waiting).toBe('held');
  });

  it('counts a wait down instead of extending it', () => {
    const early = sail(withWait(16).slice(0, 34), lane);
    const late = sail(withWait(16).slice(0, 39), lane);
    const hours = (track: LegTrack): number => estimateLeg(track, { lane, mode: null }).p50;
    expect(hours(early) - hours(late)).toBeCloseTo(5, 0);
  });

  it('weighs experts by how right they have been', () => {
    const { opinions } = estimateLeg(sail(steady(16).slice(0, 20), lane), { lane, mode: null });
    const weight = (name: string): number => opinions.find(({ expert }) => expert === name)!.weight;
    expect(weight('analogues')).toBeGreaterThan(weight('pace'));
    expect(opinions.reduce((sum, opinion) => sum + opinion.weight, 0)).toBeCloseTo(1, 9);
  });
});

describe('carriers on one lane', () => {
  // One carrier keeps what its ships promise, the other drifts in the second half of the way.
  const erratic = (i: number): number[] => [...steady(16).slice(0, 30), ...new Array<number>(90).fill(6 + (i % 5) * 3)];
  const legs = Array.from({ length: 24 }, (_, i): CompletedLeg => {
    const track = sail(i % 2 === 0 ? steady(16) : erratic(i), null, i * HOUR);
    return completeLeg(track, track.startedAt + track.passed[LINES]! * HOUR, i % 2 === 0 ? 'even' : 'erratic');
  });
  const lane = trainLane(legs);
  const width = (carrierId: string | null): number => {
    const { p10, p90 } = estimateLeg(sail(steady(16).slice(0, 20)), { lane, mode: null, carrierId });
    return p90 - p10;
  };

  it('are calibrated apart, and by the lane where they are not known', () => {
    expect(Object.keys(lane.carriers).sort()).toEqual(['erratic', 'even']);
    expect(width('even')).toBeLessThan(width('erratic'));
    expect(width('somebody')).toBe(width(null));
  });

  it('need enough legs, and another carrier to be told from', () => {
    expect(trainLane(legs.slice(0, 8)).carriers).toEqual({});
    expect(trainLane(legs.filter(({ carrierId }) => carrierId === 'even')).carriers).toEqual({});
  });
});

describe('estimateLeg, whatever comes', () => {
  const lane = trainLane(legsOf(speeds.slice(0, 20).map(withWait)));

  it('orders its quantiles and stays finite', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -10, max: 30 }), { minLength: 1, maxLength: 80 }),
        fc.boolean(),
        fc.option(fc.integer({ min: -100, max: 400 }), { nil: null }),
        (hourly, known, scheduledIn) => {
          const track = sail(hourly);
          const at = scheduledIn === null ? null : track.at + scheduledIn * HOUR;
          const { p10, p50, p90 } = estimateLeg(track, { lane: known ? lane : null, mode: null }, at);
          expect(p10).toBeGreaterThanOrEqual(0);
          expect(p10).toBeLessThanOrEqual(p50);
          expect(p50).toBeLessThan(p90);
          expect(Number.isFinite(p90)).toBe(true);
        },
      ),
    );
  });
});

describe('trainLane', () => {
  it('has a curve that never rises towards the end, also when legs were found under way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 8, max: 24 }), fc.nat(LINES - 1)), { minLength: 1, maxLength: 12 }),
        (voyages) => {
          const legs = voyages.map(([knots, from], i): CompletedLeg => {
            const leg = completeLeg(sail(steady(knots), null, i * HOUR), (i + 1_000 / knots) * HOUR);
            return { ...leg, passed: leg.passed.map((hours, line) => (line < from ? null : hours)) };
          });
          const { curveHours } = trainLane(legs);
          expect(curveHours).toHaveLength(LINES + 1);
          for (let line = 1; line <= LINES; line++) expect(curveHours[line]).toBeLessThanOrEqual(curveHours[line - 1]!);
        },
      ),
    );
  });

  it('is the same whatever the order of the legs, and bounded', () => {
    const legs = legsOf(speeds.map(steady));
    expect(trainLane([...legs].reverse())).toEqual(trainLane(legs));
    expect(trainLane(legs).analogues.length).toBeLessThanOrEqual(ANALOGUES_KEPT);
  });

  it('covers about four in five on voyages it has not seen', () => {
    // A deterministic spread of speeds; each voyage changes its speed on the way.
    const noise = (i: number, k: number): number => Math.sin(i * 12.9898 + k * 78.233) * 43_758.5453;
    const uniform = (i: number, k: number): number => noise(i, k) - Math.floor(noise(i, k));
    const voyages = Array.from({ length: 120 }, (_, i) =>
      Array.from({ length: 110 }, (_, h) => 10 + 6 * uniform(i, 1) + 4 * uniform(i, 2 + Math.floor(h / 20))),
    );
    const legs: CompletedLeg[] = [];
    let [inside, all] = [0, 0];
    voyages.forEach((hourly, i) => {
      const lane = legs.length > 0 ? trainLane(legs) : null;
      const track = sail(hourly, lane, i * HOUR);
      const leg = completeLeg(track, (i + track.passed[LINES]!) * HOUR);
      const total = leg.passed[LINES]!;
      if (i >= 40) {
        for (const { hours, p10, p90 } of leg.calls) {
          if (total - hours < 2) continue;
          all++;
          if (total - hours >= p10 && total - hours <= p90) inside++;
        }
      }
      legs.push(leg);
    });
    expect(inside / all).toBeGreaterThan(0.7);
    expect(inside / all).toBeLessThan(0.92);
  });
});
