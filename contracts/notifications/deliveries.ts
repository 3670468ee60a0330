/** Deliveries of webhooks: what an endpoint was sent, and what became of it. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idInput, idOf, instant, instantInput, oneOf, orNull, text, whole } from '../kit/primitives.ts';
import { SUBSCRIBED_EVENT_TYPES } from './events.ts';

const STATUSES = ['pending', 'delivered', 'failed'] as const;

export const delivery = z
  .strictObject({
    id: idOf('dlv', 'Id of the delivery'),
    endpointId: idOf('whe', 'The endpoint'),
    eventId: text('Id of the event, which is the webhook-id header', 'evt_9f86d081884c7d65'),
    type: text('Type of the event', 'container.milestone'),
    status: oneOf(STATUSES, 'How it stands', 'delivered'),
    attempts: whole('Attempts made', 1),
    lastStatus: orNull(whole('HTTP status of the last answer', 204)),
    lastError: orNull(text('What went wrong last', 'answered 500')),
    createdAt: instant('When it was put in line'),
    nextAttemptAt: orNull(instant('When it is tried next; a paused or failing endpoint may be later')),
    deliveredAt: orNull(instant('When it was taken')),
  })
  .meta({ id: 'WebhookDelivery', description: 'One delivery with its last attempt' });
/** One delivery with its last attempt. */
export type DeliveryRecord = z.infer<typeof delivery>;

const endpointId = { id: idInput('whe', 'Id of the endpoint') };

const replayRange = z
  .strictObject({
    ...endpointId,
    from: described(
      z.union([z.iso.datetime({ offset: true }), z.string().regex(/^evt_\w{1,76}$/)], {
        error: 'must be an instant with its zone, or the id of an event',
      }),
      'Events since an instant (RFC 3339 with its zone), or from an event on, by its id',
      '2026-11-26T09:30:00+01:00',
    ),
    until: instantInput('Events before this instant; all until now without it').optional(),
    only: described(
      z.enum(['all', 'failed']).default('all'),
      'All of them, or those alone that the endpoint has not taken',
      'failed',
    ),
    types: described(
      z.array(z.enum(SUBSCRIBED_EVENT_TYPES)).max(SUBSCRIBED_EVENT_TYPES.length).default([]),
      'Of these types; of all when empty',
      ['container.milestone'],
    ),
  })
  .meta({ id: 'WebhookReplay', description: 'Which events to deliver once more' });
/** Which deliveries to replay, as the endpoint's log is asked. */
export type ReplayRange = Omit<z.infer<typeof replayRange>, 'id'>;

/** The operations. */
export const deliveryOperations = {
  listDeliveries: operation({
    permission: 'webhooks:manage',
    summary: 'The delivery log of an endpoint, newest first',
    description: 'Settled deliveries are kept for 30 days, pending ones until they are settled.',
    input: z.strictObject({
      ...pagedById('dlv'),
      ...endpointId,
      status: described(z.enum(STATUSES).optional(), 'Of this status alone', 'failed'),
      type: described(z.enum(SUBSCRIBED_EVENT_TYPES).optional(), 'Of this type of event alone', 'container.milestone'),
    }),
    output: pageOf('WebhookDelivery', delivery),
    failures: ['not_found'],
  }),
  replayDelivery: operation({
    permission: 'webhooks:manage',
    summary: 'Deliver an event once more',
    input: z.strictObject({ id: idInput('dlv', 'Id of the delivery') }),
    output: delivery,
    failures: ['not_found'],
  }),
  replayEvents: operation({
    permission: 'webhooks:manage',
    summary: 'Deliver all events once more from an instant or an event on',
    description:
      'Deliveries of the log become pending again, with the ids they had, so a receiver that de-duplicates by `webhook-id` takes each once. ' +
      'What is pending already is left as it is.',
    input: replayRange,
    output: z
      .strictObject({ replayed: whole('Deliveries that are pending again', 120) })
      .meta({ id: 'WebhookReplayed', description: 'What is delivered once more' }),
    failures: ['not_found'],
  }),
  testEndpoint: operation({
    permission: 'webhooks:manage',
    feature: 'outbound_webhooks',
    summary: 'Send a test to an endpoint and answer what became of it',
    description:
      'One attempt, at once, of an `endpoint.test` event that is signed as every other; also while the endpoint is paused.',
    input: z.strictObject(endpointId),
    output: delivery,
    failures: ['not_found'],
  }),
};
