/** Canonical events: what every adapter turns a carrier's feed into. Instants are ms since the epoch. */

/** The DCSA classifier: actual, estimated or planned. */
export type Classifier = 'ACT' | 'EST' | 'PLN';

/** Where an instant's zone came from: feeds label local time `Z`, so it is kept. */
export type ZoneSource = 'stated' | 'port' | 'connection' | 'assumed_utc';

/** A place of an event, as far as the feed names it. */
export interface EventLocation {
  unLocationCode?: string | undefined;
  facilityCode?: string | undefined;
  lat?: number | undefined;
  lon?: number | undefined;
}

/** What an event is about (DCSA Track & Trace 2.2 event types; IOT and REEFER are of the 3.0 draft). */
export type EventFamily = 'TRANSPORT' | 'EQUIPMENT' | 'SHIPMENT' | 'IOT' | 'REEFER';

/** One event in a container's journey. */
export interface JourneyEvent {
  v: 1;
  kind: 'journey';
  container: string;
  family: EventFamily;
  /** The DCSA event type code, such as ARRI, LOAD or CONF; where there is none its word, such as APPROACHING. */
  code: string;
  classifier: Classifier;
  at: number;
  /** The instant as the carrier wrote it. */
  atText: string;
  zoneSource: ZoneSource;
  /** When it was said; null where the source does not tell: the time of receipt stands for it. */
  createdAt: number | null;
  /** Whose word it is: the carrier or terminal of the connection. */
  carrierId: string;
  /** The connection that it came by, with the option that decides what counts of it. */
  connectionId?: string | undefined;
  /** What the party is; a carrier unless its connection says otherwise. */
  role?: 'carrier' | 'terminal' | undefined;
  location?: EventLocation | undefined;
  empty?: boolean | undefined;
  mode?: 'VESSEL' | 'RAIL' | 'TRUCK' | 'BARGE' | undefined;
  vesselImo?: string | undefined;
  vesselName?: string | undefined;
  voyage?: string | undefined;
  transportCallId?: string | undefined;
  /** The carrier's numbers of the bookings that it names (DCSA document reference BKG). */
  bookings?: string[] | undefined;
  /** The numbers of the transport documents that it names (DCSA document reference TRD). */
  transportDocuments?: string[] | undefined;
  documentReference?: string | undefined;
  /** What kind of document it is about (DCSA document type codes, such as SHI). */
  documentTypeCode?: string | undefined;
  delayReasonCode?: string | undefined;
  carrierEventId?: string | undefined;
  /** What the carrier called it, where it counts as something else: an actual that lies ahead counts as an estimate. */
  saidAs?: Classifier | undefined;
  /** Whether the carrier takes back what it said under this id. */
  retracted?: boolean | undefined;
  warnings?: string[] | undefined;
  /** The other members of the message, as they were written and as far as there is room for them. */
  details?: Record<string, unknown> | undefined;
}

/** The names under which the containers of an event are known: its bookings and its transport documents, which are numbered apart. */
export function shipmentNames({
  bookings = [],
  transportDocuments = [],
}: Pick<JourneyEvent, 'bookings' | 'transportDocuments'>): string[] {
  return [...bookings, ...transportDocuments.map((number) => `TRD ${number}`)];
}

/** What a reefer or tracker reports beside its position. */
export interface Sensors {
  temperatureC?: number | undefined;
  humidityPct?: number | undefined;
  shockG?: number | undefined;
  doorOpen?: boolean | undefined;
}

/** One observed position. */
export interface PositionEvent {
  v: 1;
  kind: 'position';
  container: string;
  at: number;
  lat: number;
  lon: number;
  speedKnots?: number | undefined;
  courseDeg?: number | undefined;
  sensors?: Sensors | undefined;
}

/** Any canonical event. */
export type CanonicalEvent = JourneyEvent | PositionEvent;

/** All that a connection of full history has to say of a container, in its order: what is not in it is withdrawn. */
export interface SnapshotEvent {
  v: 1;
  kind: 'snapshot';
  container: string;
  connectionId: string;
  /** The number of the delivery in its connection. */
  receipt: number;
  /** Content key, the source's id and the time of the word of each statement. */
  rows: [key: string, id: string | null, createdAt: number | null][];
}

/**
 * A canonical event on its way to its container: `key` names its content, `origin` the delivery
 * that brought it. Seeing a key again under the same origin is a redelivery, not a duplicate.
 */
export type TrackedEvent = (CanonicalEvent | SnapshotEvent) & {
  key: string;
  origin: number;
  /** When it was received, ms; deliveries of the release before do not tell. */
  receivedAt?: number | undefined;
  /** Whether it is part of a snapshot, which tells until when it counts. */
  history?: 'full' | undefined;
};

/** A position as it was said, or as it is stored. */
type Said = Pick<PositionEvent, 'at' | 'lat' | 'lon'> & {
  speedKnots?: number | null | undefined;
  courseDeg?: number | null | undefined;
  sensors?: Sensors | null | undefined;
};

/** Everything that a position says, as a text: positions are the same only when all of it is. */
export function saidBy({ at, lat, lon, speedKnots, courseDeg, sensors }: Said): string {
  const { temperatureC, humidityPct, shockG, doorOpen } = sensors ?? {};
  const readings = `${temperatureC ?? ''}|${humidityPct ?? ''}|${shockG ?? ''}|${doorOpen ?? ''}`;
  return `${at}|${lat}|${lon}|${speedKnots ?? ''}|${courseDeg ?? ''}|${readings}`;
}

/**
 * The content key: equal exactly when two deliveries say the same thing. Feeds omit event ids or
 * change them between pushes, so the carrier's id is no part of it. IOT and REEFER events are measurements, told by their
 * details; the details of other events are remarks, which each push may word anew.
 */
export function contentKey(event: CanonicalEvent): string {
  if (event.kind === 'position') {
    return hash64(`P|${event.container}|${saidBy(event)}`);
  }
  const place = event.location;
  const isMeasured = event.family === 'IOT' || event.family === 'REEFER';
  const isCoded = place?.unLocationCode !== undefined || place?.facilityCode !== undefined;
  const point = !isCoded && place?.lat !== undefined ? [`@${place.lat},${place.lon}`] : [];
  const isOfVoyage = event.voyage !== undefined || event.transportCallId !== undefined;
  const ship = !isOfVoyage && (event.vesselImo ?? event.vesselName);
  return hash64(
    [
      'J',
      event.container,
      event.carrierId,
      event.family,
      event.code,
      event.classifier,
      event.empty === undefined ? '' : Number(event.empty),
      place?.unLocationCode ?? '',
      place?.facilityCode ?? '',
      event.voyage ?? event.transportCallId ?? '',
      event.documentReference ?? '',
      event.at,
      event.mode ?? '',
      event.documentTypeCode ?? '',
      event.saidAs ?? '',
      event.retracted ? 'retracted' : '',
      // Left out where it is not said: then the key is that of the release before.
      ...(event.bookings ? [event.bookings.join(',')] : []),
      ...(event.transportDocuments ? [`TRD ${event.transportDocuments.join(',')}`] : []),
      ...point,
      ...(ship ? [ship] : []),
      ...(isMeasured && event.details ? [JSON.stringify(event.details)] : []),
    ].join('|'),
  );
}

/** A 64-bit hash (two 32-bit lanes of the public-domain cyrb mix) in 16 hexadecimal digits. */
export function hash64(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b >>> 0).toString(16).padStart(8, '0') + (a >>> 0).toString(16).padStart(8, '0');
}
