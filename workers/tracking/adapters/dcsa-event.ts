/**
 * One DCSA event into canonical events. Real feeds deviate, so names are read in either spelling, nulls are absences, codes
 * are upper-cased and the unknown is kept with a warning; only what cannot be placed in a container's journey is refused.
 */
import type { Fault } from '../../../contracts/kit/result.ts';
import { isPlaceholderNumber, isValidContainerNumber } from '../../../domain/identifiers/iso6346.ts';
import type { EventFamily, EventLocation, JourneyEvent } from '../../../domain/journey/event.ts';
import { parseInstant } from '../../../domain/journey/instant.ts';
import { portOf, zoneOf } from '../../../reference/ports.ts';
import { type AdaptedItem, type AdapterContext, type Candidate, recordOf, textOf } from './adapter.ts';
import {
  bounded,
  containersOf,
  documentsOf,
  type Fields,
  locationOf,
  pick,
  type Remark,
  upper,
} from './dcsa-fields.ts';
import { detailsOf } from './details.ts';

/** An event that is about the move of a container or the documents of its shipment, as far as it is no container's. */
type Named = Extract<Candidate, { kind: 'journey' }>;

/** How a version of the standard writes events. */
export interface Dialect {
  /** Which member holds the code of the event, by its type. */
  codes: Partial<Record<EventFamily, string>>;
  /** What codes look like, and in words. */
  code: RegExp;
  codeWords: string;
  /** Members that are read into fields: the others are kept as details. */
  read: ReadonlySet<string>;
}

/** Members of 2.2 that are read into fields. */
export const READ_MEMBERS: readonly string[] = [
  'eventID',
  'eventId',
  'eventType',
  'eventClassifierCode',
  'eventDateTime',
  'eventCreatedDateTime',
  'transportEventTypeCode',
  'equipmentEventTypeCode',
  'shipmentEventTypeCode',
  'equipmentReference',
  'emptyIndicatorCode',
  'documentID',
  'documentId',
  'documentTypeCode',
  'delayReasonCode',
  'isRetracted',
];

/** A fault, where an item cannot be read. */
class Refusal {
  readonly fault: Fault;
  constructor(pointer: string, code: string, detail: string) {
    this.fault = { pointer, code, detail };
  }
}

/** Reads an event; `item` is what it says in the members of 2.2, `raw` what was received, `said` where its other members are. */
export function adaptEvent(
  item: Fields,
  { raw, index, said = recordOf(raw) ?? item }: { raw: unknown; index: number; said?: Fields },
  context: AdapterContext,
  dialect: Dialect,
): AdaptedItem {
  const warnings: Fault[] = [];
  const events = eventsOf(item, said, context, dialect, (warning) => warnings.push(warning));
  if (events instanceof Refusal) return { index, raw, fault: events.fault };
  return { index, raw, events, ...(warnings.length > 0 ? { warnings } : {}) };
}

function eventsOf(
  item: Fields,
  said: Fields,
  context: AdapterContext,
  dialect: Dialect,
  remark: Remark,
): Named[] | Refusal {
  const type = typeOf(item, dialect);
  if (type instanceof Refusal) return type;
  const { family, code, classifier } = type;
  const call = recordOf(item.transportCall) ?? {};
  const { options } = context;
  const location = locationOf(item, call, options.aliases, remark);
  const time = timeOf(item, family, location, context);
  if (time instanceof Refusal) return time;
  const named = namesOf(item, remark);
  if (named instanceof Refusal) return named;
  const isAhead = classifier === 'ACT' && time.at > context.now + AHEAD_MAX_MS;
  const counted: Pick<JourneyEvent, 'classifier' | 'saidAs'> = isAhead
    ? { classifier: 'EST', saidAs: classifier }
    : { classifier };
  const event = {
    v: 1,
    kind: 'journey',
    family,
    code,
    ...counted,
    ...time,
    createdAt: createdAt(item, remark),
    carrierId: context.carrierId,
    connectionId: context.connectionId,
    ...(options.role === 'terminal' ? { role: options.role } : {}),
    ...(location ? { location } : {}),
    ...membersOf(item, call, code, remark),
    ...(named.bookings.length > 0 ? { bookings: named.bookings } : {}),
    ...(named.transportDocuments.length > 0 ? { transportDocuments: named.transportDocuments } : {}),
    ...(isRetraction(item.isRetracted, remark) ? { retracted: true } : {}),
  } as const;
  const details = detailsOf(said, dialect.read, remark);
  const of = named.containers.length > 0 ? named.containers : [undefined];
  return of.map(
    (container): Named => ({
      ...event,
      ...((container === undefined ? {} : { container }) as { container: string }),
      ...warningsOf(container, location, isAhead),
      ...(details ? { details } : {}),
    }),
  );
}

/** Whether an event takes back what was said under its id; a word that is neither yes nor no is remarked. */
function isRetraction(value: unknown, remark: Remark): boolean {
  const word = typeof value === 'boolean' ? String(value) : (textOf(value)?.toLowerCase() ?? 'false');
  if (word !== 'true' && word !== 'false') {
    const detail = 'must be true or false: the event was read as one that is not taken back';
    remark({ pointer: '/isRetracted', code: 'event.retraction_unread', detail });
  }
  return word === 'true';
}

/** What kind of event it is. Lists by type leave out what the list is of; the name of the code says it too. */
function typeOf(
  item: Fields,
  { codes, code: shape, codeWords }: Dialect,
): Pick<JourneyEvent, 'family' | 'code' | 'classifier'> | Refusal {
  const families = Object.keys(codes) as EventFamily[];
  const said = upper(item.eventType) ?? families.find((each) => item[codes[each]!] != null);
  const family = families.find((each) => each === said);
  if (!family) return new Refusal('/eventType', 'event.type_unknown', `eventType must be ${families.join(', ')}`);
  const codeName = codes[family]!;
  const code = upper(item[codeName]);
  if (!code || !shape.test(code)) {
    return new Refusal(`/${codeName}`, 'event.code_invalid', `${codeName} must be ${codeWords}`);
  }
  const classifier = upper(item.eventClassifierCode);
  if (classifier !== 'ACT' && classifier !== 'EST' && classifier !== 'PLN') {
    const detail = 'eventClassifierCode must be ACT, EST or PLN';
    return new Refusal('/eventClassifierCode', 'event.classifier_invalid', detail);
  }
  return { family, code, classifier };
}

/** Local time without a zone is this far ahead at most: further, and it has not happened. */
const AHEAD_MAX_MS = 14 * 3_600_000;

function timeOf(
  item: Fields,
  family: EventFamily,
  location: EventLocation | undefined,
  { options }: AdapterContext,
): Pick<JourneyEvent, 'at' | 'atText' | 'zoneSource'> | Refusal {
  const zone = zoneOf(location);
  const atText = textOf(item.eventDateTime) ?? '';
  // Of documents nobody has seen local time under that label.
  const isLocal = options.times === 'local_labelled_z' && family !== 'SHIPMENT';
  const stated = isLocal ? atText.replace(/[Zz]$/, '') : atText;
  const time = parseInstant(stated, zone ?? options.defaultZone, zone ? 'port' : 'connection');
  if (time) return { at: time.at, atText, zoneSource: time.zoneSource };
  const detail = 'eventDateTime must be an RFC 3339 instant of 1970 or later';
  return new Refusal('/eventDateTime', 'event.time_invalid', detail);
}

/** When it was said; what cannot be read counts as not said. */
function createdAt(item: Fields, remark: Remark): number | null {
  const text = textOf(item.eventCreatedDateTime);
  const created = text === undefined ? null : parseInstant(text, null);
  if (text !== undefined && !created) {
    const detail = 'is no instant: the time of receipt stands for it';
    remark({ pointer: '/eventCreatedDateTime', code: 'event.created_unread', detail });
  }
  return created?.at ?? null;
}

interface Names {
  containers: string[];
  bookings: string[];
  transportDocuments: string[];
}

/** The containers and shipments that an event is about. */
function namesOf(item: Fields, remark: Remark): Names | Refusal {
  const containers = containersOf(item);
  const bookings = documentsOf(item, 'BKG', remark);
  const transportDocuments = documentsOf(item, 'TRD', remark);
  if (containers.length + bookings.length + transportDocuments.length === 0) {
    const detail = 'The event names neither a container nor a booking or transport document';
    return new Refusal('/equipmentReference', 'event.unattributable', detail);
  }
  // Half an event would be a lie in the receipt: one unreadable reference refuses the whole.
  const unreadable = containers.find((number) => !/^[A-Z0-9]{4,17}$/.test(number));
  if (unreadable !== undefined) {
    const detail = `"${unreadable.slice(0, 40)}" is not a container number`;
    return new Refusal('/references', 'event.reference_invalid', detail);
  }
  const placeholder = containers.find(isPlaceholderNumber);
  if (placeholder !== undefined) {
    const detail = `"${placeholder}" is no container's number`;
    return new Refusal('/equipmentReference', 'event.container_placeholder', detail);
  }
  return { containers, bookings, transportDocuments };
}

function membersOf(item: Fields, call: Fields, code: string, remark: Remark): Partial<JourneyEvent> {
  const vessel = recordOf(call.vessel) ?? {};
  const empty = upper(item.emptyIndicatorCode);
  const mode = upper(call.modeOfTransport);
  const document = recordOf(Array.isArray(item.documentReferences) ? item.documentReferences[0] : undefined);
  const documentId = pick(item, 'documentID', 'documentId') ?? (document && pick(document, 'documentReferenceValue'));
  const within = (value: string | undefined, max: number, pointer: string) => bounded(value, max, pointer, remark);
  const entries: [keyof JourneyEvent, unknown][] = [
    ['empty', empty === 'EMPTY' ? true : empty === 'LADEN' ? false : undefined],
    ['mode', mode === 'VESSEL' || mode === 'RAIL' || mode === 'TRUCK' || mode === 'BARGE' ? mode : undefined],
    [
      'vesselImo',
      within(pick(vessel, 'vesselIMONumber', 'vesselImoNumber'), 10, '/transportCall/vessel/vesselIMONumber'),
    ],
    ['vesselName', within(pick(vessel, 'vesselName'), 200, '/transportCall/vessel/vesselName')],
    ['voyage', within(voyageOf(call, code), 50, '/transportCall/exportVoyageNumber')],
    [
      'transportCallId',
      within(pick(call, 'transportCallID', 'transportCallId'), 100, '/transportCall/transportCallID'),
    ],
    ['documentReference', within(documentId, 100, '/documentID')],
    ['documentTypeCode', within(upper(item.documentTypeCode), 40, '/documentTypeCode')],
    ['delayReasonCode', within(pick(item, 'delayReasonCode'), 4, '/delayReasonCode')],
    ['carrierEventId', within(pick(item, 'eventID', 'eventId'), 100, '/eventID')],
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
