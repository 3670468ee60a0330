import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PointTuple } from './chunk.ts';
import { judgeFixes, type Trust } from './trust.ts';

const HOUR = 3_600_000;
const point = (hour: number, lat: number, lon: number): PointTuple => [hour * HOUR, lat, lon, null, null, null, hour];
const nothing: Trust = { last: null, suspect: null };
const atSea = { since: null, onLand: false };
/** Twelve hours westwards through the Gulf of Aden at 15 knots. */
const sailing = Array.from({ length: 12 }, (_, hour) => point(hour, 12, 48 - hour * 0.25));

it.each([
  ['elsewhere in the world', 36.87, -76.34],
  ['with latitude and longitude exchanged', 45.2, 12],
])('a fix %s waits for a second that agrees', (_name, lat, lon) => {
  const { trust } = judgeFixes(nothing, sailing, atSea);
  const odd = judgeFixes(trust, [point(11.5, lat, lon)], atSea);
  expect(odd).toMatchObject({ marks: ['unreachable'], trust: { last: { lon: 45.25 } } });
  // The next right one: nothing has happened.
  const right = judgeFixes(odd.trust, [point(12, 12, 45)], atSea);
  expect(right).toMatchObject({ marks: [null], trust: { last: { lon: 45 }, suspect: null }, confirmed: null });
  // Another one there: so the box is there, and was.
  const agreeing = judgeFixes(odd.trust, [point(12, lat, lon + 0.1)], atSea);
  expect(agreeing).toMatchObject({ marks: [null], trust: { last: { lat } }, confirmed: { lat, lon } });
});

it('two that agree in one delivery are both believed, as in two', () => {
  const { trust } = judgeFixes(nothing, sailing, atSea);
  const both = [point(11.5, 36.87, -76.34), point(12, 36.9, -76.3), point(13, 60, 0)];
  expect(judgeFixes(trust, both, atSea)).toMatchObject({ marks: [null, null, 'unreachable'], confirmed: null });
});

it('a fix that is delivered again does not confirm itself', () => {
  const { trust } = judgeFixes(nothing, sailing, atSea);
  const odd = judgeFixes(trust, [point(11.5, 36.87, -76.34)], atSea);
  expect(judgeFixes(odd.trust, [point(11.5, 36.87, -76.34)], atSea)).toMatchObject({
    marks: ['unreachable'],
    confirmed: null,
  });
});

it('0,0 is no fix, and what is a year older than the journey no position of it', () => {
  const since = 100_000 * HOUR;
  const points = [point(100_000 - 1_024 * 7 * 24, 12, 45), point(100_000 - 400 * 24, 12, 45), point(99_000, 12, 45)];
  expect(judgeFixes(nothing, points, { since, onLand: false }).marks).toEqual(['too_old', 'too_old', null]);
  expect(judgeFixes(nothing, [point(1, 0, 0)], atSea)).toMatchObject({ marks: ['no_fix'], trust: nothing });
});

it('a truck may go where no ship can in the time', () => {
  const { trust } = judgeFixes(nothing, [point(0, 50, 8)], atSea);
  const far = [point(1, 51, 8)];
  expect(judgeFixes(trust, far, atSea).marks).toEqual(['unreachable']);
  expect(judgeFixes(trust, far, { since: null, onLand: true }).marks).toEqual([null]);
});

it('a late fix does not move what is newer', () => {
  const { trust } = judgeFixes(nothing, sailing, atSea);
  expect(judgeFixes(trust, [point(3.5, 12, 47.1), point(4.5, 60, 0)], atSea)).toMatchObject({
    marks: [null, 'unreachable'],
    trust,
  });
});

it('ends with the same belief however the fixes are batched', () => {
  const anyPoint = fc.record({ lat: fc.integer({ min: -3, max: 3 }), lon: fc.integer({ min: -3, max: 3 }) });
  fc.assert(
    fc.property(fc.array(anyPoint, { maxLength: 12 }), fc.nat(), (places, cut) => {
      const points = places.map(({ lat, lon }, hour) => point(hour, lat, lon));
      const at = cut % (points.length + 1);
      const first = judgeFixes(nothing, points.slice(0, at), atSea);
      const second = judgeFixes(first.trust, points.slice(at), atSea);
      const whole = judgeFixes(nothing, points, atSea);
      // What the second confirms of the first is believed from then on.
      const earlier = first.marks.map((mark, hour) => (second.confirmed?.at === hour * HOUR ? null : mark));
      expect([second.trust, [...earlier, ...second.marks]]).toEqual([whole.trust, whole.marks]);
    }),
    { numRuns: 2_000, examples: [[[1, 0, 0, 0].map((lat, i) => ({ lat, lon: [0, -2, 0, -3][i]! })), 12]] },
  );
});
