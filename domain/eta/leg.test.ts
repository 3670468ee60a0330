import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginLeg, completeLeg, followLeg, gridOf, type LegTrack, LINES } from './leg.ts';

const HOUR = 3_600_000;

/** A leg of 2,000 nm sailed hour by hour. */
function sail(knots: number, hours: number, from: LegTrack = beginLeg({ at: 0, nm: 2_000 }, 2_000)): LegTrack {
  let track = from;
  for (let h = 1; h <= hours; h++) track = followLeg(track, { at: track.at + HOUR, nm: track.nm - knots });
  return track;
}

describe('followLeg', () => {
  it('converges on the true pace', () => {
    expect(sail(18, 96).paceKnots).toBeCloseTo(18, 1);
  });

  it('ignores fixes out of order and does not learn from a teleport', () => {
    const track = sail(18, 48);
    expect(followLeg(track, { at: 10 * HOUR, nm: 1 })).toBe(track);
    expect(followLeg(track, { at: 49 * HOUR, nm: 10 }).paceKnots).toBe(track.paceKnots);
  });

  it('keeps the pace of the moving ship while it waits, and counts the wait', () => {
    const moving = sail(18, 48);
    const waiting = sail(0, 10, moving);
    expect(waiting.paceKnots).toBe(moving.paceKnots);
    expect(waiting.stillSince).toBe(48 * HOUR);
    const again = sail(18, 1, waiting);
    expect(again).toMatchObject({ stillSince: null, stillHours: 10 });
  });

  it('marks each grid line when it is passed, between fixes too', () => {
    const track = sail(20, 30);
    expect(track.line).toBe(Math.floor(gridOf(2_000 - 600, 2_000)));
    for (let line = 0; line <= track.line; line++) expect(track.passed[line]).toBeCloseTo((line * 100) / 20, 5);
    const leapt = followLeg(beginLeg({ at: 0, nm: 2_000 }, 2_000), { at: 100 * HOUR, nm: 0 });
    expect(leapt.passed[10]).toBeCloseTo(50, 5);
  });

  it('passes lines in order and never twice, whatever the fixes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(2_100)), { maxLength: 60 }), (fixes) => {
        let track = beginLeg({ at: 0, nm: 2_000 }, 2_000);
        for (const [hour, nm] of fixes) {
          const before = track;
          track = followLeg(track, { at: hour * HOUR, nm });
          expect(track.line).toBeGreaterThanOrEqual(before.line);
          for (let line = 0; line <= before.line; line++) expect(track.passed[line]).toBe(before.passed[line]);
        }
        const known = track.passed.filter((hours) => hours !== null);
        expect([...known].sort((a, b) => a - b)).toEqual(known);
      }),
    );
  });
});

describe('completeLeg', () => {
  it('ends at the arrival, and never before a line it has passed', () => {
    const leg = completeLeg(sail(20, 90), 80 * HOUR);
    expect(leg.passed[LINES]).toBe(80);
    for (const hours of leg.passed) if (hours !== null) expect(hours).toBeLessThanOrEqual(80);
  });
});

describe('beginLeg', () => {
  it('takes a berth near the start for the start, and knows where a leg was found under way', () => {
    expect(beginLeg({ at: 0, nm: 1_990 }, 2_000).startLine).toBe(0);
    expect(beginLeg({ at: 0, nm: 1_000 }, 2_000).startLine).toBe(LINES / 2);
    expect(beginLeg({ at: 0, nm: 2_300 }, 2_000).distanceNm).toBe(2_300);
  });
});
