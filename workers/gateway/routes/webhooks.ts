import { z } from '@hono/zod-openapi';
import { newEndpointSchema } from '../../../contracts/notifications.ts';
import { answer, keyedAnswer } from '../context.ts';
import { operation } from '../operation.ts';
import { deliverySchema, endpointSchema, idParam, pageOf, paging } from '../schemas.ts';

/** Outbound webhooks: endpoints and their delivery log. */
export const webhookRoutes = [
  operation({
    method: 'post',
    path: '/v1/webhook-endpoints',
    tag: 'Webhooks',
    summary: 'Add an endpoint; its signing secret is shown once',
    description:
      'Deliveries follow Standard Webhooks 1.0.0: at least once, unordered, signed, retried for about three days.',
    access: 'webhooks:manage',
    feature: 'outbound_webhooks',
    keyed: true,
    body: newEndpointSchema,
    status: 201,
    answer: endpointSchema,
    also: { 409: 'As many endpoints as allowed, or the first request of this key is still running' },
    handle: async ({ c, actor, body, key }) =>
      keyedAnswer(c, await c.env.NOTIFICATIONS.createEndpoint(actor, body, key)),
  }),
  operation({
    method: 'post',
    path: '/v1/webhook-endpoints/{id}/rotate-secret',
    tag: 'Webhooks',
    summary: 'Make a new signing secret; for a day deliveries carry a signature by each',
    access: 'webhooks:manage',
    feature: 'outbound_webhooks',
    keyed: true,
    params: idParam,
    answer: endpointSchema,
    handle: async ({ c, actor, params, key }) =>
      keyedAnswer(c, await c.env.NOTIFICATIONS.rotateEndpointSecret(actor, params.id, key), 200),
  }),
  operation({
    method: 'get',
    path: '/v1/webhook-endpoints',
    tag: 'Webhooks',
    summary: 'List endpoints',
    access: 'webhooks:manage',
    answer: pageOf('WebhookEndpoint', endpointSchema),
    handle: async ({ c, actor }) => answer(c, await c.env.NOTIFICATIONS.listEndpoints(actor)),
  }),
  operation({
    method: 'delete',
    path: '/v1/webhook-endpoints/{id}',
    tag: 'Webhooks',
    summary: 'Remove an endpoint with its delivery log',
    access: 'webhooks:manage',
    params: idParam,
    answer: z.object({ id: z.string() }).openapi('RemovedEndpoint'),
    handle: async ({ c, actor, params }) => answer(c, await c.env.NOTIFICATIONS.deleteEndpoint(actor, params.id)),
  }),
  operation({
    method: 'get',
    path: '/v1/webhook-endpoints/{id}/deliveries',
    tag: 'Webhooks',
    summary: 'The delivery log of an endpoint, newest first',
    access: 'webhooks:manage',
    params: idParam,
    query: z.strictObject(paging),
    answer: pageOf('WebhookDelivery', deliverySchema),
    handle: async ({ c, actor, params, query }) =>
      answer(c, await c.env.NOTIFICATIONS.listDeliveries(actor, params.id, query)),
  }),
  operation({
    method: 'post',
    path: '/v1/webhook-deliveries/{id}/replay',
    tag: 'Webhooks',
    summary: 'Deliver an event once more',
    access: 'webhooks:manage',
    params: idParam,
    answer: deliverySchema,
    handle: async ({ c, actor, params }) => answer(c, await c.env.NOTIFICATIONS.replayDelivery(actor, params.id)),
  }),
];
