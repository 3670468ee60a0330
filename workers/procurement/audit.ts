import { and, asc, eq } from 'drizzle-orm';
import { Scope } from '../../contracts/kit/serve.ts';
import type { AuditEntry } from '../../contracts/procurement/audit.ts';
import { notesOf } from '../../platform/audit.ts';
import { auditLog } from '../../platform/d1/schema/tenant.ts';
import { toInstant } from '../../platform/instants.ts';
import type { Shard } from './shard.ts';

/** Entries of an object's trail that are shown, the first; a booking's life has under a dozen. */
const TRAIL_MAX = 100;

/** What was done to an object of procurement. */
export interface Deed {
  object: { type: 'allocation' | 'booking'; id: string };
  action: string;
  /** A line for people. */
  detail: string;
  before?: object;
  after?: object;
  /** When, by the clock of the world. */
  now: number;
}

/**
 * The statement that records who did what, for the batch that does it: an entry of each object, which has the record for
 * the tenant's audit trail with it until the relay has handed it over.
 */
export function audit(shard: Shard, scope: Scope, ...deeds: Deed[]): D1PreparedStatement {
  const rows = deeds.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
  return shard.session
    .prepare(
      `INSERT INTO audit_log (tenant_id, object_id, at, subject, action, detail, correlation_id, record) VALUES ${rows}`,
    )
    .bind(...deeds.flatMap((deed) => entryOf(scope, deed)));
}

function entryOf(scope: Scope, { object, action, detail, before, after, now }: Deed): (string | number)[] {
  const { tenantId, subject, correlationId } = scope;
  const state = after ?? (detail ? { detail } : null);
  const done = { organisationId: tenantId, action, object, before: before ?? null, after: state };
  // One trail: procurement is no operator's.
  const [note] = notesOf(scope, done, Date.now());
  return [tenantId, object.id, now, subject, action, detail, correlationId, JSON.stringify(note!.record)];
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
