/** Making and handing over records of the audit trail: what every producer does alike. */
import { type AuditActor, type AuditRecord, boundedState, withoutSecrets } from '../domain/audit/record.ts';
import { newId } from './ids.ts';

/** An act that is to be recorded. */
export interface Act {
  actor: AuditActor;
  action: string;
  object: AuditRecord['object'];
  /** The object before and after, or what `changed` says of both; secrets are left out, and what is too large is cut. */
  before: object | null;
  after: object | null;
  address: string | null;
  correlationId: string;
  callerCorrelationId: string | null;
  /** Wall clock, ms. */
  now: number;
}

/** A record and the organisation whose trail it belongs to: mostly the one whose object it is about. */
export interface AuditNote {
  organisationId: string;
  record: AuditRecord;
}

/** Makes the record of an act. Make it once and store it with the act: what is handed over again must have the same id. */
export function auditRecord({ before, after, now, ...act }: Act): AuditRecord {
  const state = (value: object | null) => (value === null ? null : boundedState(withoutSecrets(value)));
  return { ...act, id: newId('aud', now), at: now, before: state(before), after: state(after) };
}

/** Hands notes over, trail by trail, in their order. Every trail is tried; throws afterwards when one did not take its own. */
export async function deliverAudit(
  notes: readonly AuditNote[],
  append: (organisationId: string, records: AuditRecord[]) => Promise<unknown>,
): Promise<void> {
  const byTrail = new Map<string, AuditRecord[]>();
  for (const { organisationId, record } of notes) {
    byTrail.set(organisationId, [...(byTrail.get(organisationId) ?? []), record]);
  }
  const outcomes = await Promise.allSettled(
    [...byTrail].map(([organisationId, records]) => append(organisationId, records)),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
