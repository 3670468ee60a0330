/** Canonical events: what every adapter turns a carrier's feed into, and the queue message that carries them. */
import { z } from 'zod';
import { isTrackedPosition } from './position-check.ts';
import { decimal, described, flag, instantInput, orNull, text } from '../kit/primitives.ts';

const instant = z.int().min(0).max(8_640_000_000_000_000);
const containerRef = z.string().regex(/^[A-Z0-9]{4,17}$/);
const shortText = z.string().max(200);
const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

/** Sensor readings: degrees Celsius, percent relative humidity, g, door state. */
const sensorsSchema = z.strictObject({
  temperatureC: z.number().min(-100).max(150).optional(),
  humidityPct: z.number().min(0).max(100).optional(),
  shockG: z.number().min(0).max(1_000).optional(),
  doorOpen: z.boolean().optional(),
});

/** Sensor readings of an answer. */
export const sensors = z
  .strictObject({
    temperatureC: decimal('Temperature, degrees Celsius', -18.5).optional(),
    humidityPct: decimal('Relative humidity, percent', 62).optional(),
    shockG: decimal('Shock, g', 0.4).optional(),
    doorOpen: flag('Whether the door is open', false).optional(),
  })
  .meta({ id: 'Sensors', description: 'What a reefer or tracking device measured' });

/** A place of an answer. */
export const location = z
  .strictObject({
    unLocationCode: text('UN/LOCODE', 'NLRTM').optional(),
    facilityCode: text('Code of the terminal', 'NLRTMECTDD').optional(),
    lat: decimal('Latitude in degrees, WGS 84', 51.95).optional(),
    lon: decimal('Longitude in degrees, WGS 84', 4.05).optional(),
  })
  .meta({ id: 'EventLocation', description: 'A place, as far as the carrier named it' });

/** The instant as of which something is read. */
export const asOfInput = {
  asOf: instantInput(
    'What was known then, by what had been received until then; what is known now without it',
  ).optional(),
};

/** The vessel of an answer. */
export const vessel = {
  vesselName: orNull(text('Name of the vessel', 'MSC GULSUN')),
  vesselImo: orNull(text('IMO number of the vessel', '9839430')),
};

/** Version 1 of a position: what the `positions` adapter must produce. */
const positionEventSchema = z.strictObject({
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
const journeyEventSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('journey'),
  container: containerRef,
  family: z.enum(['TRANSPORT', 'EQUIPMENT', 'SHIPMENT', 'IOT', 'REEFER']),
  code: z.string().regex(/^[A-Z][A-Z_]{3,39}$/),
  classifier: z.enum(['ACT', 'EST', 'PLN']),
  at: instant,
  atText: z.string().max(64),
  zoneSource: z.enum(['stated', 'port', 'connection', 'assumed_utc']),
  createdAt: instant.nullable(),
  carrierId: shortText,
  connectionId: z.string().max(60).optional(),
  role: z.enum(['carrier', 'terminal']).optional(),
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
  bookings: z.array(z.string().max(35)).max(5).optional(),
  transportDocuments: z.array(z.string().max(35)).max(5).optional(),
  documentReference: z.string().max(100).optional(),
  documentTypeCode: z.string().max(40).optional(),
  delayReasonCode: z.string().max(4).optional(),
  carrierEventId: z.string().max(100).optional(),
  saidAs: z.enum(['ACT', 'EST', 'PLN']).optional(),
  retracted: z.boolean().optional(),
  warnings: z.array(z.string().max(200)).max(10).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** Any canonical event at the ingress. */
export const canonicalEventSchema = z.discriminatedUnion('kind', [positionEventSchema, journeyEventSchema]);

/** What an event has on its way beside itself. */
const tracked = {
  key: z.string().length(16),
  origin: z.number(),
  receivedAt: instant.optional(),
  history: z.literal('full').optional(),
};

/** Version 1 of a snapshot: what a connection of full history has to say of one container. */
const snapshotEventSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('snapshot'),
  container: containerRef,
  connectionId: z.string().max(60),
  receipt: z.int().min(1),
  rows: z.array(z.tuple([z.string().length(16), z.string().max(100).nullable(), instant.nullable()])).max(5_000),
});

const trackedPosition = positionEventSchema.extend(tracked);

/** An event with its content key and origin, as queue messages carry it. */
export const trackedEventSchema = z.discriminatedUnion('kind', [
  trackedPosition,
  journeyEventSchema.extend(tracked),
  snapshotEventSchema.extend(tracked),
]);

/** One message of the `telemetry` queue: a share of one receipt, whole containers together. */
export const telemetryMessageSchema = z.strictObject({
  v: z.literal(1),
  tenantId: z.string(),
  connectionId: z.string(),
  dispatchId: z.int(),
  correlationId: z.string(),
  // Positions are told by plain comparisons: a message may hold thousands of them.
  events: z
    .array(z.union([z.custom<z.infer<typeof trackedPosition>>(isTrackedPosition), trackedEventSchema]))
    .max(5_001),
});

/** The parsed telemetry message. */
export type TelemetryMessage = z.infer<typeof telemetryMessageSchema>;

/** What became of one item of a delivery. */
export const ITEM_OUTCOMES = [
  'applied',
  'duplicate',
  'queued',
  'rejected',
  'parked',
  'discarded',
  'unclaimed',
] as const;
/** What became of one item. */
export type ItemOutcome = (typeof ITEM_OUTCOMES)[number];

export const rejectedItem = z
  .strictObject({
    index: described(z.int(), 'Place of the item in the delivery, from 0', 3),
    pointer: text('JSON pointer to the fault in the item', '/eventDateTime'),
    code: text('What kind of fault', 'item.invalid'),
    detail: text('The fault in words', 'must be an instant'),
  })
  .meta({ id: 'RejectedItem', description: 'A refused item of a delivery' });
/** Warnings that a receipt keeps: a feed that is wrong in one way is wrong in every item. */
export const RECEIPT_WARNINGS_MAX = 200;

export const itemWarning = rejectedItem.meta({
  id: 'ItemWarning',
  description: 'What was left out of an item, or read otherwise than it is written; the rest of it was taken',
});

/** A refused item of a delivery. */
export type RejectedItem = z.infer<typeof rejectedItem>;
