/** What crosses the notifications service's boundary. */
import { z } from 'zod';
import type { Actor } from './actor.ts';
import type { KeyedRecord, Recorded } from './keyed.ts';
import type { Keyed, Page, Result } from './result.ts';

/** The types of events that endpoints can subscribe to. */
export const WEBHOOK_EVENT_TYPES = [
  'container.milestone',
  'container.alert',
  'container.eta',
  'booking.confirmed',
  'booking.shipped',
  'booking.completed',
  'booking.cancelled',
] as const;

/** A new webhook endpoint; no types means all. */
export const newEndpointSchema = z.strictObject({
  url: z.url().max(500),
  types: z.array(z.enum(WEBHOOK_EVENT_TYPES)).max(WEBHOOK_EVENT_TYPES.length).default([]),
  description: z.string().max(200).default(''),
});

/** One message of the `notifications` queue. */
export const notificationSchema = z.strictObject({
  v: z.literal(1),
  id: z.string().max(80),
  tenantId: z.string().max(60),
  type: z.enum(WEBHOOK_EVENT_TYPES),
  at: z.number(),
  data: z.record(z.string(), z.unknown()),
});

/** An event on its way to a tenant's endpoints. */
export type Notification = z.infer<typeof notificationSchema>;

/** An endpoint as the API shows it. */
export interface Endpoint {
  id: string;
  url: string;
  types: string[];
  description: string;
  status: 'active' | 'disabled';
  createdAt: string;
}

/** One delivery with its last attempt. */
export interface DeliveryRecord {
  id: string;
  endpointId: string;
  eventId: string;
  type: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: string;
  nextAttemptAt: string | null;
  deliveredAt: string | null;
}

/** The notifications service's methods. */
export interface NotificationsApi {
  createEndpoint(
    actor: Actor,
    input: z.infer<typeof newEndpointSchema>,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Endpoint & { secret: string }>>>;
  /** Makes a new signing secret; for a day deliveries carry a signature by each. */
  rotateEndpointSecret(
    actor: Actor,
    id: string,
    idempotencyKey: string,
  ): Promise<Result<Keyed<Endpoint & { secret: string }>>>;
  listEndpoints(actor: Actor): Promise<Result<Page<Endpoint>>>;
  deleteEndpoint(actor: Actor, id: string): Promise<Result<{ id: string }>>;
  listDeliveries(
    actor: Actor,
    endpointId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Result<Page<DeliveryRecord>>>;
  replayDelivery(actor: Actor, id: string): Promise<Result<DeliveryRecord>>;
}

/** An endpoint with its sealed secret. */
export interface StoredEndpoint {
  endpoint: Endpoint;
  sealedSecret: string;
}

/** The methods of a tenant's delivery log. */
export interface DeliveryLogApi {
  /** Stores an endpoint under a key; null when the tenant has as many as allowed. */
  createEndpoint(record: KeyedRecord<StoredEndpoint>): Promise<Recorded<StoredEndpoint> | null>;
  /** Replaces an endpoint's secret; the one before signs too until `overlapUntil`. Null when there is no such endpoint. */
  rotateSecret(record: KeyedRecord<StoredEndpoint>, overlapUntil: number): Promise<Recorded<StoredEndpoint> | null>;
  endpoints(): Promise<Endpoint[]>;
  deleteEndpoint(id: string): Promise<boolean>;
  enqueue(notifications: Notification[]): Promise<void>;
  deliveries(
    endpointId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Page<DeliveryRecord> | null>;
  replay(id: string): Promise<DeliveryRecord | null>;
}
