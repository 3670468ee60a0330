export { TenantPolicy } from '../../durable-objects/tenant-policy/tenant-policy.ts';
export { IdentityService as default } from './service.ts';
