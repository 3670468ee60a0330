/** Outbound webhooks: a tenant's endpoints. */
import { z } from 'zod';
import { WEBHOOK_FILTER_MAX } from '../kit/limits.ts';
import { operation } from '../kit/operation.ts';
import { pageOf } from '../kit/paging.ts';
import { described, flag, idInput, idOf, instant, oneOf, orNull, text, unLocode, whole } from '../kit/primitives.ts';
import { resealing } from '../kit/sealing.ts';
import { secretRotation } from '../kit/secret-rotation.ts';
import { SUBSCRIBED_EVENT_TYPES } from './events.ts';

const lane = z
  .strictObject({
    origin: orNull(unLocode('Port of loading (UN/LOCODE); null for any', 'CNSHA')),
    destination: orNull(unLocode('Port of discharge (UN/LOCODE); null for any')),
  })
  .meta({ id: 'WebhookLane', description: 'A lane that an endpoint wants events of' });

/** What an endpoint is and wants, as its owner sets it. */
const settings = {
  url: described(z.url().max(500), 'Where to post: https, a public name', 'https://example.com/hooks/fairlead'),
  types: described(
    z.array(z.enum(SUBSCRIBED_EVENT_TYPES)).max(SUBSCRIBED_EVENT_TYPES.length),
    'Events wanted; all when empty',
    ['container.milestone'],
  ),
  carrierIds: described(
    z.array(idInput('car', 'Id of a carrier')).max(WEBHOOK_FILTER_MAX),
    'Only what concerns these carriers; all when empty. What the carrier is not known of is not sent then',
    [],
  ),
  lanes: described(
    z.array(lane).max(WEBHOOK_FILTER_MAX),
    'Only what concerns these lanes; all when empty. What the lane is not known of is not sent then',
    [],
  ),
  description: described(z.string().max(200), 'What it is for', 'Warehouse system'),
};

const health = z
  .strictObject({
    state: oneOf(
      ['ok', 'failing', 'down'],
      'How it answers: `down` after five failures in a row, then tried at growing intervals',
    ),
    pending: whole('Deliveries that wait', 0),
    oldestPendingAt: orNull(instant('When the oldest event that waits came up')),
    nextAttemptAt: orNull(instant('Nothing is sent before: the endpoint asked for it, or is down')),
    lastDeliveredAt: orNull(instant('When it took a delivery last')),
    lastStatus: orNull(whole('HTTP status of its last answer', 204)),
    lastError: orNull(text('What went wrong with the last attempt', 'answered 500')),
    refused: whole('Events that were not kept for it, because too many were waiting', 0),
  })
  .meta({ id: 'WebhookHealth', description: 'How deliveries to an endpoint stand' });
/** How deliveries to an endpoint stand. */
export type EndpointHealth = z.infer<typeof health>;

const PAUSED_BECAUSE = ['asked', 'gone'] as const;

export const endpoint = z
  .strictObject({
    id: idOf('whe', 'Id of the endpoint'),
    ...settings,
    url: text('Where deliveries are posted', 'https://example.com/hooks/fairlead'),
    status: oneOf(['active', 'paused'], 'Whether deliveries are sent; while paused they are kept'),
    pausedBecause: orNull(oneOf(PAUSED_BECAUSE, 'Somebody asked for it, or the endpoint answered 410 Gone')),
    createdAt: instant('When it was added'),
    health,
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
    url: settings.url,
    types: settings.types.default([]),
    carrierIds: settings.carrierIds.default([]),
    lanes: settings.lanes.default([]),
    description: settings.description.default(''),
  })
  .meta({ id: 'NewWebhookEndpoint', description: 'An endpoint to add' });

const endpointId = { id: idInput('whe', 'Id of the endpoint') };

/** The operations. */
export const endpointOperations = {
  createEndpoint: operation({
    permission: 'webhooks:manage',
    feature: 'outbound_webhooks',
    summary: 'Add an endpoint; its signing secret is shown once',
    description:
      'Deliveries follow Standard Webhooks 1.0.0: at least once, unordered, signed, retried for about three days. Each endpoint is delivered to by itself, as fast as it answers.',
    idempotent: true,
    input: newEndpoint,
    output: endpointWithSecret,
    failures: ['conflict.exists'],
  }),
  getEndpoint: operation({
    permission: 'webhooks:manage',
    summary: 'One endpoint with how its deliveries stand',
    input: z.strictObject(endpointId),
    output: endpoint,
    failures: ['not_found'],
  }),
  updateEndpoint: operation({
    permission: 'webhooks:manage',
    feature: 'outbound_webhooks',
    summary: 'Change, pause or resume an endpoint',
    description:
      'What is not named stays. Filters hold for events from now on. `paused: true` keeps deliveries until `paused: false`, ' +
      'which sends at once what has waited; an endpoint that answered 410 Gone is resumed the same way.',
    input: z
      .strictObject({
        ...endpointId,
        url: settings.url.optional(),
        types: settings.types.optional(),
        carrierIds: settings.carrierIds.optional(),
        lanes: settings.lanes.optional(),
        description: settings.description.optional(),
        paused: flag('Whether deliveries wait', false).optional(),
      })
      .meta({ id: 'WebhookEndpointChange', description: 'What to change of an endpoint' }),
    output: endpoint,
    failures: ['not_found'],
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
    summary: 'Remove an endpoint with its delivery log and what waits for it',
    input: z.strictObject(endpointId),
    output: z
      .strictObject({ id: idOf('whe', 'Id of the endpoint') })
      .meta({ id: 'RemovedEndpoint', description: 'An endpoint that was removed' }),
    failures: ['not_found'],
  }),
};
