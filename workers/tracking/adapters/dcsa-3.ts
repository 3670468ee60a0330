/**
 * The draft of DCSA Track & Trace 3.0 (snapshots of 2025 and 2026, not ready for adoption by its own word). It has had two
 * vocabularies, codes first (`equipmentEventTypeCode: LOAD`) and words since (`equipmentEventType: LOADED`), and several
 * nestings. Each event is written in the members of 2.2 first, and read as such. IOT and REEFER events are kept, and what
 * they measure at a point counts as a position with its readings.
 */
import { type AdapterContext, type Candidate, numberOf, recordOf, textOf } from './adapter.ts';
import { CLASSIFIERS, codeOf, DOCUMENTS, EVENTS, IOT_EVENTS } from './dcsa-3-words.ts';
import { adaptEvent, type Dialect, READ_MEMBERS } from './dcsa-event.ts';
import { type Fields, pick, type Remark, upper } from './dcsa-fields.ts';
import { dcsaAdapter } from './dcsa-lists.ts';
import { FUTURE_TOLERANCE_MS, readSensors } from './positions.ts';

const DIALECT: Dialect = {
  codes: {
    TRANSPORT: 'transportEventTypeCode',
    EQUIPMENT: 'equipmentEventTypeCode',
    SHIPMENT: 'shipmentEventTypeCode',
    IOT: 'iotEventTypeCode',
    REEFER: 'reeferEventTypeCode',
  },
  code: /^[A-Z][A-Z_]{3,39}$/,
  codeWords: 'a code or word of 4 to 40 letters',
  read: new Set([...READ_MEMBERS, 'eventClassification', 'eventUpdatedDateTime', 'metadata', 'payload']),
};

/** The adapter of the `dcsa3_draft` format. */
export const dcsa3 = dcsaAdapter((record, written, context) => {
  // The first beta parted what is said from the message that says it.
  const event = { ...recordOf(record.metadata), ...recordOf(record.payload), ...record };
  const flat = flattened(event);
  const adapted = adaptEvent(flat, { ...written, said: event }, context, DIALECT);
  if (!('events' in adapted)) return adapted;
  const warnings = [...(adapted.warnings ?? [])];
  const remark: Remark = (warning) => warnings.push(warning);
  const events = adapted.events.flatMap((each) => [each, ...positionOf(each, event, flat, context, remark)]);
  return { ...adapted, events, ...(warnings.length > 0 ? { warnings } : {}) };
});

/** An event of the draft in the members of 2.2. */
function flattened(event: Fields): Fields {
  const kind = { ...event, ...recordOf(event.eventDetails), ...recordOf(event.eventClassification) };
  const family = upper(kind.eventTypeCode) ?? upper(kind.eventType) ?? familyByPart(event);
  const when = recordOf(event.eventDateTime);
  const shipment = partOf(event, 'shipment');
  const transport = partOf(event, 'transport');
  const equipment = partOf(event, 'equipment');
  const documents = documentsIn(event, shipment);
  const own = documents[0];
  const { code: typeName } = familyNames(family);
  return {
    ...pickAll(event, ['eventID', 'eventId', 'isRetracted']),
    ...(textOf(event.retractedEventID) ? { eventID: event.retractedEventID, isRetracted: true } : {}),
    eventType: family,
    eventDateTime: when ? when.value : event.eventDateTime,
    eventCreatedDateTime: event.eventUpdatedDateTime ?? event.eventCreatedDateTime,
    eventClassifierCode: codeOf(
      CLASSIFIERS,
      pick({ ...when, ...kind }, 'eventClassifierCode', 'eventClassifier', 'classifier'),
    ),
    ...(typeName ? { [typeName]: typeCodeOf(event, kind, family) } : {}),
    eventLocation: locationIn(event.eventLocation ?? equipment.eventLocation ?? transport.eventLocation),
    transportCall: callIn(transport),
    delayReasonCode: transport.delayReasonCode,
    equipmentReference: equipment.equipmentReference,
    emptyIndicatorCode: equipment.emptyIndicatorCode ?? equipment.emptyIndicator,
    documentReferences: documents,
    ...(family === 'SHIPMENT' && own
      ? { documentID: own.documentReferenceValue, documentTypeCode: own.documentReferenceType }
      : {}),
    references: listOf(event.shipmentReferences).map(({ typeCode, type, reference }) => ({
      referenceType: upper(typeCode ?? type) === 'EQUIPMENT_REFERENCE' ? 'EQ' : (typeCode ?? type),
      referenceValue: reference,
    })),
  };
}

/** The names of the member that holds the code of a family: in codes, and in words. */
function familyNames(family: string | undefined): { code?: string; word?: string } {
  const name = family?.toLowerCase();
  return name && name.length < 20 ? { code: `${name}EventTypeCode`, word: `${name}EventType` } : {};
}

/** Events that do not say their type have it in the name of the part that is filled. */
function familyByPart(event: Fields): string | undefined {
  return (['EQUIPMENT', 'TRANSPORT', 'SHIPMENT', 'REEFER', 'IOT'] as const).find((family) => {
    const name = family.toLowerCase();
    return recordOf(event[`${name}EventInfo`]) || event[`${name}EventTypeCode`] || event[`${name}EventType`];
  });
}

/** A part of an event, by either of its names; the earliest snapshots had all of it in `eventDetails`. */
function partOf(event: Fields, name: string): Fields {
  return {
    ...recordOf(event.eventDetails),
    ...recordOf(event[`${name}EventInfo`]),
    ...recordOf(event[`${name}Details`]),
  };
}

function typeCodeOf(event: Fields, kind: Fields, family: string | undefined): string | undefined {
  const { code, word } = familyNames(family);
  if (!code || !word) return undefined;
  const part = partOf(event, family!.toLowerCase());
  const said = pick({ ...part, ...kind }, code, word);
  if (family !== 'IOT') return codeOf(EVENTS, said);
  // DETC says that something was detected; what it was is the code of its own.
  return codeOf(IOT_EVENTS, pick(part, 'iotEventCode')) ?? said;
}

function locationIn(value: unknown): Fields | undefined {
  const location = recordOf(value);
  if (!location) return undefined;
  const facility = recordOf(location.facility);
  return { ...location, ...recordOf(location.geoCoordinate), ...(facility ? pickAll(facility, ['facilityCode']) : {}) };
}

function callIn(transport: Fields): Fields | undefined {
  const call = recordOf(transport.transportCall);
  if (!call) return undefined;
  const voyage = (side: string): string | undefined => {
    const nested = recordOf(call[`${side}VoyageNumberOrReference`]) ?? {};
    const name = `${side[0]!.toUpperCase()}${side.slice(1)}`;
    return (
      pick(call, `${side}VoyageNumber`, `carrier${name}VoyageNumber`) ??
      pick(nested, 'carrierVoyageNumber', 'universalVoyageReference') ??
      pick(call, `universal${name}VoyageReference`)
    );
  };
  return {
    ...call,
    location: locationIn(call.location),
    transportCallID: pick(call, 'transportCallReference', 'transportCallID'),
    vessel: recordOf(call.vesselTransport) ?? recordOf(call.vessel),
    importVoyageNumber: voyage('import'),
    exportVoyageNumber: voyage('export'),
  };
}

interface Reference {
  documentReferenceType: string | undefined;
  documentReferenceValue: unknown;
}

/** The documents of an event, its own first. */
function documentsIn(event: Fields, shipment: Fields): Reference[] {
  const all = [
    ...listOf([shipment.documentReference]),
    ...listOf(shipment.additionalDocumentReferences),
    ...listOf(event.relatedDocumentReferences),
    ...listOf(event.documentReferences),
  ];
  return all.map(({ typeCode, type, reference, documentReferenceType, documentReferenceValue }) => ({
    documentReferenceType: codeOf(DOCUMENTS, textOf(typeCode ?? type ?? documentReferenceType)),
    documentReferenceValue: reference ?? documentReferenceValue,
  }));
}

const listOf = (value: unknown): Fields[] =>
  (Array.isArray(value) ? value : []).map(recordOf).filter((each) => each !== undefined);

const pickAll = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

/** What was measured or noticed at a point, as a position of the container with its readings. */
function positionOf(
  candidate: Candidate,
  event: Fields,
  flat: Fields,
  { now }: AdapterContext,
  remark: Remark,
): Candidate[] {
  if (candidate.kind !== 'journey' || candidate.container === undefined) return [];
  const { family, code, classifier, at, container, retracted } = candidate;
  const isMeasured = (family === 'IOT' || family === 'REEFER') && classifier === 'ACT' && !retracted;
  const place = recordOf(flat.eventLocation) ?? {};
  const [lat, lon] = [numberOf(place.latitude), numberOf(place.longitude)];
  if (!isMeasured || at > now + FUTURE_TOLERANCE_MS || lat === undefined || lon === undefined) return [];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return [];
  const door = Object.hasOwn(DOOR, code) ? { door: DOOR[code] } : {};
  const { sensors, warnings } = readSensors({ ...reeferReadings(event, remark), ...door });
  for (const warning of warnings) remark(warning);
  const read = Object.keys(sensors).length > 0 ? { sensors } : {};
  return [{ v: 1, kind: 'position', container, at, lat, lon, ...read }];
}

const DOOR: Record<string, boolean> = { DOOR_OPENED: true, DOOR_CLOSED: false };

/** Degrees Celsius of a temperature by the unit that is named; the draft has CEL and FAH. */
const TO_CELSIUS: Record<string, (value: number) => number> = {
  CEL: (value) => value,
  FAH: (value) => ((value - 32) * 5) / 9,
};

function reeferReadings(event: Fields, remark: Remark): Fields {
  const measured = recordOf(recordOf(event.reeferDetails)?.measuredParameters) ?? {};
  const value = numberOf(measured.temperatureValue);
  const unit = upper(measured.temperatureUnit) ?? 'CEL';
  const humidity = numberOf(measured.humidityPercentage);
  if (value === undefined || Object.hasOwn(TO_CELSIUS, unit)) {
    return { temperature: value === undefined ? undefined : TO_CELSIUS[unit]!(value), humidity };
  }
  const detail = `"${unit.slice(0, 20)}" is no unit of temperature: the reading was left out`;
  remark({ pointer: '/reeferDetails/measuredParameters/temperatureUnit', code: 'reading.unit_unknown', detail });
  return { humidity };
}
