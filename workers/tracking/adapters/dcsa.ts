/**
 * DCSA Track & Trace 2.2 events, in whichever wrapper. Real feeds deviate, so
 * names are read in either spelling, nulls are absences, codes are upper-cased and the unknown is
 * kept with a warning; only what cannot be placed in a container's journey is refused.
 */
import type { Fault } from '../../../contracts/kit/result.ts';
import { isPlaceholderNumber, isValidContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { EventLocation, JourneyEvent } from '../../../domain/journey/event.ts';
import { parseInstant } from '../../../domain/journey/instant.ts';
import { portOf, zoneOf } from '../../../reference/ports.ts';
import {
  type AdaptedItem,
  type Adapter,
  type AdapterContext,
  type Candidate,
  adaptEach,
  parseJson,
  recordOf,
  textOf,
} from './adapter.ts';
import { bookingsOf, containersOf, type Fields, locationOf, pick, upper } from './dcsa-fields.ts';
import { eventsOf } from './dcsa-lists.ts';

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
  const { options } = context;
  const location = locationOf(item, call, options.aliases);
  const zone = zoneOf(location);
  const atText = textOf(item.eventDateTime) ?? '';
  // Of documents nobody has seen local time under that label.
  const isLocal = options.times === 'local_labelled_z' && family !== 'SHIPMENT';
  const stated = isLocal ? atText.replace(/[Zz]$/, '') : atText;
  const time = parseInstant(stated, zone ?? options.defaultZone, zone ? 'port' : 'connection');
  if (!time)
    return refuse('/eventDateTime', 'event.time_invalid', 'eventDateTime must be an RFC 3339 instant of 1970 or later');
  const created = parseInstant(textOf(item.eventCreatedDateTime) ?? '', null);
  const containers = containersOf(item);
  if (containers.length === 0 && bookingsOf(item).length === 0) {
    return refuse('/equipmentReference', 'event.unattributable', 'The event names neither a container nor a booking');
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
  const of = containers.length > 0 ? containers : [undefined];
  const events = of.map(
    (container): Candidate => ({
      v: 1,
      kind: 'journey',
      ...((container === undefined ? {} : { container }) as { container: string }),
      family,
      code,
      ...counted,
      at: time.at,
      atText,
      zoneSource: time.zoneSource,
      createdAt: created?.at ?? null,
      carrierId: context.carrierId,
      connectionId: context.connectionId,
      ...(options.role === 'terminal' ? { role: options.role } : {}),
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

function details(item: Fields, call: Fields, code: string): Partial<JourneyEvent> {
  const vessel = recordOf(call.vessel) ?? {};
  const empty = upper(item.emptyIndicatorCode);
  const mode = upper(call.modeOfTransport);
  const voyage = voyageOf(call, code);
  const bookings = bookingsOf(item);
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
    ['bookings', bookings.length > 0 ? bookings : undefined],
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

function warningsOf(
  container: string | undefined,
  location: EventLocation | undefined,
  isAhead: boolean,
): Pick<JourneyEvent, 'warnings'> {
  const warnings: string[] = [];
  if (isAhead) warnings.push('an actual that lies more than 14 hours ahead counts as an estimate');
  if (container !== undefined && !isValidContainerNumber(container))
    warnings.push(`container number ${container} fails its check digit`);
  const code = location?.unLocationCode;
  if (code && !portOf(code)) warnings.push(`location ${code} is not in the port table`);
  return warnings.length > 0 ? { warnings } : {};
}
