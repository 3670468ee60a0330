import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addKey, type KeyTimes, nextKeyAt, publishedKeys, retired, signingKey } from './key-schedule.ts';

const PERIODS = { rotateEveryMs: 10_000, publishAheadMs: 600, overlapMs: 900 };
const EDGE_CACHE_MS = 300;
const TOKEN_MS = 500;

it('always has a key to sign with, known to every edge, and no token outlives its key', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12_000 }), { maxLength: 20 }), (waits) => {
      let keys: KeyTimes[] = addKey([], 'k0', 0, PERIODS);
      let now = 0;
      const signedWith: { kid: string; at: number }[] = [];
      const published = new Map<number, string[]>();
      for (const [i, wait] of waits.entries()) {
        const edgeKeys = publishedKeys(keys, now).map((key) => key.kid);
        published.set(now, edgeKeys);
        now += wait;
        if (now >= nextKeyAt(keys, PERIODS) || wait % 3 === 0) keys = addKey(keys, `k${i + 1}`, now, PERIODS);
        const signer = signingKey(keys, now)!;
        expect(signer).not.toBeNull();
        // An edge whose key set is as old as it may be knows the signer already.
        if (wait <= EDGE_CACHE_MS) expect(edgeKeys).toContain(signer.kid);
        signedWith.push({ kid: signer.kid, at: now });
        for (const { kid, at } of signedWith) {
          if (now - at < TOKEN_MS) expect(publishedKeys(keys, now).map((key) => key.kid)).toContain(kid);
        }
      }
    }),
  );
});

it('drops everything else at once when a key has leaked', () => {
  const keys = addKey(addKey([], 'a', 0, PERIODS), 'b', 100, PERIODS);
  const after = addKey(keys, 'c', 200, PERIODS, true);
  expect(publishedKeys(after, 200).map((key) => key.kid)).toEqual(['c']);
  expect(signingKey(after, 200)?.kid).toBe('c');
});

it('says when the next key is due', () => {
  expect(nextKeyAt([], PERIODS)).toBe(0);
  expect(nextKeyAt(addKey([], 'a', 1_000, PERIODS), PERIODS)).toBe(10_400);
});

it('lets a lost key sign nothing, and keeps it published for what it has signed', () => {
  const [first] = addKey([], 'a', 0, PERIODS);
  const lost = retired(first!, 500, PERIODS);
  const keys = [...addKey([], 'b', 500, PERIODS), lost];
  expect(signingKey(keys, 500)?.kid).toBe('b');
  expect(publishedKeys(keys, 500).map((key) => key.kid)).toContain('a');
  expect(publishedKeys(keys, 500 + PERIODS.overlapMs).map((key) => key.kid)).not.toContain('a');
});
