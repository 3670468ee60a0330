/** Making and handing over records of the audit trail: what every producer does alike. */
import { type ActedBy, PLATFORM_TENANT } from '../contracts/kit/actor.ts';
import { type AuditActor, type AuditRecord, boundedState, changed, withoutSecrets } from '../domain/audit/record.ts';
import { newId } from './ids.ts';
import { NotTaken } from './outbox.ts';

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

/** What somebody did to an object of an organisation. */
export interface Done {
  organisationId: string;
  action: string;
  object: AuditRecord['object'];
  before?: object | null;
  after?: object | null;
}

/**
 * The notes of an act: for the trail of the organisation whose object it is about, and where an operator acts on
 * another's, for the platform's own as well.
 */
export function notesOf(
  actor: ActedBy,
  { organisationId, action, object, before = null, after = null }: Done,
  now: number,
): AuditNote[] {
  const { kind, tenantId, subject, address, correlationId, callerCorrelationId } = actor;
  const home = actor.actorOrganisationId ?? tenantId;
  // A session is its organisation's own: another one whose trail this is learns who acted, and not by which.
  const sessionId = home === tenantId ? actor.sessionId : null;
  const differ = before && after ? changed(before, after) : { before, after };
  const record = auditRecord({
    actor: { kind, organisationId: home, subject, sessionId },
    action,
    object,
    ...differ,
    address,
    correlationId,
    callerCorrelationId,
    now,
  });
  const trails = tenantId === PLATFORM_TENANT ? [...new Set([organisationId, PLATFORM_TENANT])] : [organisationId];
  return trails.map((trail) => ({ organisationId: trail, record }));
}

/** Makes the record of an act. Make it once and store it with the act: what is handed over again must have the same id. */
export function auditRecord({ before, after, now, ...act }: Act): AuditRecord {
  const state = (value: object | null) => (value === null ? null : boundedState(withoutSecrets(value)));
  return { ...act, id: newId('aud', now), at: now, before: state(before), after: state(after) };
}

/** Hands notes over, trail by trail, in their order. Every trail is tried; throws NotTaken with those that did not take theirs. */
export async function deliverAudit(
  notes: readonly AuditNote[],
  append: (organisationId: string, records: AuditRecord[]) => Promise<unknown>,
): Promise<void> {
  const byTrail = new Map<string, AuditRecord[]>();
  for (const { organisationId, record } of notes) {
    byTrail.set(organisationId, [...(byTrail.get(organisationId) ?? []), record]);
  }
  const away = new Map<string, unknown>();
  await Promise.all(
    [...byTrail].map(async ([organisationId, records]) => {
      try {
        await append(organisationId, records);
      } catch (error) {
        away.set(organisationId, error);
      }
    }),
  );
  if (away.size > 0) throw new NotTaken(new Set(away.keys()), [...away.values()][0]);
}
