import { type Stub, stubOf } from '../kit/stub.ts';
import type { AuditTrail } from './audit-trail.ts';

/** The audit trail of an organisation: a tenant, a carrier, or the platform (PLATFORM_TENANT). */
export function auditTrail(env: { AUDIT_TRAIL: DurableObjectNamespace }, organisationId: string): Stub<AuditTrail> {
  return stubOf(env.AUDIT_TRAIL, organisationId);
}
