export { AuditTrail } from '../../durable-objects/audit-trail/audit-trail.ts';
export { ObserverService as default } from './service.ts';
