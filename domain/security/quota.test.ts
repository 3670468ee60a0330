import { describe, expect, it } from 'vitest';
import { countIn, freeOf, leaseOf, settle, statusOf, take } from './quota.ts';

const empty = { window: 7, used: 0, leased: 0 };

describe('a quota', () => {
  it('counts what is spent and what is out on leases as not free', () => {
    const count = take(empty, 5);
    expect(count).toEqual({ window: 7, used: 1, leased: 5 });
    expect(freeOf(count, 10)).toBe(4);
    expect(freeOf(count, 3)).toBe(0);
  });

  it('gets back what a lease did not spend, once, and only in its own window', () => {
    const count = take(empty, 5);
    const settled = settle(count, { window: 7, units: 5, unspent: 3 });
    expect(settled).toEqual({ window: 7, used: 3, leased: 0 });
    expect(settle(settled, { window: 7, units: 5, unspent: 3 })).toEqual(settled);
    expect(settle(count, { window: 6, units: 5, unspent: 3 })).toBe(count);
  });

  it('begins anew with each window', () => {
    expect(countIn(take(empty, 5), 8)).toEqual({ window: 8, used: 0, leased: 0 });
    expect(statusOf({ window: 0, used: 2, leased: 3 }, 10, 59_001, 60_000)).toEqual({
      limit: 10,
      remaining: 5,
      resetSeconds: 1,
    });
  });

  it('leases less near its limit, and nothing at it', () => {
    expect([1_000, 101, 20, 5, 4, 1].map((free) => leaseOf(free, 25))).toEqual([25, 25, 4, 1, 0, 0]);
  });
});
