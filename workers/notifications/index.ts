export { DeliveryLog } from '../../durable-objects/delivery-log/delivery-log.ts';
export { NotificationsService as default } from './service.ts';
