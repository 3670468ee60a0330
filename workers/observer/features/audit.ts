/** The audit trail of the caller's organisation. */
import { type Answer, type Failure, fault, ok, type Page } from '../../../contracts/kit/result.ts';
import type { AuditHead, AuditTrailEntry } from '../../../contracts/operations/audit.ts';
import type { AuditFilters, TrailEntry } from '../../../durable-objects/audit-trail/storage.ts';
import { auditTrail } from '../../../durable-objects/audit-trail/stub.ts';
import { toInstant } from '../../../platform/instants.ts';
import type { For } from '../request.ts';

/** The trail, newest first. */
export async function listAudit({ env, scope, input }: For<'listAudit'>): Promise<Answer<Page<AuditTrailEntry>>> {
  const query = inMs(input);
  if ('ok' in query) return query;
  const { items, nextCursor } = await auditTrail(env, scope.tenantId).list(query);
  return ok({ items: items.map(toApi), nextCursor });
}

/** The trail in its order, as it was hashed. */
export async function auditRange({ env, scope, input }: For<'auditRange'>): Promise<Answer<Page<TrailEntry>>> {
  const { after, ...filters } = input;
  const query = inMs(filters);
  if ('ok' in query) return query;
  return ok(await auditTrail(env, scope.tenantId).range(after, query));
}

/** Number and hash of the newest entry. */
export async function auditHead({ env, scope }: For<'auditHead'>): Promise<Answer<AuditHead>> {
  return ok(await auditTrail(env, scope.tenantId).head());
}

type Window = { from?: string | undefined; to?: string | undefined };

/** The same with the window of time in ms, as the trail has it. */
function inMs<T extends Window>({ from, to, ...rest }: T): (Omit<T, keyof Window> & AuditFilters) | Failure {
  const window = { from: msOf(from), to: msOf(to) };
  if (window.from !== undefined && window.to !== undefined && window.from >= window.to) {
    return fault('/from', 'invalid', 'must lie before the end of the window');
  }
  return { ...rest, ...window };
}

const msOf = (instant: string | undefined): number | undefined =>
  instant === undefined ? undefined : Date.parse(instant);

function toApi({ seq, previousHash, hash, record }: TrailEntry): AuditTrailEntry {
  return { seq, ...record, at: toInstant(record.at), previousHash, hash };
}
