import fc from 'fast-check';
import { expect, it } from 'vitest';
import { afterAttempt, FRESH_PACE, isDown, type Pace, SLOTS_MAX } from './pace.ts';
import type { Attempt } from './retry.ts';

const NOW = 1_795_000_000_000;
const taken: Attempt = { status: 204, retryAfterMs: null };
const refused: Attempt = { status: 500, retryAfterMs: null };
const times = (count: number, attempt: Attempt): Attempt[] => Array.from({ length: count }, () => attempt);
const run = (attempts: Attempt[], pace: Pace = FRESH_PACE): Pace =>
  attempts.reduce((before, attempt) => afterAttempt(before, attempt, NOW, 0), pace);

it('delivers more at once to an endpoint that answers, up to the bound', () => {
  expect(run([taken]).slots).toBe(3);
  expect(run(times(20, taken)).slots).toBe(SLOTS_MAX);
});

it('goes slower with each failure, and lets an endpoint that is down alone for longer and longer', () => {
  const full = run(times(20, taken));
  expect(run([refused], full)).toEqual({ slots: 3, failures: 1, notBefore: NOW });
  const down = run(times(5, refused), full);
  expect(isDown(down)).toBe(true);
  expect(down).toEqual({ slots: 1, failures: 5, notBefore: NOW + 5_000 });
  expect(run([refused], down).notBefore).toBe(NOW + 10_000);
  expect(run(times(40, { error: 'timeout' }), down).notBefore).toBe(NOW + 300_000);
});

it('tries an endpoint that answers again with one at first', () => {
  const down = run(times(9, refused));
  expect(run([taken], down)).toEqual({ slots: 1, failures: 0, notBefore: down.notBefore });
  expect(run([taken, taken], down).slots).toBe(2);
});

it('waits as long as the endpoint asks, whichever of several answers came last', () => {
  const asking: Attempt = { status: 429, retryAfterMs: 60_000 };
  expect(run([asking]).notBefore).toBe(NOW + 60_000);
  expect(run([asking, refused]).notBefore).toBe(NOW + 60_000);
  expect(run([asking, taken]).notBefore).toBe(NOW + 60_000);
});

it('always leaves a way back: at least one slot, never more than the bound, and an end of the waiting', () => {
  const attempt = fc.oneof(
    fc.constant(taken),
    fc.constant<Attempt>({ error: 'timeout' }),
    fc.record({ status: fc.integer({ min: 300, max: 599 }), retryAfterMs: fc.constantFrom(null, 0, 86_400_000) }),
  );
  fc.assert(
    fc.property(
      fc.array(attempt, { maxLength: 60 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempts, random) => {
        let pace = FRESH_PACE;
        for (const each of attempts) {
          pace = afterAttempt(pace, each, NOW, random);
          expect(pace.slots).toBeGreaterThanOrEqual(1);
          expect(pace.slots).toBeLessThanOrEqual(SLOTS_MAX);
          expect(pace.notBefore).toBeLessThanOrEqual(NOW + 86_400_000);
        }
      },
    ),
  );
});
