/** Schemas of the API's answers and shared parameters, for checks and the OpenAPI document. */
import { z } from '@hono/zod-openapi';
import { PERMISSION_NAMES, ROLES } from '../../contracts/permissions.ts';
import { BOOKING_STATES } from '../../domain/booking/states.ts';
import { SOURCES, TARGETS } from '../../domain/eta/eta.ts';
import { EXPERTS } from '../../domain/eta/leg.ts';
import { MILESTONES } from '../../domain/journey/fold.ts';
import { PAGE_DEFAULT, PAGE_MAX } from '../../platform/limits.ts';

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();
const instantMs = z.int().openapi({ description: 'Milliseconds since the Unix epoch, UTC' });
const instantText = z.iso.datetime().openapi({ description: 'RFC 3339 instant' });

/** RFC 9457 problem document. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    correlationId: z.string(),
    code: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
    'violated-policies': z.array(z.string()).optional(),
  })
  .openapi('Problem');

/** An OAuth error (RFC 6749 section 5.2). */
export const oauthErrorSchema = z.object({ error: z.string(), error_description: z.string() }).openapi('OAuthError');
export const tokenAnswerSchema = z
  .object({
    access_token: z.string(),
    token_type: z.enum(['Bearer', 'DPoP']),
    expires_in: z.int(),
    scope: z.string(),
    refresh_token: z.string().optional(),
  })
  .openapi('TokenAnswer');

/** Cursor paging. */
export const paging = {
  cursor: z.string().max(500).optional().openapi({ description: 'The nextCursor of the page before' }),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
};

/** A page of something. */
export function pageOf<T extends z.ZodType>(name: string, item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).openapi(`${name}Page`);
}

/** An optional instant in a query: RFC 3339, as ms. */
export function instantQuery(description: string) {
  return z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional()
    .openapi({ type: 'string', format: 'date-time', description });
}

/** An id in a path. */
export const idParam = z.object({ id: z.string().min(1).max(80) });
/** A container number in a path. */
export const numberParam = z.object({ number: z.string().min(4).max(20) });

const accountStatus = z.enum(['active', 'disabled']);
const role = z.enum(Object.keys(ROLES) as [keyof typeof ROLES, ...(keyof typeof ROLES)[]]);

export const tenantSchema = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    shard: z.string(),
    createdAt: instantText,
    adminId: z.string().optional(),
  })
  .openapi('Tenant');
export const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role,
    status: accountStatus,
    createdAt: instantText,
    version: z.int(),
  })
  .openapi('User');
export const invitationSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    role,
    organisationId: z.string(),
    status: z.enum(['open', 'accepted', 'withdrawn', 'expired']),
    invitedBy: z.string(),
    createdAt: instantText,
    expiresAt: instantText,
    url: z.string().optional().openapi({ description: 'Shown once, at creation' }),
  })
  .openapi('Invitation');
export const passwordLinkSchema = z.object({ url: z.string(), expiresAt: instantText }).openapi('PasswordLink');
export const sessionSchema = z
  .object({
    id: z.string(),
    userId: z.string(),
    createdAt: instantText,
    lastUsedAt: instantText,
    expiresAt: instantText,
    methods: z.array(z.string()).openapi({ description: 'RFC 8176: pwd, otp' }),
    address: nullable(z.string()),
    userAgent: nullable(z.string()),
  })
  .openapi('Session');
export const signingKeySchema = z
  .object({
    kid: z.string(),
    state: z.enum(['next', 'signing', 'retiring']),
    activeFrom: instantText,
    dropAt: nullable(instantText),
  })
  .openapi('SigningKey');
export const alertSchema = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    kind: z.enum(['login', 'token', 'permission', 'address', 'signature', 'quota']),
    subject: z.string(),
    failures: z.int(),
    firstAt: instantText,
    lastAt: instantText,
    route: z.string(),
    reason: z.string(),
    address: z.string(),
  })
  .openapi('SecurityAlert');
export const clientSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    scopes: nullable(z.array(z.enum(PERMISSION_NAMES))),
    method: z.enum(['client_secret', 'private_key_jwt']),
    status: accountStatus,
    createdAt: instantText,
    version: z.int(),
    secret: z.string().optional().openapi({ description: 'Shown once, at creation' }),
  })
  .openapi('Client');
export const carrierSchema = z
  .object({
    id: z.string(),
    scac: z.string(),
    name: z.string(),
    contactEmail: nullable(z.string()),
    contactPhone: nullable(z.string()),
  })
  .openapi('Carrier');
export const meSchema = z
  .object({
    subject: z.string(),
    name: z.string(),
    email: nullable(z.string()),
    roles: z.array(role),
    permissions: z.array(z.enum(PERMISSION_NAMES)),
    tenant: z.object({ id: z.string(), name: z.string() }),
    sessionId: nullable(z.string()),
    secondFactor: nullable(z.object({ recoveryCodesLeft: z.int() })),
  })
  .openapi('Me');
export const carrierCustomerSchema = z
  .object({ tenantId: z.string(), name: z.string(), since: instantText })
  .openapi('CarrierCustomer');

export const connectionSchema = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    carrierId: z.string(),
    name: z.string(),
    format: z.enum(['dcsa', 'positions']),
    scheme: z.enum(['standard-webhooks', 'dcsa']),
    status: z.enum(['active', 'disabled']),
    createdAt: instantText,
    secretRotatedAt: nullable(instantText),
    secret: z.string().optional().openapi({ description: 'Shown once, when made' }),
  })
  .openapi('Connection');

const rejectedItem = z.object({ index: z.int(), pointer: z.string(), code: z.string(), detail: z.string() });
const outcome = z.enum(['applied', 'duplicate', 'queued', 'rejected', 'parked', 'discarded']);

export const ingestAnswerSchema = z
  .object({ receiptId: z.string(), accepted: z.int(), duplicates: z.int(), rejected: z.array(rejectedItem) })
  .openapi('IngestAnswer');
export const receiptSchema = z
  .object({
    id: z.string(),
    receivedAt: instantMs,
    settled: z.boolean(),
    counts: z.record(outcome, z.int()),
    items: z.array(z.object({ index: z.int(), outcome })),
    rejected: z.array(rejectedItem),
  })
  .openapi('Receipt');
export const quarantinedSchema = rejectedItem
  .extend({ id: z.int(), receiptId: z.string(), raw: z.string(), at: instantMs })
  .openapi('QuarantinedItem');
export const deadLetterSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    receiptId: z.string(),
    events: z.int(),
    sends: z.int(),
    error: nullable(z.string()),
    parkedAt: instantMs,
    body: z.string(),
  })
  .openapi('DeadLetter');

const status = z.enum(['registered', ...MILESTONES]);
const sensors = z.object({
  temperatureC: z.number().optional(),
  humidityPct: z.number().optional(),
  shockG: z.number().optional(),
  doorOpen: z.boolean().optional(),
});

export const positionSchema = z
  .object({
    at: instantMs,
    lat: z.number(),
    lon: z.number(),
    speedKnots: nullable(z.number()),
    courseDeg: nullable(z.number()),
    sensors: nullable(sensors),
  })
  .openapi('Position');
const opinion = z.object({ expert: z.enum(EXPERTS), hours: z.number(), weight: z.number() });
export const etaSchema = z
  .object({
    target: z.enum(TARGETS),
    location: z.string(),
    p10: instantMs,
    p50: instantMs,
    p90: instantMs,
    asOf: instantMs,
    computedAt: instantMs,
    publishedAt: instantMs,
    revisions: z.int().openapi({ description: 'How often the median has changed on this journey' }),
    explanation: z.object({
      leg: nullable(
        z.object({
          from: z.string(),
          to: z.string(),
          distanceNm: z.number(),
          distanceToGoNm: z.number(),
          progress: z.number(),
          paceKnots: z.number(),
        }),
      ),
      experts: z.array(opinion),
      parts: z.array(z.object({ kind: z.enum(['sea', 'dwell']), from: z.string(), to: z.string(), hours: z.number() })),
      waiting: z.enum(['no', 'usual', 'held']),
      overdue: z.boolean(),
      staleHours: z.number(),
      avoiding: nullable(z.string()),
      changed: z.string(),
      journeysKnown: z.int(),
      modelVersion: nullable(z.string()),
    }),
  })
  .openapi('Eta');
export const saidEtaSchema = z
  .object({
    target: z.enum(TARGETS),
    source: z.enum(SOURCES),
    location: z.string(),
    at: instantMs,
    p10: nullable(instantMs),
    p50: instantMs,
    p90: nullable(instantMs),
  })
  .openapi('SaidEta');
const hoursOrNull = nullable(z.number());
const accuracyRow = z
  .object({
    group: z.string(),
    target: z.enum(TARGETS),
    source: z.enum(SOURCES),
    n: z.int(),
    journeys: z.int(),
    maeHours: z.number(),
    medianHours: z.number(),
    biasHours: z.number(),
    pinballHours: z.number(),
    coverage80: hoursOrNull,
    widthHours: hoursOrNull,
  })
  .openapi('EtaAccuracy');
export const accuracyPageSchema = z
  .object({
    items: z.array(accuracyRow),
    nextCursor: z.string().nullable(),
    from: instantMs,
    to: instantMs,
    journeys: z.int(),
    counted: z.int(),
  })
  .openapi('EtaAccuracyPage');
export const reliabilitySchema = z
  .object({
    carrierId: z.string(),
    from: instantMs,
    to: instantMs,
    journeys: z.int(),
    judged: z.int(),
    onTimeShare: hoursOrNull,
    meanLatenessHours: hoursOrNull,
    lateByHours: hoursOrNull,
    etaRevisions: hoursOrNull,
    milestoneCompleteness: hoursOrNull,
    ourRevisions: hoursOrNull,
  })
  .openapi('CarrierReliability');
export const modelVersionSchema = z
  .object({
    version: z.string(),
    trainedAt: instantMs,
    state: z.enum(['active', 'ready', 'rejected']),
    lanes: z.int(),
    journeys: z.int(),
    maeHours: hoursOrNull,
    previousMaeHours: hoursOrNull,
    pinned: z.boolean(),
  })
  .openapi('EtaModelVersion');
const milestone = z.object({
  code: z.enum(MILESTONES),
  location: nullable(z.record(z.string(), z.unknown())),
  classifier: z.enum(['ACT', 'EST', 'PLN']),
  at: instantMs,
  estimatedAt: nullable(instantMs),
  plannedAt: nullable(instantMs),
  voyage: nullable(z.string()),
  vesselName: nullable(z.string()),
  vesselImo: nullable(z.string()),
  mode: nullable(z.string()),
});
export const containerSchema = z
  .object({
    number: z.string(),
    epoch: z.string(),
    seq: z.int(),
    registration: nullable(z.record(z.string(), z.unknown())),
    status,
    statusAt: nullable(instantMs),
    position: nullable(positionSchema),
    milestones: z.array(milestone),
    vesselName: nullable(z.string()),
    vesselImo: nullable(z.string()),
    voyage: nullable(z.string()),
    eta: nullable(etaSchema),
    onward: z.array(etaSchema),
    carrierEtaAt: nullable(instantMs),
    arrivedAt: nullable(instantMs),
    alerts: z.array(
      z.object({
        kind: z.enum(['late', 'held', 'temperature', 'door', 'shock']),
        raisedAt: instantMs,
        clearedAt: nullable(instantMs),
        detail: z.string(),
      }),
    ),
    warnings: z.array(z.string()),
    asOf: nullable(instantMs),
    receivedAt: nullable(instantMs),
    eventCount: z.int(),
    pointCount: z.int(),
    readAt: instantMs,
    ageSeconds: nullable(z.int()),
    freshness: z.enum(['fresh', 'stale', 'none']),
  })
  .openapi('Container');
const text = nullable(z.string());
const number = nullable(z.number());
export const fleetSummarySchema = z
  .object({
    number: z.string(),
    epoch: z.string(),
    version: z.int(),
    status,
    carrierId: text,
    origin: text,
    destination: text,
    reference: text,
    bookingId: text,
    deviceId: text,
    vesselName: text,
    lat: number,
    lon: number,
    courseDeg: number,
    speedKnots: number,
    asOf: number,
    etaTarget: nullable(z.enum(TARGETS)),
    etaP10: number,
    etaP50: number,
    etaP90: number,
    openAlerts: z.int(),
  })
  .openapi('FleetSummary');
export const journeyEventSchema = z
  .looseObject({ kind: z.literal('journey'), container: z.string(), code: z.string() })
  .openapi('JourneyEvent');
export const routeSchema = z
  .object({
    type: z.literal('Feature'),
    geometry: z.object({ type: z.literal('MultiLineString'), coordinates: z.array(z.array(z.array(z.number()))) }),
    properties: z.object({ distanceNm: z.number(), passages: z.array(z.string()) }),
  })
  .openapi('RouteFeature');

export const allocationSchema = z
  .object({
    id: z.string(),
    carrierId: z.string(),
    origin: z.string(),
    destination: z.string(),
    period: z.string(),
    unit: z.enum(['container', 'teu']),
    capacity: z.int(),
    booked: z.int(),
    remaining: z.int(),
    departureAt: instantText,
    arrivalAt: instantText,
    closesAt: nullable(instantText),
    confirmation: z.enum(['instant', 'carrier']),
    version: z.int(),
  })
  .openapi('Allocation');
const auditEntry = z.object({
  at: instantText,
  subject: z.string(),
  action: z.string(),
  detail: z.string(),
  correlationId: z.string(),
});
export const bookingSchema = z
  .object({
    id: z.string(),
    allocationId: z.string(),
    carrierId: z.string(),
    origin: z.string(),
    destination: z.string(),
    quantity: z.int(),
    reference: text,
    containers: z.array(z.string()),
    state: z.enum(BOOKING_STATES),
    shipmentId: text,
    createdBy: z.string(),
    createdAt: instantText,
    updatedAt: instantText,
    version: z.int(),
    audit: z.array(auditEntry).optional(),
  })
  .openapi('Booking');
export const carrierBookingSchema = bookingSchema
  .omit({ createdBy: true, audit: true })
  .extend({ tenant: z.object({ id: z.string(), name: z.string() }) })
  .openapi('CarrierBooking');
export const shipmentSchema = z
  .object({
    id: z.string(),
    bookingId: z.string(),
    carrierId: z.string(),
    origin: z.string(),
    destination: z.string(),
    containers: z.array(z.string()),
    departureAt: instantText,
    arrivalAt: instantText,
    state: z.enum(BOOKING_STATES),
    createdAt: instantText,
  })
  .openapi('Shipment');
const part = <T extends z.ZodType>(schema: T) => z.object({ value: nullable(schema), reason: text });
export const overviewSchema = z
  .object({ shipment: part(shipmentSchema), tracking: part(z.array(fleetSummarySchema)), carrier: part(carrierSchema) })
  .openapi('ShipmentOverview');

export const endpointSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()),
    description: z.string(),
    status: z.enum(['active', 'disabled']),
    createdAt: instantText,
    secret: z.string().optional().openapi({ description: 'Shown once, at creation' }),
  })
  .openapi('WebhookEndpoint');
export const deliverySchema = z
  .object({
    id: z.string(),
    endpointId: z.string(),
    eventId: z.string(),
    type: z.string(),
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    lastStatus: nullable(z.int()),
    lastError: text,
    createdAt: instantText,
    nextAttemptAt: nullable(instantText),
    deliveredAt: nullable(instantText),
  })
  .openapi('WebhookDelivery');
