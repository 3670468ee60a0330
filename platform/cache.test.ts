import { expect, it } from 'vitest';
import { Cache, clearCaches } from './cache.ts';

it('forgets what is too old, and finds what is not', () => {
  const cache = new Cache<string, number>({ capacity: 10, ttlMs: 1_000 });
  cache.set('a', 1, 0);
  expect(cache.get('a', 999)).toBe(1);
  expect(cache.get('a', 1_000)).toBeUndefined();
  cache.set('b', 2, 0, 5_000);
  expect(cache.get('b', 4_999)).toBe(2);
});

it('makes room by the entry used longest ago', () => {
  const cache = new Cache<string, number>({ capacity: 2, ttlMs: Number.POSITIVE_INFINITY });
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});

it('is emptied with all others', () => {
  const cache = new Cache<string, number>({ capacity: 2, ttlMs: 1_000 });
  cache.set('a', 1, 0);
  clearCaches();
  expect(cache.get('a', 1)).toBeUndefined();
});
