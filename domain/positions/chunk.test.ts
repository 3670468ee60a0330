import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byTime, downsample, isLater, monthOf, type PointTuple } from './chunk.ts';

const point = (at: number, origin = 1, lat = 1): PointTuple => [at, lat, 2, null, null, null, origin];

it('breaks ties of one instant by delivery', () => {
  expect(isLater(point(5, 8), point(5, 7))).toBe(true);
  expect(isLater(point(4, 9), point(5, 7))).toBe(false);
});

it('keeps the last point of a bucket and never invents one', () => {
  expect(downsample([point(0), point(500), point(1500)], 1).map((p) => p[0])).toEqual([500, 1500]);
  fc.assert(
    fc.property(fc.array(fc.nat(100_000)), fc.integer({ min: 0, max: 60 }), (times, resolution) => {
      const points = times.map((at, i) => point(at, i)).sort(byTime);
      const kept = downsample(points, resolution);
      expect(kept.every((p) => points.includes(p))).toBe(true);
      expect(kept.at(-1)).toBe(points.at(-1));
    }),
  );
});

it('names the month in UTC', () => {
  expect(monthOf(Date.parse('2021-03-31T23:59:59Z'))).toBe('2021-03');
});
