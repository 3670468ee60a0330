import { expect, it } from 'vitest';
import { DrainRate } from './drain-rate.ts';

it('asks for longer when the drain slows down, within its bounds', () => {
  const rate = new DrainRate(1_000);
  expect(rate.secondsFor(10_000)).toBe(10);
  for (let second = 0; second < 40; second++) rate.confirmed(100, second * 1_000);
  expect(rate.secondsFor(10_000)).toBeGreaterThan(90);
  expect(rate.secondsFor(10_000_000)).toBe(300);
  expect(rate.secondsFor(0)).toBe(1);
});
