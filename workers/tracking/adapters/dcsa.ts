/**
 * DCSA Track & Trace 2.2 events, in whichever wrapper. Real feeds deviate, so
 * names are read in either spelling, nulls are absences, codes are upper-cased and the unknown is
 * kept with a warning; only what cannot be placed in a container's journey is refused.
 */
import type { Fault } from '../../../contracts/kit/result.ts';
import {
  isPlaceholderNumber,
  isValidContainerNumber,
  normalizeContainerNumber,
} from '../../../domain/identifiers/iso6346.ts';
import type { EventLocation, JourneyEvent } from '../../../domain/journey/event.ts';
import { parseInstant } from '../../../domain/journey/instant.ts';
import { portOf } from '../../../reference/ports.ts';
import {
  type AdaptedItem,
  type Adapter,
  type AdapterContext,
  adaptEach,
  numberOf,
  parseJson,
  recordOf,
  textOf,
} from './adapter.ts';
import { eventsOf } from './dcsa-lists.ts';

type Fields = Record<string, unknown>;

/** The adapter of the `dcsa` format. */
export const dcsa: Adapter = {
  parse(text, _contentType, context) {
    const parsed = parseJson(text);
    if ('error' in parsed) return { unreadable: parsed.error };
    return { items: adaptEach(eventsOf(parsed.value), context, adaptEvent) };
  },
};

const TYPE_CODES = {
  TRANSPORT: 'transportEventTypeCode',
  EQUIPMENT: 'equipmentEventTypeCode',
  SHIPMENT: 'shipmentEventTypeCode',
} as const;

const FAMILIES = ['TRANSPORT', 'EQUIPMENT', 'SHIPMENT'] as const;

function adaptEvent(raw: unknown, index: number, context: AdapterContext): AdaptedItem {
  const refuse = (pointer: string, code: string, detail: string): AdaptedItem => {
    const fault: Fault = { pointer, code, detail };
    return { index, raw, fault };
  };
  const item = recordOf(raw);
  if (!item) return refuse('', 'item.not_object', 'An event must be a JSON object');
  // Lists by type leave out what the list is of; the name of the code says it too.
  const family = upper(item.eventType) ?? FAMILIES.find((each) => item[TYPE_CODES[each]] != null);
  if (family !== 'TRANSPORT' && family !== 'EQUIPMENT' && family !== 'SHIPMENT') {
    return refuse('/eventType', 'event.type_unknown', 'eventType must be TRANSPORT, EQUIPMENT or SHIPMENT');
  }
  const codeName = TYPE_CODES[family];
  const code = upper(item[codeName]);
  if (!code || !/^[A-Z]{4}$/.test(code)) {
    return refuse(`/${codeName}`, 'event.code_invalid', `${codeName} must be a four-letter code`);
  }
  const classifier = upper(item.eventClassifierCode);
  if (classifier !== 'ACT' && classifier !== 'EST' && classifier !== 'PLN') {
    return refuse('/eventClassifierCode', 'event.classifier_invalid', 'eventClassifierCode must be ACT, EST or PLN');
  }
  const call = recordOf(item.transportCall) ?? {};
  const location = locationOf(item, call);
  const zone = portOf(location?.unLocationCode)?.zone ?? null;
  const atText = textOf(item.eventDateTime) ?? '';
  const time = parseInstant(atText, zone);
  if (!time)
    return refuse('/eventDateTime', 'event.time_invalid', 'eventDateTime must be an RFC 3339 instant of 1970 or later');
  const created = parseInstant(textOf(item.eventCreatedDateTime) ?? '', null);
  const containers = containersOf(item);
  if (containers.length === 0) {
    return refuse('/equipmentReference', 'event.unattributable', 'The event names no container');
  }
  // Half an event would be a lie in the receipt: one unreadable reference refuses the whole.
  const unreadable = containers.find((number) => !/^[A-Z0-9]{4,17}$/.test(number));
  if (unreadable !== undefined) {
    return refuse('/references', 'event.reference_invalid', `"${unreadable.slice(0, 40)}" is not a container number`);
  }
  const placeholder = containers.find(isPlaceholderNumber);
  if (placeholder !== undefined) {
    return refuse('/equipmentReference', 'event.container_placeholder', `"${placeholder}" is no container's number`);
  }
  const isAhead = classifier === 'ACT' && time.at > context.now + AHEAD_MAX_MS;
  const counted: Pick<JourneyEvent, 'classifier' | 'saidAs'> = isAhead
    ? { classifier: 'EST', saidAs: classifier }
    : { classifier };
  const events = containers.map(
    (container): JourneyEvent => ({
      v: 1,
      kind: 'journey',
      container,
      family,
      code,
      ...counted,
      at: time.at,
      atText,
      zoneSource: time.zoneSource,
      // An estimate without the time of the word is as new as its arrival; an actual is as old as itself.
      createdAt: created?.at ?? (classifier === 'ACT' ? time.at : context.now),
      carrierId: context.carrierId,
      ...(location ? { location } : {}),
      ...details(item, call, code),
      ...(item.isRetracted === true ? { retracted: true } : {}),
      ...warningsOf(container, location, isAhead),
    }),
  );
  return { index, raw, events };
}

/** Local time without a zone is this far ahead at most: further, and it has not happened. */
const AHEAD_MAX_MS = 14 * 3_600_000;

const upper = (value: unknown): string | undefined => textOf(value)?.toUpperCase();

/** The first of several spellings that holds a text. */
function pick(fields: Fields, ...names: string[]): string | undefined {
  for (const name of names) {
    const text = textOf(fields[name]);
    if (text) return text;
  }
  return undefined;
}

function locationOf(item: Fields, call: Fields): EventLocation | undefined {
  const sources = [recordOf(item.eventLocation), recordOf(call.location), call, item].filter(
    (source): source is Fields => source !== undefined,
  );
  const location: EventLocation = {};
  for (const source of sources) {
    const code = pick(source, 'UNLocationCode', 'unLocationCode')?.toUpperCase().replaceAll(' ', '');
    // Carriers write several codes for one port: a visit must not be two for that.
    if (code && /^[A-Z]{2}[A-Z0-9]{3}$/.test(code)) location.unLocationCode ??= portOf(code)?.code ?? code;
    const facility = pick(source, 'facilityCode')?.toUpperCase();
    if (facility && facility.length <= 11) location.facilityCode ??= facility;
    const lat = numberOf(source.latitude);
    const lon = numberOf(source.longitude);
    if (lat !== undefined && lon !== undefined && Math.abs(lat) <= 90 && Math.abs(lon) <= 180) {
      location.lat ??= lat;
      location.lon ??= lon;
    }
  }
  return Object.keys(location).length > 0 ? location : undefined;
}

function details(item: Fields, call: Fields, code: string): Partial<JourneyEvent> {
  const vessel = recordOf(call.vessel) ?? {};
  const empty = upper(item.emptyIndicatorCode);
  const mode = upper(call.modeOfTransport);
  const voyage = voyageOf(call, code);
  const document = recordOf(Array.isArray(item.documentReferences) ? item.documentReferences[0] : undefined);
  const entries: [keyof JourneyEvent, unknown][] = [
    ['empty', empty === 'EMPTY' ? true : empty === 'LADEN' ? false : undefined],
    ['mode', mode === 'VESSEL' || mode === 'RAIL' || mode === 'TRUCK' || mode === 'BARGE' ? mode : undefined],
    ['vesselImo', pick(vessel, 'vesselIMONumber', 'vesselImoNumber')?.slice(0, 10)],
    ['vesselName', pick(vessel, 'vesselName')?.slice(0, 200)],
    ['voyage', voyage?.slice(0, 50)],
    ['transportCallId', pick(call, 'transportCallID', 'transportCallId')?.slice(0, 100)],
    [
      'documentReference',
      (pick(item, 'documentID', 'documentId') ?? (document && pick(document, 'documentReferenceValue')))?.slice(0, 100),
    ],
    ['documentTypeCode', upper(item.documentTypeCode)?.slice(0, 10)],
    ['delayReasonCode', pick(item, 'delayReasonCode')?.slice(0, 4)],
    ['carrierEventId', pick(item, 'eventID', 'eventId')?.slice(0, 100)],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<JourneyEvent>;
}

/** The voyage that a milestone is of: a ship comes in on its import voyage and leaves on its export voyage (DCSA T&T 2.2). */
function voyageOf(call: Fields, code: string): string | undefined {
  const [first, second] = INBOUND.has(code) ? ['import', 'export'] : ['export', 'import'];
  return pick(call, `${first}VoyageNumber`, 'carrierVoyageNumber', `${second}VoyageNumber`)?.replaceAll(/\s/g, '');
}

const INBOUND = new Set(['ARRI', 'DISC']);

/** The container named directly, else every equipment reference (a transport event may hold many). */
function containersOf(item: Fields): string[] {
  const direct = pick(item, 'equipmentReference');
  const references = Array.isArray(item.references) ? item.references : [];
  const named = direct
    ? [direct]
    : references.flatMap((raw: unknown) => {
        const reference = recordOf(raw);
        const isEquipment = upper(reference?.referenceType) === 'EQ';
        const value = reference && isEquipment ? textOf(reference.referenceValue) : undefined;
        return value ? [value] : [];
      });
  return [...new Set(named.map(normalizeContainerNumber))];
}

function warningsOf(
  container: string,
  location: EventLocation | undefined,
  isAhead: boolean,
): Pick<JourneyEvent, 'warnings'> {
  const warnings: string[] = [];
  if (isAhead) warnings.push('an actual that lies more than 14 hours ahead counts as an estimate');
  if (!isValidContainerNumber(container)) warnings.push(`container number ${container} fails its check digit`);
  const code = location?.unLocationCode;
  if (code && !portOf(code)) warnings.push(`location ${code} is not in the port table`);
  return warnings.length > 0 ? { warnings } : {};
}
