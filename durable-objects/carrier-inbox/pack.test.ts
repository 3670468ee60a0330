import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IngressEvent } from './pack.ts';
import { indexOfOrigin, originOf, packEvents } from './pack.ts';

const event = (container: string, index: number): IngressEvent => ({
  v: 1,
  kind: 'position',
  container,
  at: index,
  lat: 0,
  lon: 0,
  key: '0'.repeat(16),
  origin: index,
  index,
});

describe('packEvents', () => {
  it('loses nothing, keeps each container in order and respects the limit', () => {
    const list = fc.array(fc.tuple(fc.constantFrom('AAAA', 'BBBB', 'CCCC'), fc.nat(50)), { maxLength: 200 });
    fc.assert(
      fc.property(list, fc.integer({ min: 1_300, max: 6_000 }), (pairs, maxBytes) => {
        const events = pairs.map(([container], i) => event(container, i));
        const messages = packEvents(events, maxBytes);
        const flat = messages.flatMap((pack) => pack.events);
        for (const { events: own, json } of messages) expect(json).toBe(JSON.stringify(own));
        expect(flat.map((e) => e.origin).sort((a, b) => a - b)).toEqual(events.map((e) => e.origin));
        for (const container of ['AAAA', 'BBBB', 'CCCC']) {
          const order = flat.filter((e) => e.container === container).map((e) => e.origin);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
        for (const { json } of messages) expect(json.length + 900).toBeLessThan(maxBytes);
      }),
    );
  });
});

describe('originOf', () => {
  it('is a safe integer that grows with delivery and gives the index back', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(2 ** 26 - 2), fc.nat(4_999), (connection, seq, index) => {
        const origin = originOf(connection, seq, index);
        expect(Number.isSafeInteger(origin)).toBe(true);
        expect(indexOfOrigin(origin)).toBe(index);
        expect(originOf(connection, seq + 1, 0)).toBeGreaterThan(origin);
      }),
    );
  });
});
