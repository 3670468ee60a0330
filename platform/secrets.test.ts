import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, isSealedWithOldKey, open, parseRing, seal } from './secrets.ts';

const key = (): string => randomBytes(32).toString('base64');

describe('sealed values', () => {
  it('open with the same key and context, and with no other', async () => {
    const ring = key();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const sealed = await seal(ring, 'row:1', text);
        expect(await open(ring, 'row:1', sealed)).toBe(text);
        await expect(open(ring, 'row:2', sealed)).rejects.toThrow();
        await expect(open(key(), 'row:1', sealed)).rejects.toThrow();
      }),
      { numRuns: 20 },
    );
  });

  it('open after a rotation, are then known as old, and not any more when their key has left the ring', async () => {
    const [first, second] = [key(), key()];
    const sealed = await seal(first, 'x', 'secret');
    const both = JSON.stringify({ current: '2', secrets: { 1: first, 2: second } });
    expect(await open(both, 'x', sealed)).toBe('secret');
    expect([isSealedWithOldKey(first, sealed), isSealedWithOldKey(both, sealed)]).toEqual([false, true]);
    const renewed = await seal(both, 'x', 'secret');
    expect(isSealedWithOldKey(both, renewed)).toBe(false);
    const after = JSON.stringify({ current: '2', secrets: { 2: second } });
    expect(await open(after, 'x', renewed)).toBe('secret');
    await expect(open(after, 'x', sealed)).rejects.toThrow('not in the ring');
  });

  it('of the time before rings open with key 1', async () => {
    const first = key();
    const sealed = (await seal(first, 'x', 'old')).replace(/^1\./, '');
    expect(await open(JSON.stringify({ current: '2', secrets: { 1: first, 2: key() } }), 'x', sealed)).toBe('old');
  });
});

it('a ring without its current secret is refused without being shown', () => {
  const secret = key();
  const broken = JSON.stringify({ current: '2', secrets: { 1: secret } });
  expect(() => parseRing(broken)).toThrow(/current secret/);
  try {
    parseRing(broken);
  } catch (error) {
    expect(String(error)).not.toContain(secret);
  }
});

it('a ring that is not JSON is refused without being shown', () => {
  expect(() => parseRing('{"current":"1","secrets":{"1":SuperSecret}}')).toThrow(/^a secret ring is not JSON$/);
});

it('bytes are equal when they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      expect(equalBytes(a, a.slice())).toBe(true);
    }),
  );
});
