/** Outbound webhooks: endpoints and their delivery log. */
import { notifications } from '../../../contracts/notifications/index.ts';
import { route, tagged } from '../http/route.ts';

/** The routes of notifications. */
export const notificationRoutes = tagged('Webhooks', [
  route('post', '/v1/webhook-endpoints', notifications.createEndpoint, 201),
  route('get', '/v1/webhook-endpoints', notifications.listEndpoints),
  route('get', '/v1/webhook-endpoints/{id}', notifications.getEndpoint),
  route('patch', '/v1/webhook-endpoints/{id}', notifications.updateEndpoint),
  route('delete', '/v1/webhook-endpoints/{id}', notifications.deleteEndpoint),
  route('post', '/v1/webhook-endpoints/{id}/rotate-secret', notifications.rotateEndpointSecret),
  route('get', '/v1/webhook-endpoints/{id}/deliveries', notifications.listDeliveries),
  route('post', '/v1/webhook-endpoints/{id}/replay', notifications.replayEvents),
  route('post', '/v1/webhook-endpoints/{id}/test', notifications.testEndpoint),
  route('post', '/v1/webhook-deliveries/{id}/replay', notifications.replayDelivery),
]);
