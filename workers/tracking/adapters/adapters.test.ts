import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalEventSchema } from '../../../contracts/tracking/events.ts';
import { adaptEach } from './adapter.ts';
import { dcsa3 } from './dcsa-3.ts';
import { dcsa } from './dcsa.ts';
import { positions } from './positions.ts';
import { context, gateIn, items, json } from './test-samples.ts';

it('a word that stands for no container is refused, a number of a wrong check digit is not', () => {
  for (const word of ['NULL', 'None', 'UNKNOWN', 'test', 'ZZZZ', '0000000', 'XXXX0000000', '1111111', 'TBA TBA']) {
    const [event] = items({ ...gateIn, equipmentReference: word });
    expect(event).toMatchObject({ fault: { code: 'event.container_placeholder' } });
    const said = { container: word, time: '2026-05-01T10:00:00Z', latitude: 1, longitude: 1 };
    const result = positions.parse(JSON.stringify(said), json, context);
    expect(result).toMatchObject({ items: [{ fault: { code: 'position.container_placeholder' } }] });
  }
  expect(items({ ...gateIn, equipmentReference: 'CSQU3054380' })[0]).toHaveProperty('events');
});

it('a defect of ours in one item costs that item alone, and is reported', () => {
  const reported: number[] = [];
  const adapted = adaptEach(
    ['a', 'b', 'c'],
    { ...context, report: (index) => void reported.push(index) },
    (raw, index) => {
      if (raw === 'b') throw new RangeError('Invalid time zone specified');
      return { index, raw, events: [] };
    },
  );
  expect(adapted.map((item) => ('fault' in item ? item.fault.code : 'ok'))).toEqual(['ok', 'item.defect', 'ok']);
  expect(reported).toEqual([1]);
});

it('never throws, and what adapters emit meets the contract or is refused', () => {
  const noise = fc.oneof(
    fc.jsonValue(),
    fc.record(
      Object.fromEntries(Object.entries(gateIn).map(([k, v]) => [k, fc.oneof(fc.constant(v), fc.jsonValue())])),
    ),
  );
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 5 }), (list) => {
      for (const adapter of [dcsa, dcsa3, positions]) {
        const result = adapter.parse(JSON.stringify(list), json, context);
        if ('unreadable' in result) continue;
        // An item may be a wrapper of others; they are counted one after the other all the same.
        expect(result.items.map(({ index }) => index)).toEqual(result.items.map((_, i) => i));
        if (adapter === positions) expect(result.items).toHaveLength(list.length);
        for (const item of result.items) {
          for (const event of 'events' in item ? item.events : []) {
            if ('container' in event && event.kind === 'journey') {
              expect(canonicalEventSchema.safeParse(event).error).toBeUndefined();
            }
          }
        }
      }
    }),
  );
});
