import { describe, expect, it } from 'vitest';
import { type CanonicalEvent, contentKey } from '../../../domain/journey/event.ts';
import type { AdaptedItem } from './adapter.ts';
import { dcsa3 } from './dcsa-3.ts';
import { dcsa } from './dcsa.ts';
import { context, json } from './test-samples.ts';

const read = (body: unknown, adapter = dcsa3): AdaptedItem[] => {
  const result = adapter.parse(JSON.stringify(body), json, context);
  if ('unreadable' in result) throw new Error(result.unreadable);
  return result.items;
};

const coded = {
  eventID: 'evt-1',
  eventDateTime: '2026-05-20T14:15:00Z',
  eventUpdatedDateTime: '2026-05-20T14:20:00Z',
  eventRouting: { originatingParty: { partyCode: 'OCLX', codeListProvider: 'SMDG' } },
  eventLocation: { locationName: 'Quay 4', UNLocationCode: 'NLRTM', facility: { facilityCode: 'ECTDD' } },
  eventClassification: { eventTypeCode: 'EQUIPMENT', eventClassifierCode: 'ACT', equipmentEventTypeCode: 'LOAD' },
  shipmentDetails: {
    documentReference: { typeCode: 'BKG', reference: 'BK1' },
    additionalDocumentReferences: [{ typeCode: 'TRD', reference: 'HHL7' }],
  },
  transportDetails: {
    transportCall: {
      transportCallReference: 'TC9',
      modeOfTransport: 'VESSEL',
      exportVoyageNumberOrReference: { carrierVoyageNumber: '12 E' },
      importVoyageNumberOrReference: { universalVoyageReference: '2612W' },
      vesselTransport: { vesselIMONumber: '9321483', vesselName: 'King of the Seas' },
    },
  },
  equipmentDetails: { equipmentReference: 'CSQU3054383', ISOEquipmentCode: '22GP', emptyIndicatorCode: 'LADEN' },
};
const worded = {
  ...coded,
  eventClassification: { eventType: 'EQUIPMENT', eventClassifier: 'ACTUAL', equipmentEventType: 'LOADED' },
  shipmentDetails: {
    documentReference: { type: 'BOOKING', reference: 'BK1' },
    additionalDocumentReferences: [{ type: 'TRANSPORT_DOCUMENT', reference: 'HHL7' }],
  },
};

describe('the draft of DCSA 3.0', () => {
  it('says the same in codes and in words, and what 2.2 says of it', () => {
    const [inCodes, inWords] = [read({ events: [coded] }), read({ events: [worded] })];
    const events = [inCodes, inWords].map(([item]) => (item && 'events' in item ? item.events : []));
    expect(events[0]).toMatchObject([
      {
        family: 'EQUIPMENT',
        code: 'LOAD',
        classifier: 'ACT',
        container: 'CSQU3054383',
        at: Date.parse('2026-05-20T14:15:00Z'),
        createdAt: Date.parse('2026-05-20T14:20:00Z'),
        location: { unLocationCode: 'NLRTM', facilityCode: 'ECTDD' },
        transportCallId: 'TC9',
        voyage: '12E',
        vesselImo: '9321483',
        mode: 'VESSEL',
        empty: false,
        bookings: ['BK1'],
        transportDocuments: ['HHL7'],
        carrierEventId: 'evt-1',
        details: { equipmentDetails: { ISOEquipmentCode: '22GP' }, eventRouting: {} },
      },
    ]);
    const keys = events.map(([event]) => contentKey(event as CanonicalEvent));
    expect(keys[0]).toBe(keys[1]);
    const [flat] = read(
      {
        eventID: 'evt-1',
        eventType: 'EQUIPMENT',
        eventClassifierCode: 'ACT',
        eventDateTime: coded.eventDateTime,
        eventCreatedDateTime: coded.eventUpdatedDateTime,
        equipmentEventTypeCode: 'LOAD',
        equipmentReference: 'CSQU3054383',
        emptyIndicatorCode: 'LADEN',
        eventLocation: { UNLocationCode: 'NLRTM', facilityCode: 'ECTDD' },
        transportCall: {
          transportCallID: 'TC9',
          modeOfTransport: 'VESSEL',
          exportVoyageNumber: '12E',
          importVoyageNumber: '2612W',
          vessel: { vesselIMONumber: '9321483', vesselName: 'King of the Seas' },
        },
        documentReferences: [
          { documentReferenceType: 'BKG', documentReferenceValue: 'BK1' },
          { documentReferenceType: 'TRD', documentReferenceValue: 'HHL7' },
        ],
      },
      dcsa,
    );
    expect(flat && 'events' in flat && contentKey(flat.events[0] as CanonicalEvent)).toBe(keys[0]);
  });

  it('is read in the nestings that it has had', () => {
    const { eventClassification: _c, equipmentDetails, ...rest } = coded;
    const ofOneTime = { ...rest, eventDateTime: { value: coded.eventDateTime, classifier: 'EST' } };
    const nestings = [
      {
        ...ofOneTime,
        eventDetails: { ...equipmentDetails, eventTypeCode: 'EQUIPMENT', equipmentEventTypeCode: 'LOAD' },
      },
      { ...ofOneTime, equipmentEventInfo: { ...equipmentDetails, equipmentEventTypeCode: 'LOAD' } },
      {
        metadata: { eventID: 'evt-1' },
        payload: {
          ...rest,
          eventClassifierCode: 'EST',
          eventType: 'EQUIPMENT',
          equipmentEventTypeCode: 'LOAD',
          equipmentDetails,
        },
      },
    ];
    for (const nesting of nestings) {
      expect(read(nesting)).toMatchObject([
        {
          events: [
            { code: 'LOAD', classifier: 'EST', container: 'CSQU3054383', location: { unLocationCode: 'NLRTM' } },
          ],
        },
      ]);
    }
  });

  it('takes an event back', () => {
    expect(read({ ...worded, isRetracted: true })).toMatchObject([{ events: [{ retracted: true, code: 'LOAD' }] }]);
    expect(read({ ...worded, eventID: 'x', retractedEventID: 'evt-1' })).toMatchObject([
      { events: [{ retracted: true, carrierEventId: 'evt-1' }] },
    ]);
  });

  it('keeps what devices and reefers notice, and counts it as a position where it says the point', () => {
    const reefer = {
      ...coded,
      eventLocation: { geoCoordinate: { latitude: '51.95', longitude: '4.05' } },
      eventClassification: { eventTypeCode: 'REEFER', eventClassifierCode: 'ACT', reeferEventTypeCode: 'MEAS' },
      reeferDetails: { measuredParameters: { temperatureValue: 0, temperatureUnit: 'FAH', humidityPercentage: 75 } },
    };
    const [item] = read(reefer);
    expect(item).toMatchObject({
      events: [
        { kind: 'journey', family: 'REEFER', code: 'MEAS', details: { reeferDetails: {} } },
        { kind: 'position', lat: 51.95, lon: 4.05, sensors: { temperatureC: (-32 * 5) / 9, humidityPct: 75 } },
      ],
    });
    const door = (iot: object, eventLocation: object) => ({ ...coded, eventLocation, ...iot });
    const opened = [
      {
        eventClassification: { eventTypeCode: 'IOT', eventClassifierCode: 'ACT', iotEventTypeCode: 'DETC' },
        iotDetails: { iotEventCode: 'DRO' },
      },
      { eventClassification: { eventType: 'IOT', eventClassifier: 'ACTUAL', iotEventType: 'DOOR_OPENED' } },
    ];
    for (const iot of opened) {
      expect(read(door(iot, { latitude: 51.95, longitude: 4.05 }))).toMatchObject([
        {
          events: [
            { family: 'IOT', code: 'DOOR_OPENED' },
            { kind: 'position', sensors: { doorOpen: true } },
          ],
        },
      ]);
      const [atQuay] = read(door(iot, { UNLocationCode: 'NLRTM' }));
      expect(atQuay && 'events' in atQuay && atQuay.events).toHaveLength(1);
    }
  });

  it('takes the units and words that it knows, and says which it does not', () => {
    const measured = (temperatureUnit: string, over: object = {}) => ({
      ...coded,
      eventLocation: { latitude: 1, longitude: 2 },
      eventClassification: { eventTypeCode: 'REEFER', eventClassifierCode: 'ACT', reeferEventTypeCode: 'MEAS' },
      reeferDetails: { measuredParameters: { temperatureValue: 41, temperatureUnit } },
      ...over,
    });
    expect(read(measured('KEL'))).toMatchObject([{ warnings: [{ code: 'reading.unit_unknown' }] }]);
    expect(read(measured('FAH'))).toMatchObject([{ events: [{}, { sensors: { temperatureC: 5 } }] }]);
    expect(read(measured('CEL', { isRetracted: 'true' }))).toMatchObject([{ events: [{ retracted: true }] }]);
    expect(read(measured('CEL', { isRetracted: 'maybe' }))).toMatchObject([
      { warnings: [{ code: 'event.retraction_unread' }] },
    ]);
  });

  it('tells two measurements of one instant apart, also in a payload', () => {
    const { eventClassification: _c, ...rest } = coded;
    const nested = (temperatureValue: number) => ({
      metadata: { eventID: 'e' },
      payload: {
        ...rest,
        eventClassifierCode: 'ACT',
        eventType: 'REEFER',
        reeferEventTypeCode: 'MEAS',
        reeferDetails: { measuredParameters: { temperatureValue } },
      },
    });
    const inPayload = read([nested(5), nested(9)]).map(
      (item) => 'events' in item && contentKey(item.events[0] as CanonicalEvent),
    );
    expect(new Set(inPayload).size).toBe(2);
    const measured = (temperatureValue: number) => ({
      ...coded,
      eventClassification: { eventTypeCode: 'REEFER', eventClassifierCode: 'ACT', reeferEventTypeCode: 'MEAS' },
      reeferDetails: { measuredParameters: { temperatureValue, temperatureUnit: 'CEL' } },
    });
    const keys = read([measured(-18), measured(4)]).map(
      (item) => 'events' in item && contentKey(item.events[0] as CanonicalEvent),
    );
    expect(new Set(keys).size).toBe(2);
  });

  it('names what it must refuse, and takes words that have no code', () => {
    const of = (eventClassification: object) => read({ ...coded, eventClassification })[0];
    expect(of({ eventType: 'PARTY', eventClassifier: 'ACTUAL' })).toMatchObject({ fault: { pointer: '/eventType' } });
    expect(of({ eventType: 'EQUIPMENT', eventClassifier: 'ACTUAL' })).toMatchObject({
      fault: { pointer: '/equipmentEventTypeCode' },
    });
    expect(of({ eventType: 'TRANSPORT', eventClassifier: 'PLANNED', transportEventType: 'APPROACHING' })).toMatchObject(
      {
        events: [{ code: 'APPROACHING', classifier: 'PLN' }],
      },
    );
  });
});
