/** Acts on what keeps no outbox of its own. */
import type { ActedBy } from '../../contracts/kit/actor.ts';
import { type Done, deliverAudit, notesOf } from '../../platform/audit.ts';
import { auditTrail } from './stub.ts';

/**
 * Records that somebody asks for an act, before it is done; it is not done while the trail is away. That it was asked
 * for is what the entry says: the act itself may still fail.
 */
export function recordAsked(
  env: { AUDIT_TRAIL: DurableObjectNamespace },
  by: ActedBy,
  done: Done,
  now: number,
): Promise<void> {
  return deliverAudit(notesOf(by, done, now), (organisationId, records) =>
    auditTrail(env, organisationId).append(records),
  );
}
