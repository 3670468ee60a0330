export { OutboxRelay } from '../../durable-objects/outbox-relay/outbox-relay.ts';
export { ProcurementService as default } from './service.ts';
