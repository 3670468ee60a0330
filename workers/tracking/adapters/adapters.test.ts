import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalEventSchema } from '../../../contracts/tracking/events.ts';
import { type CanonicalEvent, contentKey } from '../../../domain/journey/event.ts';
import { adaptEach } from './adapter.ts';
import { dcsa } from './dcsa.ts';
import { positions } from './positions.ts';

const context = { carrierId: 'car_1', now: Date.parse('2026-06-01T00:00:00Z'), report: () => {} };
const json = 'application/json';

const gateIn = {
  eventID: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  eventType: 'EQUIPMENT',
  eventCreatedDateTime: '2026-05-01T12:00:00Z',
  eventClassifierCode: 'ACT',
  eventDateTime: '2026-05-01T10:00:00+08:00',
  equipmentEventTypeCode: 'GTIN',
  emptyIndicatorCode: 'LADEN',
  equipmentReference: 'CSQU3054383',
  eventLocation: { UNLocationCode: 'CNSHA' },
};

function items(body: unknown) {
  const result = dcsa.parse(JSON.stringify(body), json, context);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result.items;
}

describe('dcsa', () => {
  it('takes one event, an array and a wrapper alike', () => {
    const { eventType: _type, ...untyped } = gateIn;
    const envelope = (data: unknown) => ({ specversion: '1.0', id: '1', source: '/carrier', type: 'event', data });
    for (const body of [
      gateIn,
      [gateIn],
      { events: [gateIn] },
      { eventList: [gateIn] },
      { data: gateIn },
      { transportEvents: [], equipmentEvents: [untyped], shipmentEvents: null },
      { events: { equipmentEvents: [gateIn] } },
      envelope(gateIn),
      [envelope({ events: [gateIn] })],
    ]) {
      const [item] = items(body);
      expect(item).toMatchObject({
        events: [{ container: 'CSQU3054383', code: 'GTIN', empty: false, location: { unLocationCode: 'CNSHA' } }],
      });
    }
  });

  it('counts every event of lists by type, and one item for what is no event in any wrapper', () => {
    const transport = {
      ...gateIn,
      equipmentEventTypeCode: undefined,
      eventType: 'TRANSPORT',
      transportEventTypeCode: 'DEPA',
    };
    expect(items({ transportEvents: [transport, transport], equipmentEvents: [gateIn] })).toHaveLength(3);
    for (const body of [{}, 7, 'x', null, { a: 1 }, { events: null }]) {
      expect(items(body).map((item) => 'fault' in item)).toEqual([true]);
    }
    let deep: unknown = gateIn;
    for (let i = 0; i < 30; i++) deep = { data: deep };
    expect(items(deep).map((item) => 'fault' in item)).toEqual([true]);
    expect(items({ events: [] })).toEqual([]);
  });

  it('takes what real feeds send: nulls, lower camel, spaces, mixed case, naked local time', () => {
    const [item] = items({
      ...gateIn,
      eventID: null,
      eventType: 'Equipment',
      equipmentReference: 'csqu 305438-3',
      eventDateTime: '2026-05-01T10:00:00',
      eventLocation: { unLocationCode: 'cnsha', latitude: '30.6', longitude: '122.0' },
      transportCall: { exportVoyageNumber: ' 001 E ', vessel: null },
    });
    expect(item).toMatchObject({
      events: [
        {
          container: 'CSQU3054383',
          voyage: '001E',
          zoneSource: 'port',
          at: Date.parse('2026-05-01T02:00:00Z'),
          location: { lat: 30.6 },
        },
      ],
    });
  });

  it('fans a transport event out to every container it references', () => {
    const [item] = items({
      ...gateIn,
      eventType: 'TRANSPORT',
      transportEventTypeCode: 'DEPA',
      equipmentReference: undefined,
      references: [
        { referenceType: 'EQ', referenceValue: 'CSQU3054383' },
        { referenceType: 'EQ', referenceValue: 'MSKU9070323' },
        { referenceType: 'PO', referenceValue: '77' },
      ],
    });
    expect(item && 'events' in item && item.events).toHaveLength(2);
  });

  it('warns of a wrong check digit and keeps the event', () => {
    const [item] = items({ ...gateIn, equipmentReference: 'CSQU3054384' });
    expect(item).toMatchObject({ events: [{ warnings: [expect.stringContaining('check digit')] }] });
  });

  it('names the field of what it must refuse, and spares the neighbours', () => {
    const bad = [
      [{ ...gateIn, eventType: 'PARTY' }, '/eventType'],
      [{ ...gateIn, eventDateTime: '2026-02-30T00:00:00Z' }, '/eventDateTime'],
      [{ ...gateIn, equipmentReference: null }, '/equipmentReference'],
      [7, ''],
    ] as const;
    const adapted = items([...bad.map(([event]) => event), gateIn]);
    bad.forEach(([, pointer], i) => {
      expect(adapted[i]).toMatchObject({ index: i, fault: { pointer } });
    });
    expect(adapted[4]).toHaveProperty('events');
  });
});

describe('a port call', () => {
  const call = (code: string, transportCall: object) => ({
    eventType: 'TRANSPORT',
    transportEventTypeCode: code,
    eventClassifierCode: 'ACT',
    eventCreatedDateTime: '2026-05-02T00:00:00Z',
    eventDateTime: '2026-05-01T10:00:00Z',
    references: [{ referenceType: 'EQ', referenceValue: 'CSQU3054383' }],
    transportCall,
  });
  const readOf = (body: object) => {
    const result = dcsa.parse(JSON.stringify(body), json, context);
    const [item] = 'items' in result ? result.items : [];
    if (!item || !('events' in item)) throw new Error('the event was refused');
    return item.events[0];
  };

  it('is of the import voyage when the ship comes in, of the export voyage when it leaves, and of either without the other', () => {
    const both = { importVoyageNumber: '001W', exportVoyageNumber: '002 E', UNLocationCode: 'NLRTM' };
    expect([readOf(call('ARRI', both)), readOf(call('DEPA', both))]).toMatchObject([
      { voyage: '001W' },
      { voyage: '002E' },
    ]);
    const { importVoyageNumber: _import, ...exportOnly } = both;
    const { exportVoyageNumber: _export, ...importOnly } = both;
    expect([readOf(call('ARRI', exportOnly)), readOf(call('DEPA', importOnly))]).toMatchObject([
      { voyage: '002E' },
      { voyage: '001W' },
    ]);
  });

  it('that lies more than 14 hours ahead is no actual yet: it counts as an estimate, and says what it was called', () => {
    const dated = (eventDateTime: string) => ({ ...call('ARRI', { UNLocationCode: 'NLRTM' }), eventDateTime });
    expect(readOf(dated('2036-05-01T10:00:00Z'))).toMatchObject({
      classifier: 'EST',
      saidAs: 'ACT',
      warnings: [expect.stringContaining('14 hours ahead')],
    });
    const soon = readOf(dated('2026-06-01T13:59:00Z'));
    expect(soon).toMatchObject({ classifier: 'ACT' });
    expect(soon).not.toHaveProperty('saidAs');
  });

  it('that is taken back says so, and tells documents of one id apart by their type', () => {
    const shipment = (documentTypeCode: string) => ({
      eventType: 'SHIPMENT',
      shipmentEventTypeCode: 'DRFT',
      eventClassifierCode: 'ACT',
      eventDateTime: '2026-05-01T10:00:00Z',
      eventCreatedDateTime: '2026-05-01T10:00:00Z',
      documentID: 'DOC1',
      documentTypeCode,
      references: [{ referenceType: 'EQ', referenceValue: 'CSQU3054383' }],
    });
    const [shi, trd] = [readOf(shipment('SHI')), readOf(shipment('TRD'))] as CanonicalEvent[];
    expect([shi, trd]).toMatchObject([{ documentTypeCode: 'SHI' }, { documentTypeCode: 'TRD' }]);
    expect(contentKey(shi!)).not.toBe(contentKey(trd!));
    expect(readOf({ ...call('ARRI', {}), eventID: 'p1', isRetracted: true })).toMatchObject({ retracted: true });
    expect(readOf({ ...call('ARRI', {}), eventID: 'p1', isRetracted: null })).not.toHaveProperty('retracted');
  });

  it('is at one port under each code that carriers write for it, in its zone', () => {
    for (const code of ['CNSHA', 'CNSHG', 'cnsgh']) {
      const naked = { ...call('ARRI', { UNLocationCode: code }), eventDateTime: '2026-05-01T10:00:00' };
      expect(readOf(naked)).toMatchObject({
        location: { unLocationCode: 'CNSHA' },
        at: Date.parse('2026-05-01T02:00:00Z'),
      });
    }
    expect(readOf(call('ARRI', { UNLocationCode: 'XXABC' }))).toMatchObject({ location: { unLocationCode: 'XXABC' } });
  });
});

describe('positions', () => {
  const fix = { container: 'CSQU3054383', time: '2026-05-01T10:00:00Z', latitude: '1.5', longitude: 103.8 };

  it('reads JSON and NDJSON, and loses no line to a broken neighbour', () => {
    const text = `${JSON.stringify(fix)}\n{broken\n${JSON.stringify({ ...fix, latitude: 91 })}\n`;
    const result = positions.parse(text, 'application/x-ndjson', context);
    expect('items' in result && result.items.map((i) => ('events' in i ? 'ok' : i.fault.code))).toEqual([
      'ok',
      'item.not_json',
      'position.latitude_invalid',
    ]);
  });

  it('treats the AIS "not available" values as absent and refuses the future', () => {
    const result = positions.parse(
      JSON.stringify([
        { ...fix, speed: 102.3, course: 511, door: 'OPEN' },
        { ...fix, time: '2026-06-01T00:11:00Z' },
      ]),
      json,
      context,
    );
    if ('unreadable' in result) throw new Error('unreadable');
    expect(result.items[0]).toMatchObject({ events: [{ sensors: { doorOpen: true } }] });
    expect(result.items[0]).not.toHaveProperty('events.0.speedKnots');
    expect(result.items[1]).toMatchObject({ fault: { code: 'position.in_future' } });
  });
});

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

describe('readings', () => {
  const fix = { container: 'CSQU3054383', time: '2026-05-01T10:00:00Z', latitude: 1.5, longitude: 103.8 };
  const readOf = (sensors: object) => {
    const result = positions.parse(JSON.stringify({ ...fix, ...sensors }), json, context);
    const [item] = 'items' in result ? result.items : [];
    if (!item || !('events' in item)) throw new Error('the position was refused');
    return { event: item.events[0], warned: (item.warnings ?? []).map(({ pointer }) => pointer) };
  };

  it('that no sensor can have made are left out with a warning, and the position stays', () => {
    for (const bad of [-127, 85, '-127.0', 'n/a', 1e9]) {
      expect(readOf({ temperature: bad, humidity: 60 })).toEqual({
        event: expect.objectContaining({ lat: 1.5, sensors: { humidityPct: 60 } }),
        warned: ['/temperature'],
      });
    }
    const none = readOf({ humidity: 101.5, shock: -0.2, door: 'ajar' });
    expect(none.event).not.toHaveProperty('sensors');
    expect(none.warned).toEqual(['/humidity', '/shock', '/door']);
  });

  it('at the ends of what can be are readings, and an absence is no fault', () => {
    const good = readOf({ temperature: -25, humidity: 100, shock: 0, door: 'Closed', speed: null });
    expect(good.event).toMatchObject({ sensors: { temperatureC: -25, humidityPct: 100, shockG: 0, doorOpen: false } });
    expect([...good.warned, ...readOf({ temperature: null, humidity: null }).warned]).toEqual([]);
  });
});

it('a defect of ours in one item costs that item alone, and is reported', () => {
  const reported: number[] = [];
  const items = adaptEach(
    ['a', 'b', 'c'],
    { ...context, report: (index) => void reported.push(index) },
    (raw, index) => {
      if (raw === 'b') throw new RangeError('Invalid time zone specified');
      return { index, raw, events: [] };
    },
  );
  expect(items.map((item) => ('fault' in item ? item.fault.code : 'ok'))).toEqual(['ok', 'item.defect', 'ok']);
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
      for (const adapter of [dcsa, positions]) {
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
