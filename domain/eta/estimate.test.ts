import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateEta, type ProgressTrack, updateProgress } from './estimate.ts';

const HOUR = 3_600_000;

function sail(knots: number, hours: number, startNm = 5_000): ProgressTrack {
  let track: ProgressTrack | null = null;
  for (let h = 0; h <= hours; h++) {
    track = updateProgress(track, { at: h * HOUR, distanceToGoNm: startNm - knots * h });
  }
  return track!;
}

describe('updateProgress', () => {
  it('converges on the true pace', () => {
    expect(sail(18, 96).paceKnots).toBeCloseTo(18, 1);
  });

  it('ignores fixes out of order and does not learn from a teleport', () => {
    const track = sail(18, 48);
    expect(updateProgress(track, { at: 10 * HOUR, distanceToGoNm: 1 })).toBe(track);
    expect(updateProgress(track, { at: 49 * HOUR, distanceToGoNm: 10 }).paceKnots).toBe(track.paceKnots);
  });
});

describe('estimateEta', () => {
  it('divides the remaining distance by the pace', () => {
    const track = sail(18, 96);
    const eta = estimateEta(track, 'NLRTM', track.at);
    expect((eta.p50 - track.at) / HOUR).toBeCloseTo(track.distanceToGoNm / 18, -1);
    expect(eta.basis.method).toBe('progress');
  });

  it('widens at once when a ship is held', () => {
    const moving = sail(18, 96);
    let held = moving;
    for (let h = 1; h <= 48; h++) {
      held = updateProgress(held, { at: moving.at + h * HOUR, distanceToGoNm: moving.distanceToGoNm });
    }
    const before = estimateEta(moving, 'NLRTM', moving.at);
    const after = estimateEta(held, 'NLRTM', held.at);
    expect(after.basis.held).toBe(true);
    expect(after.p90 - after.p10).toBeGreaterThan(before.p90 - before.p10 + 24 * HOUR);
  });

  it('orders its quantiles, never looks back, and widens with silence', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 15_000, noNaN: true }),
        fc.double({ min: -30, max: 30, noNaN: true }),
        fc.nat(2_000),
        fc.nat(100),
        (distanceToGoNm, paceKnots, silentHours, more) => {
          const track = { distanceToGoNm, paceKnots, at: 0, observedHours: 10 };
          const eta = estimateEta(track, 'NLRTM', silentHours * HOUR);
          expect(eta.p10).toBeLessThanOrEqual(eta.p50);
          expect(eta.p50).toBeLessThan(eta.p90);
          expect(eta.p50).toBeGreaterThanOrEqual(silentHours * HOUR);
          const later = estimateEta(track, 'NLRTM', (silentHours + more) * HOUR);
          expect(later.p90 - later.p50).toBeGreaterThanOrEqual(eta.p90 - eta.p50);
        },
      ),
    );
  });
});
