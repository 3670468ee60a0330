export { DeliveryLog } from '../../durable-objects/delivery-log/delivery-log.ts';
export { WebhookEndpoints } from '../../durable-objects/webhook-endpoints/webhook-endpoints.ts';
export { NotificationsService as default } from './service.ts';
