import { and, asc, eq } from 'drizzle-orm';
import { Scope } from '../../contracts/kit/serve.ts';
import type { AuditEntry } from '../../contracts/procurement/audit.ts';
import { auditLog } from '../../platform/d1/schema/tenant.ts';
import { toInstant } from '../../platform/instants.ts';
import type { Shard } from './shard.ts';

/** Entries of an object's trail that are shown, the first; a booking's life has under a dozen. */
const TRAIL_MAX = 100;

/** The statement that records who did what, for the batch that does it. */
export function audit(
  shard: Shard,
  scope: Scope,
  objectId: string,
  action: string,
  detail: string,
  now: number,
): D1PreparedStatement {
  return shard.session
    .prepare(
      'INSERT INTO audit_log (tenant_id, object_id, at, subject, action, detail, correlation_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .bind(scope.tenantId, objectId, now, scope.subject, action, detail, scope.correlationId);
}

/** An object's audit trail, oldest first. */
export async function trailOf(shard: Shard, scope: Scope, objectId: string): Promise<AuditEntry[]> {
  const rows = await shard.db
    .select()
    .from(auditLog)
    .where(and(eq(auditLog.tenantId, scope.tenantId), eq(auditLog.objectId, objectId)))
    .orderBy(asc(auditLog.id))
    .limit(TRAIL_MAX);
  return rows.map(({ at, subject, action, detail, correlationId }) => ({
    at: toInstant(at),
    subject,
    action,
    detail,
    correlationId,
  }));
}
