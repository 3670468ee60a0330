import { type Stub, stubOf } from '../kit/stub.ts';
import type { TenantPolicy } from './tenant-policy.ts';

/** The policy of one organisation: sessions, revocations, quotas, alerts. */
export function tenantPolicy(env: { TENANT_POLICY: DurableObjectNamespace }, tenantId: string): Stub<TenantPolicy> {
  return stubOf(env.TENANT_POLICY, tenantId);
}
