import { describe, expect, it } from 'vitest';
import { type CanonicalEvent, contentKey } from '../../../domain/journey/event.ts';
import { context, gateIn, items, json } from './test-samples.ts';
import { dcsa } from './dcsa.ts';

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

  it('keeps every member of a message: as fields, or as it was written', () => {
    const seals = [{ sealNumber: '133773', sealSource: 'CUS' }];
    const references = [{ referenceType: 'PO', referenceValue: '77' }];
    const [item] = items({ ...gateIn, ISOEquipmentCode: '22GP', seals, references, reason: null, carrierExtra: 7 });
    expect(item).toMatchObject({
      events: [
        {
          details: {
            ISOEquipmentCode: '22GP',
            seals,
            references,
            carrierExtra: 7,
            eventLocation: gateIn.eventLocation,
          },
        },
      ],
    });
    expect(item).not.toHaveProperty('warnings');
    const [long] = items({ ...gateIn, remarks: 'x'.repeat(3_000), seals });
    expect(long).toMatchObject({
      events: [{ details: { seals } }],
      warnings: [{ code: 'details.cut', detail: expect.stringContaining('remarks') }],
    });
  });

  it('says what it left out or read otherwise', () => {
    const code = (UNLocationCode: string, more: object = {}) => ({
      ...gateIn,
      eventLocation: { UNLocationCode, ...more },
    });
    const cases = [
      [code('NLRTM1'), 'location.code_unread', { unLocationCode: 'NLRTM', facilityCode: 'NLRTM1' }],
      [code('ROTTERDAM'), 'location.code_unread', undefined],
      [code('NLRTM', { facilityCode: 'EUROMAX TERMINAL' }), 'location.facility_unread', { unLocationCode: 'NLRTM' }],
      [code('NLRTM', { latitude: 95, longitude: 4 }), 'location.point_unread', { unLocationCode: 'NLRTM' }],
      [{ ...gateIn, eventCreatedDateTime: 'yesterday' }, 'event.created_unread', { unLocationCode: 'CNSHA' }],
      [{ ...gateIn, eventID: 'e'.repeat(200) }, 'text.cut', { unLocationCode: 'CNSHA' }],
    ] as const;
    for (const [body, warning, location] of cases) {
      const [item] = items(body);
      expect(item).toMatchObject({ warnings: [{ code: warning }], events: [location ? { location } : {}] });
    }
  });

  it('knows the shipment of an event by booking and by transport document', () => {
    const documentReferences = [
      { documentReferenceType: 'TRD', documentReferenceValue: 'hhl 718' },
      { documentReferenceType: 'BKG', documentReferenceValue: 'ABC7' },
    ];
    const [item] = items({ ...gateIn, equipmentReference: undefined, documentReferences });
    expect(item).toMatchObject({ events: [{ transportDocuments: ['HHL718'], bookings: ['ABC7'] }] });
    const [onlyDocument] = items({
      ...gateIn,
      equipmentReference: null,
      documentReferences: documentReferences.slice(0, 1),
    });
    expect(onlyDocument).toMatchObject({ events: [{ transportDocuments: ['HHL718'] }] });
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
