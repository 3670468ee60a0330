import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addParts, leftByLevels, leftOf, quantileAt, shareBelow, spreadOf } from './spread.ts';
import { laterPart } from './staleness.ts';

const hours = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 });

describe('spreadOf', () => {
  it('is made of ascending quantiles between the smallest and the largest', () => {
    fc.assert(
      fc.property(hours, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const spread = spreadOf(values)!;
        expect([...spread.q].sort((a, b) => a - b)).toEqual(spread.q);
        expect(quantileAt(spread, share)).toBeGreaterThanOrEqual(Math.min(...values) - 0.1);
        expect(quantileAt(spread, share)).toBeLessThanOrEqual(Math.max(...values) + 0.1);
      }),
    );
    expect(spreadOf([])).toBeNull();
  });

  it('tells the share below, consistent with its quantiles', () => {
    const spread = spreadOf(Array.from({ length: 101 }, (_, i) => i))!;
    expect(quantileAt(spread, 0.5)).toBe(50);
    expect(shareBelow(spread, 25)).toBeCloseTo(0.25, 2);
    expect(shareBelow(spread, -1)).toBe(0);
    expect(shareBelow(spread, 101)).toBe(1);
  });
});

describe('leftOf', () => {
  it('conditions on what has passed: of those that last longer, what is left', () => {
    const spread = spreadOf([10, 10, 10, 10, 100, 100, 100, 100])!;
    expect(leftOf(spread, 0)!.p50).toBeCloseTo(55, 0);
    expect(leftOf(spread, 20)!.p50).toBeGreaterThan(70);
    expect(leftOf(spread, 101)).toBeNull();
  });
});

describe('leftByLevels', () => {
  const fallback = { p10: 10, p50: 20, p90: 40 };

  it('trusts the special more the more it rests on', () => {
    const general = spreadOf(new Array<number>(50).fill(100))!;
    const few = leftByLevels([general, spreadOf([20])!], 0, fallback).p50;
    const many = leftByLevels([general, spreadOf(new Array<number>(40).fill(20))!], 0, fallback).p50;
    expect(few).toBeGreaterThan(80);
    expect(many).toBeLessThan(30);
  });

  it('always answers, in order, whatever has passed', () => {
    fc.assert(
      fc.property(fc.array(hours, { maxLength: 3 }), fc.nat(5_000), (levels, elapsed) => {
        const { p10, p50, p90 } = leftByLevels(
          levels.map((values) => spreadOf(values)!),
          elapsed,
          fallback,
        );
        expect(p10).toBeGreaterThanOrEqual(0);
        expect(p10).toBeLessThanOrEqual(p50 + 1e-9);
        expect(p50).toBeLessThanOrEqual(p90 + 1e-9);
      }),
    );
  });
});

describe('addParts', () => {
  it('adds medians, and widths by their squares', () => {
    const part = { p10: 7, p50: 10, p90: 14 };
    const four = addParts([part, part, part, part]);
    expect(four.p50).toBe(40);
    expect(four.p90 - four.p50).toBeCloseTo(8, 9);
    expect(four.p50 - four.p10).toBeCloseTo(6, 9);
  });
});

describe('laterPart', () => {
  it('never looks back, keeps its order and widens with silence', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        fc.nat(1_000),
        fc.nat(200),
        (p50, low, high, stale, more) => {
          const estimate = { p10: p50 * low, p50, p90: p50 * (1 + high) };
          const now = laterPart(estimate, stale).part;
          const later = laterPart(estimate, stale + more).part;
          for (const { p10, p50: middle, p90 } of [now, later]) {
            expect(p10).toBeGreaterThanOrEqual(0);
            expect(p10).toBeLessThanOrEqual(middle);
            expect(middle).toBeLessThanOrEqual(p90);
          }
          // As instants: the median never moves into the past, the upper end only outwards.
          expect(stale + more + later.p50).toBeGreaterThanOrEqual(stale + now.p50 - 1e-9);
          expect(stale + more + later.p90).toBeGreaterThanOrEqual(stale + now.p90 - 1e-9);
        },
      ),
    );
  });

  it('widens on both sides while the arrival lies ahead', () => {
    const estimate = { p10: 80, p50: 100, p90: 130 };
    const { p10, p50, p90 } = laterPart(estimate, 40).part;
    expect(p50).toBe(60);
    expect(p10).toBeLessThan(40);
    expect(p90).toBeGreaterThan(90);
  });

  it('says when the arrival is overdue', () => {
    expect(laterPart({ p10: 8, p50: 10, p90: 14 }, 5)).toMatchObject({ overdue: false, part: { p50: 5 } });
    expect(laterPart({ p10: 8, p50: 10, p90: 14 }, 12).overdue).toBe(true);
  });
});
