/** The events that tenants' endpoints are told of, and what is posted to them. */
import { z } from 'zod';
import { TARGETS } from '../../domain/eta/eta.ts';
import { MILESTONES } from '../../domain/journey/milestone.ts';
import { containerNumber, described, idOf, instant, oneOf, orNull, text, whole } from '../kit/primitives.ts';
import { CONTAINER_ALERT_KINDS } from '../tracking/alerts.ts';

const ofContainer = {
  number: containerNumber(),
  bookingId: orNull(idOf('bkg', 'The booking it belongs to')),
  reference: orNull(text('Your own reference', 'PO-4711')),
  carrierId: orNull(idOf('car', 'The carrier of the journey, as far as it is known')),
  origin: orNull(text('Port of loading (UN/LOCODE), as far as it is known', 'CNSHA')),
  destination: orNull(text('Port of discharge (UN/LOCODE), as far as it is known', 'NLRTM')),
};

const ofMilestone = {
  ...ofContainer,
  milestone: oneOf(MILESTONES, 'Which', 'departed'),
  location: orNull(text('Where (UN/LOCODE)', 'CNSHA')),
  at: instant('When'),
  vesselName: orNull(text('Name of the vessel', 'MSC GULSUN')),
  voyage: orNull(text('Voyage number', '048W')),
};

const ofBooking = z.strictObject({
  bookingId: idOf('bkg', 'The booking'),
  shipmentId: orNull(idOf('shp', 'The shipment it became')),
  carrierId: idOf('car', 'The carrier'),
  origin: text('Port of loading (UN/LOCODE)', 'CNSHA'),
  destination: text('Port of discharge (UN/LOCODE)', 'NLRTM'),
  quantity: whole('Space booked', 2),
  reference: orNull(text('Your own reference', 'PO-4711')),
  containers: z
    .array(z.string())
    .meta({ description: 'Container numbers, as far as known', examples: [['CSQU3054383']] }),
  promisedArrivalAt: instant('The arrival that was promised', '2026-12-30T00:00:00.000Z'),
});

/** The data of each type of event, with what raises it. */
export const WEBHOOK_EVENTS = {
  'container.milestone': {
    summary: 'A container has reached a milestone',
    data: z.strictObject(ofMilestone),
  },
  'container.milestone_corrected': {
    summary: 'A milestone that was told before happened at another time or place',
    data: z.strictObject({
      ...ofMilestone,
      before: z
        .strictObject({
          location: orNull(text('Where it was said to be (UN/LOCODE)', 'NLRTM')),
          at: instant('When it was said to be'),
        })
        .meta({ description: 'What was told before' }),
    }),
  },
  'container.milestone_withdrawn': {
    summary: 'A milestone that was told before was taken back: it has not happened',
    data: z.strictObject(ofMilestone),
  },
  'container.alert': {
    summary: 'An alert was raised on a container',
    data: z.strictObject({
      ...ofContainer,
      alert: oneOf(CONTAINER_ALERT_KINDS, 'What it is about'),
      detail: text('What was seen', 'Expected 2.4 days after the promised arrival'),
    }),
  },
  'container.eta': {
    summary: 'The ETA of a container’s nearest target has changed',
    data: z.strictObject({
      ...ofContainer,
      target: oneOf(TARGETS, 'What the ETA is about'),
      location: text('The place it is about (UN/LOCODE)', 'NLRTM'),
      p10: orNull(instant('Earliest likely time')),
      p50: instant('Median'),
      p90: orNull(instant('Latest likely time')),
    }),
  },
  'booking.confirmed': { summary: 'A booking was confirmed', data: ofBooking },
  'booking.shipped': { summary: 'A booking’s cargo has sailed', data: ofBooking },
  'booking.completed': { summary: 'A booking is completed', data: ofBooking },
  'booking.cancelled': { summary: 'A booking was cancelled', data: ofBooking },
  'endpoint.test': {
    summary: 'Somebody asked for a test of the endpoint: sent to it alone, whatever it subscribes to',
    data: z.strictObject({ endpointId: idOf('whe', 'The endpoint') }),
  },
} as const;

/** The name of a type of event. */
export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;
/** The types of events that endpoints can subscribe to: a test is sent when it is asked for. */
export const SUBSCRIBED_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS).filter((type) => type !== 'endpoint.test') as [
  WebhookEventType,
  ...WebhookEventType[],
];

/** What is posted to an endpoint (Standard Webhooks 1.0.0: type, timestamp, data). */
export function webhookPayload(type: WebhookEventType) {
  return z
    .strictObject({
      type: oneOf([type], 'Type of the event'),
      timestamp: instant('When the event came up'),
      data: WEBHOOK_EVENTS[type].data.meta({ description: WEBHOOK_EVENTS[type].summary }),
    })
    .meta({ description: `The body of a \`${type}\` webhook` });
}

/** Headers of a delivery (Standard Webhooks 1.0.0). */
export const webhookHeaders = {
  'webhook-id': described(
    z.string(),
    'Id of the event: the same on every attempt, to de-duplicate by',
    'evt_9f86d081884c7d65',
  ),
  'webhook-timestamp': described(z.string(), 'Seconds since the epoch of this attempt', '1795681800'),
  'webhook-signature': described(
    z.string(),
    '`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` by the endpoint’s secret; several, separated by spaces, during a rotation',
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ),
};

/** An event on its way to a tenant's endpoints. */
export interface Notification {
  v: 1;
  /** The same whenever the event is published again: what receivers and delivery logs de-duplicate by. */
  id: string;
  tenantId: string;
  type: WebhookEventType;
  /** When it came up, ms since the epoch. */
  at: number;
  data: Record<string, unknown>;
}
