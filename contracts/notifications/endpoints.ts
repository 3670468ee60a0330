/** Outbound webhooks: a tenant's endpoints and their deliveries. */
import { z } from 'zod';
import { operation } from '../kit/operation.ts';
import { pagedById, pageOf } from '../kit/paging.ts';
import { described, idInput, idOf, instant, oneOf, orNull, text, whole } from '../kit/primitives.ts';
import { resealing } from '../kit/sealing.ts';
import { secretRotation } from '../kit/secret-rotation.ts';
import { WEBHOOK_EVENT_TYPES } from './events.ts';

export const endpoint = z
  .strictObject({
    id: idOf('whe', 'Id of the endpoint'),
    url: text('Where deliveries are posted', 'https://example.com/hooks/fairlead'),
    types: z
      .array(z.string())
      .meta({ description: 'Events it wants; all when empty', examples: [['container.milestone']] }),
    description: text('What it is for', 'Warehouse system'),
    status: oneOf(['active', 'disabled'], 'Whether events are delivered'),
    createdAt: instant('When it was added'),
  })
  .meta({ id: 'WebhookEndpoint', description: 'An endpoint, without its secret' });
/** An endpoint as the API shows it. */
export type Endpoint = z.infer<typeof endpoint>;

const endpointWithSecret = endpoint
  .extend({ secret: text('The signing secret, shown once', 'whsec_…') })
  .meta({ id: 'WebhookEndpointWithSecret', description: 'An endpoint with its new signing secret' });
/** An endpoint with the secret that was just made. */
export type EndpointWithSecret = z.infer<typeof endpointWithSecret>;

const newEndpoint = z
  .strictObject({
    url: described(z.url().max(500), 'Where to post: https, a public name', 'https://example.com/hooks/fairlead'),
    types: described(
      z.array(z.enum(WEBHOOK_EVENT_TYPES)).max(WEBHOOK_EVENT_TYPES.length).default([]),
      'Events wanted; all when empty',
      ['container.milestone'],
    ),
    description: described(z.string().max(200).default(''), 'What it is for', 'Warehouse system'),
  })
  .meta({ id: 'NewWebhookEndpoint', description: 'An endpoint to add' });

export const delivery = z
  .strictObject({
    id: idOf('dlv', 'Id of the delivery'),
    endpointId: idOf('whe', 'The endpoint'),
    eventId: text('Id of the event, which is the webhook-id header', 'evt_9f86d081884c7d65'),
    type: text('Type of the event', 'container.milestone'),
    status: oneOf(['pending', 'delivered', 'failed'], 'How it stands', 'delivered'),
    attempts: whole('Attempts made', 1),
    lastStatus: orNull(whole('HTTP status of the last answer', 204)),
    lastError: orNull(text('What went wrong last', 'answered 500')),
    createdAt: instant('When the event came up'),
    nextAttemptAt: orNull(instant('When it is tried next')),
    deliveredAt: orNull(instant('When it was taken')),
  })
  .meta({ id: 'WebhookDelivery', description: 'One delivery with its last attempt' });
/** One delivery with its last attempt. */
export type DeliveryRecord = z.infer<typeof delivery>;

const endpointId = { id: idInput('whe', 'Id of the endpoint') };

/** The operations. */
export const endpointOperations = {
  createEndpoint: operation({
    permission: 'webhooks:manage',
    feature: 'outbound_webhooks',
    summary: 'Add an endpoint; its signing secret is shown once',
    description:
      'Deliveries follow Standard Webhooks 1.0.0: at least once, unordered, signed, retried for about three days.',
    idempotent: true,
    input: newEndpoint,
    output: endpointWithSecret,
    failures: ['conflict.exists'],
  }),
  rotateEndpointSecret: operation({
    permission: 'webhooks:manage',
    feature: 'outbound_webhooks',
    summary: 'Make a new signing secret',
    description:
      'For a day deliveries carry a signature by each. With `immediately` the secret before signs nothing any more.',
    idempotent: true,
    input: secretRotation.extend(endpointId),
    output: endpointWithSecret,
    failures: ['not_found'],
  }),
  resealNotifications: operation({
    permission: 'keys:manage',
    summary: 'Seal the secrets of tenants’ endpoints anew with the current key',
    description: 'After a rotation of the sealing keys; what still needs an earlier key is named.',
    input: z
      .strictObject({
        tenantIds: described(
          z.array(z.string().regex(/^ten_[0-9a-z]{26}$/, 'must be the id of a tenant')).max(100),
          'The tenants whose endpoints to look at',
          ['ten_01kb2h5m8q3v6x9y2z4a7c0d5e'],
        ),
      })
      .meta({ id: 'ResealingTenants', description: 'Whose secrets to seal anew' }),
    output: resealing,
  }),
  listEndpoints: operation({
    permission: 'webhooks:manage',
    summary: 'List endpoints',
    description: 'A tenant has few enough for one page.',
    input: z.strictObject({}),
    output: pageOf('WebhookEndpoint', endpoint),
  }),
  deleteEndpoint: operation({
    permission: 'webhooks:manage',
    summary: 'Remove an endpoint with its delivery log',
    input: z.strictObject(endpointId),
    output: z
      .strictObject({ id: idOf('whe', 'Id of the endpoint') })
      .meta({ id: 'RemovedEndpoint', description: 'An endpoint that was removed' }),
    failures: ['not_found'],
  }),
  listDeliveries: operation({
    permission: 'webhooks:manage',
    summary: 'The delivery log of an endpoint, newest first',
    input: z.strictObject({ ...pagedById('dlv'), ...endpointId }),
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
};
