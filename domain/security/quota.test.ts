import fc from 'fast-check';
import { expect, it } from 'vitest';
import { giveBack, type QuotaCount, recoveredCount, takeQuota } from './quota.ts';

const RULE = { limit: 100, windowMs: 1_000 };

it('never grants more than the limit in a window, whatever is taken, given back or forgotten', () => {
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 40 }), after: fc.integer({ min: 0, max: 300 }) }),
    fc.constant('crash' as const),
    fc.constant('back' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let count: QuotaCount | null = null;
      let stored = { window: -1, reserved: 0 };
      let now = 0;
      let lastGrant = 0;
      const spent = new Map<number, number>();
      for (const move of steps) {
        if (move === 'crash') {
          count = stored.window === -1 ? null : recoveredCount(stored.window, stored.reserved);
          lastGrant = 0;
        } else if (move === 'back') {
          if (count && lastGrant > 0) {
            spent.set(count.window, spent.get(count.window)! - lastGrant);
            count = giveBack(count, count.window, lastGrant);
            lastGrant = 0;
          }
        } else {
          now += move.after;
          const grant = takeQuota(count, now, RULE, move.take, 10);
          count = grant.count;
          if (grant.store) stored = { window: count.window, reserved: count.reserved };
          lastGrant = grant.granted;
          spent.set(count.window, (spent.get(count.window) ?? 0) + grant.granted);
          expect(grant.status.remaining).toBe(RULE.limit - count.used);
        }
        for (const units of spent.values()) expect(units).toBeLessThanOrEqual(RULE.limit);
      }
    }),
  );
});

it('grants all of the limit when nothing is lost, storing once a chunk', () => {
  let count: QuotaCount | null = null;
  let granted = 0;
  let stores = 0;
  for (let i = 0; i < 120; i++) {
    const grant = takeQuota(count, 10, RULE, 1, 10);
    count = grant.count;
    granted += grant.granted;
    stores += grant.store ? 1 : 0;
  }
  expect(granted).toBe(100);
  expect(stores).toBeLessThanOrEqual(10);
  expect(takeQuota(count, 999, RULE, 1, 10).status).toEqual({ limit: 100, remaining: 0, resetSeconds: 1 });
  expect(takeQuota(count, 1_000, RULE, 1, 10).granted).toBe(1);
});
