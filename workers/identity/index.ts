export { KeyRing } from '../../durable-objects/key-ring/key-ring.ts';
export { LoginThrottle } from '../../durable-objects/login-throttle/login-throttle.ts';
export { TenantPolicy } from '../../durable-objects/tenant-policy/tenant-policy.ts';
export { IdentityService as default } from './service.ts';
