/** What crosses the tracking service's boundary: schemas of the wire, and the RPC interfaces. */
import { z } from 'zod';
import type { ContainerState, FleetSummary } from '../domain/container/state.ts';
import type { TrackedEvent } from '../domain/journey/event.ts';
import type { Position } from '../domain/positions/chunk.ts';
import type { Actor } from './actor.ts';
import type { AccuracyPage, AccuracyQuery, ModelVersion, Reliability, SaidEtaRow } from './eta.ts';
import type { KeyedRecord, Recorded } from './keyed.ts';
import type { Keyed, Page, Result } from './result.ts';

const instant = z.int().min(0).max(8_640_000_000_000_000);
const containerRef = z.string().regex(/^[A-Z0-9]{4,17}$/);
const shortText = z.string().max(200);
const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

/** Sensor readings: degrees Celsius, percent relative humidity, g, door state. */
export const sensorsSchema = z.strictObject({
  temperatureC: z.number().min(-100).max(150).optional(),
  humidityPct: z.number().min(0).max(100).optional(),
  shockG: z.number().min(0).max(1_000).optional(),
  doorOpen: z.boolean().optional(),
});

/** Version 1 of a position: what the `positions` adapter must produce. */
export const positionEventSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('position'),
  container: containerRef,
  at: instant,
  lat: latitude,
  lon: longitude,
  speedKnots: z.number().min(0).max(200).optional(),
  courseDeg: z.number().min(0).max(360).optional(),
  sensors: sensorsSchema.optional(),
});

/** Version 1 of a journey event: what the `dcsa` adapter must produce. */
export const journeyEventSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('journey'),
  container: containerRef,
  family: z.enum(['TRANSPORT', 'EQUIPMENT', 'SHIPMENT']),
  code: z.string().regex(/^[A-Z]{4}$/),
  classifier: z.enum(['ACT', 'EST', 'PLN']),
  at: instant,
  atText: z.string().max(64),
  zoneSource: z.enum(['stated', 'port', 'assumed_utc']),
  createdAt: instant,
  carrierId: shortText,
  location: z
    .strictObject({
      unLocationCode: z
        .string()
        .regex(/^[A-Z]{2}[A-Z0-9]{3}$/)
        .optional(),
      facilityCode: z.string().max(11).optional(),
      lat: latitude.optional(),
      lon: longitude.optional(),
    })
    .optional(),
  empty: z.boolean().optional(),
  mode: z.enum(['VESSEL', 'RAIL', 'TRUCK', 'BARGE']).optional(),
  vesselImo: z.string().max(10).optional(),
  vesselName: shortText.optional(),
  voyage: z.string().max(50).optional(),
  transportCallId: z.string().max(100).optional(),
  documentReference: z.string().max(100).optional(),
  delayReasonCode: z.string().max(4).optional(),
  carrierEventId: z.string().max(100).optional(),
  warnings: z.array(z.string().max(200)).max(10).optional(),
});

/** Any canonical event at the door. */
export const canonicalEventSchema = z.discriminatedUnion('kind', [positionEventSchema, journeyEventSchema]);

/** An event with its content key and origin, as queue messages carry it. */
export const trackedEventSchema = z.discriminatedUnion('kind', [
  positionEventSchema.extend({ key: z.string().length(16), origin: z.number() }),
  journeyEventSchema.extend({ key: z.string().length(16), origin: z.number() }),
]);

/** One message of the `telemetry` queue: a share of one receipt, whole containers together. */
export const telemetryMessageSchema = z.strictObject({
  v: z.literal(1),
  tenantId: z.string(),
  connectionId: z.string(),
  dispatchId: z.int(),
  correlationId: z.string(),
  events: z.array(trackedEventSchema).max(5_000),
});

/** The parsed telemetry message. */
export type TelemetryMessage = z.infer<typeof telemetryMessageSchema>;

const unLocationCode = z.string().regex(/^[A-Z]{2}[A-Z0-9]{3}$/, 'must be a UN/LOCODE such as NLRTM');

/** What a tenant says of a container when registering it. */
export const registrationSchema = z.strictObject({
  number: z.string().min(4).max(20),
  origin: unLocationCode.optional(),
  destination: unLocationCode.optional(),
  carrierId: z.string().max(60).optional(),
  deviceId: z.string().min(1).max(64).optional(),
  reference: z.string().max(100).optional(),
  bookingId: z.string().max(60).optional(),
  promisedArrivalAt: z.iso.datetime({ offset: true }).optional(),
  temperatureRangeC: z
    .strictObject({ min: z.number().min(-60).max(60), max: z.number().min(-60).max(60) })
    .refine((range) => range.min < range.max, 'min must be below max')
    .optional(),
});

/** What became of registrations: each number in its normal form, with what looks odd about it. */
export interface Registered {
  items: { number: string; warnings: string[] }[];
}

/** A validated registration. */
export type Registration = z.infer<typeof registrationSchema>;

/** The formats of carrier connections. */
export const CONNECTION_FORMATS = ['dcsa', 'positions'] as const;
/** The signature schemes of carrier connections. */
export const SIGNATURE_SCHEMES = ['standard-webhooks', 'dcsa'] as const;

/** A new webhook connection of a carrier. */
export const newConnectionSchema = z.strictObject({
  name: z.string().min(1).max(100),
  carrierId: z.string().max(60),
  format: z.enum(CONNECTION_FORMATS),
  scheme: z.enum(SIGNATURE_SCHEMES).default('standard-webhooks'),
});

/** A connection as the API shows it: never with its secrets. */
export interface Connection {
  id: string;
  tenantId: string;
  carrierId: string;
  name: string;
  format: (typeof CONNECTION_FORMATS)[number];
  scheme: (typeof SIGNATURE_SCHEMES)[number];
  status: 'active' | 'disabled';
  createdAt: string;
  secretRotatedAt: string | null;
}

/** A connection with its one or two live secrets, for the gateway's signature check only. */
export interface ConnectionWithSecrets extends Connection {
  secrets: string[];
}

/** A container's state with its age, as read. */
export type ContainerView = ContainerState & {
  ageSeconds: number | null;
  freshness: 'fresh' | 'stale' | 'none';
  readAt: number;
};

/** What became of one item. */
export type ItemOutcome = 'applied' | 'duplicate' | 'queued' | 'rejected' | 'parked' | 'discarded';

/** A refused item of a delivery. */
export interface RejectedItem {
  index: number;
  pointer: string;
  code: string;
  detail: string;
}

/** The answer to a webhook. */
export interface IngestAnswer {
  receiptId: string;
  accepted: number;
  duplicates: number;
  rejected: RejectedItem[];
}

/** What in the end became of a delivery. */
export interface Receipt {
  id: string;
  receivedAt: number;
  settled: boolean;
  counts: Record<ItemOutcome, number>;
  items: { index: number; outcome: ItemOutcome }[];
  rejected: RejectedItem[];
}

/** A refused item kept with its raw text. */
export interface QuarantinedItem extends RejectedItem {
  id: number;
  receiptId: string;
  raw: string;
  at: number;
}

/** A parked delivery. */
export interface DeadLetter {
  id: string;
  connectionId: string;
  receiptId: string;
  events: number;
  sends: number;
  error: string | null;
  parkedAt: number;
  body: string;
}

/** A verified webhook on its way to the adapters. */
export interface Delivery {
  connection: Connection;
  contentType: string;
  body: Uint8Array;
}

/** Query of the fleet list. `box` is [west, south, east, north]; west > east crosses 180 degrees. */
export interface FleetQuery {
  search?: string | undefined;
  status?: string | undefined;
  carrierId?: string | undefined;
  destination?: string | undefined;
  alerting?: boolean | undefined;
  box?: [number, number, number, number] | undefined;
  numbers?: string[] | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Query of a position series; instants in ms. */
export interface PositionQuery {
  from?: number | undefined;
  to?: number | undefined;
  resolutionSeconds: number;
  cursor?: string | undefined;
  limit: number;
}

/** A stored journey event with its key. */
export type StoredEvent = Extract<TrackedEvent, { kind: 'journey' }>;

/** A line with its length in nm, as GeoJSON. */
export interface RouteFeature {
  type: 'Feature';
  geometry: { type: 'MultiLineString'; coordinates: [number, number][][] };
  properties: { distanceNm: number; passages: string[] };
}

/** The tracking service's methods. */
export interface TrackingApi {
  ingest(actor: Actor, delivery: Delivery): Promise<Result<IngestAnswer>>;
  registerContainers(
    actor: Actor,
    registrations: Registration[],
    idempotencyKey: string,
  ): Promise<Result<Keyed<Registered>>>;
  listContainers(actor: Actor, query: FleetQuery): Promise<Result<Page<FleetSummary>>>;
  getContainer(actor: Actor, number: string): Promise<Result<ContainerView>>;
  listEvents(
    actor: Actor,
    number: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<StoredEvent>>>;
  listPositions(actor: Actor, number: string, query: PositionQuery): Promise<Result<Page<Position>>>;
  getRoute(actor: Actor, number: string): Promise<Result<RouteFeature>>;
  seaRoute(actor: Actor, query: { from: string; to: string; avoid: string[] }): Promise<Result<RouteFeature>>;
  etaAccuracy(
    actor: Actor,
    query: Omit<AccuracyQuery, 'from' | 'to'> & { from?: number | undefined; to?: number | undefined },
  ): Promise<Result<AccuracyPage>>;
  carrierReliability(
    actor: Actor,
    id: string,
    query: { from?: number | undefined; to?: number | undefined },
  ): Promise<Result<Reliability>>;
  listEtaHistory(
    actor: Actor,
    number: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<SaidEtaRow>>>;
  listEtaModels(
    actor: Actor,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<ModelVersion>>>;
  activateEtaModel(actor: Actor, version: string): Promise<Result<ModelVersion>>;
  getReceipt(actor: Actor, id: string): Promise<Result<Receipt>>;
  listQuarantine(
    actor: Actor,
    connectionId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<QuarantinedItem>>>;
  listDeadLetters(
    actor: Actor,
    connectionId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<DeadLetter>>>;
  settleDeadLetter(
    actor: Actor,
    id: string,
    action: 'replay' | 'discard',
  ): Promise<Result<{ id: string; action: string }>>;
  createConnection(
    actor: Actor,
    input: z.infer<typeof newConnectionSchema>,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Connection & { secret: string }>>>;
  listConnections(
    actor: Actor,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<Connection>>>;
  getConnection(actor: Actor, id: string): Promise<Result<Connection>>;
  rotateConnectionSecret(
    actor: Actor,
    id: string,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Connection & { secret: string }>>>;
  disableConnection(actor: Actor, id: string): Promise<Result<Connection>>;
  connectionForIngest(id: string): Promise<ConnectionWithSecrets | null>;
}

/** The methods of a container's object. */
export interface ContainerTrackerApi {
  ingest(call: {
    tenantId: string;
    number: string;
    correlationIds: string[];
    events: TrackedEvent[];
  }): Promise<{ summary: FleetSummary; outcomes: [origin: number, outcome: 'applied' | 'duplicate'][] }>;
  register(call: {
    tenantId: string;
    number: string;
    registration: Omit<Registration, 'number'>;
    /** When this was said, wall-clock ms: an older word never replaces a newer one. */
    saidAt: number;
    correlationId: string;
  }): Promise<FleetSummary>;
  view(): Promise<ContainerView | null>;
  /** Null when nothing is known of the container; likewise `positions`. */
  events(query: { cursor?: string | undefined; limit: number }): Promise<Page<StoredEvent> | null>;
  positions(query: PositionQuery): Promise<Page<Position> | null>;
  /** ETAs published on the present journey, by whomever, oldest first. */
  etaHistory(query: { cursor?: string | undefined; limit: number }): Promise<Page<SaidEtaRow> | null>;
  /** Closes the live sockets of a session or client that has ended. */
  closeSockets(holder: string): Promise<void>;
  usage(): Promise<ObjectUsage>;
}

/** Billable work an object has done since it woke. */
export interface ObjectUsage {
  requests: number;
  rowsWritten: number;
  /** Queue operations caused: a write, a read and a delete for each 64 KB of a message. */
  queueOperations: number;
}

/** A canonical event with the index of the delivery's item that held it. */
export type DoorEvent = TrackedEvent & { index: number };

/** The methods of a connection's inbox. */
export interface CarrierInboxApi {
  accept(call: {
    tenantId: string;
    connectionId: string;
    correlationId: string;
    items: number;
    events: DoorEvent[];
    rejected: (RejectedItem & { raw: string })[];
  }): Promise<Result<IngestAnswer>>;
  confirm(
    confirmations: { dispatchId: number; outcomes: [origin: number, outcome: 'applied' | 'duplicate'][] }[],
  ): Promise<void>;
  noteFailure(dispatchId: number, error: string): Promise<void>;
  park(dispatchId: number, error: string): Promise<void>;
  receipt(seq: number): Promise<Receipt | null>;
  quarantine(query: { cursor?: string | undefined; limit: number }): Promise<Page<QuarantinedItem>>;
  deadLetters(query: { cursor?: string | undefined; limit: number }): Promise<Page<DeadLetter>>;
  settleDeadLetter(dispatchId: number, action: 'replay' | 'discard'): Promise<boolean>;
  usage(): Promise<ObjectUsage>;
}

/** The methods of a tenant's fleet index. */
export interface FleetIndexApi {
  apply(tenantId: string, summaries: FleetSummary[]): Promise<void>;
  /** Takes in the lines of a keyed registration with its answer, in one transaction. */
  applyKeyed<T>(tenantId: string, summaries: FleetSummary[], record: KeyedRecord<T>): Promise<Recorded<T>>;
  /** What is stored of a key, if it was used before. */
  recorded<T>(record: Omit<KeyedRecord<T>, 'answer'>): Promise<Recorded<T> | null>;
  list(query: FleetQuery): Promise<Page<FleetSummary>>;
  resolveDevices(deviceIds: string[]): Promise<Record<string, string>>;
  /** Closes the live sockets of a session or client that has ended. */
  closeSockets(holder: string): Promise<void>;
  usage(): Promise<ObjectUsage>;
}

export type { ContainerState, FleetSummary };
