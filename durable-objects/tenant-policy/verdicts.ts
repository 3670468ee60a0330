/** Whether a request may pass: what has ended, addresses, proofs, and quotas, in this order. */
import type { PolicyCheck, PolicyVerdict, Refusal } from '../../contracts/identity/access.ts';
import type { PolicyDocuments } from './documents.ts';
import type { QuotaBook } from './quotas.ts';
import type { Revocations } from './revocations.ts';
import type { Sessions } from './sessions.ts';

/** Whom a token stands for. */
export type TokenHolder = Pick<PolicyCheck, 'sessionId' | 'clientId' | 'tokenId'>;

/** Decides of the requests of an organisation. */
export class Verdicts {
  readonly #sessions: Sessions;
  readonly #revocations: Revocations;
  readonly #documents: PolicyDocuments;
  readonly #quotas: QuotaBook;

  constructor(sessions: Sessions, revocations: Revocations, documents: PolicyDocuments, quotas: QuotaBook) {
    this.#sessions = sessions;
    this.#revocations = revocations;
    this.#documents = documents;
    this.#quotas = quotas;
  }

  /** The verdict on a request. What the caller took before and did not use is given back first. */
  of(call: PolicyCheck, now: number): PolicyVerdict {
    const { corsOrigins } = this.#documents.policy;
    const reason = this.#refusal(call, now);
    if (reason) return { ok: false, reason, corsOrigins };
    const { limits } = this.#documents;
    const keys = { subject: `s:${call.subject}`, tenant: 't' };
    if (call.unused) {
      for (const key of Object.values(keys)) this.#quotas.giveBack(key, call.unused.window, call.unused.units);
    }
    const subject = this.#quotas.take(keys.subject, limits.subjectPerMinute, call.units, now);
    const tenant = this.#quotas.take(keys.tenant, limits.tenantPerMinute, subject.granted, now);
    const spare = subject.granted - tenant.granted;
    if (spare > 0) this.#quotas.giveBack(keys.subject, subject.count.window, spare);
    const remaining = subject.status.remaining + spare;
    const quotas = { subject: { ...subject.status, remaining }, tenant: tenant.status };
    if (tenant.granted === 0) return { ok: false, reason: 'quota_exceeded', quotas, corsOrigins };
    const { features } = limits;
    return { ok: true, units: tenant.granted, window: tenant.count.window, quotas, corsOrigins, features };
  }

  /** Why a token counts no more, or null. */
  ended({ sessionId, clientId, tokenId }: TokenHolder, now: number): Refusal | null {
    if (sessionId && !this.#sessions.isAlive(sessionId, now)) return 'session_ended';
    if (clientId && this.#revocations.isDisabled(clientId)) return 'client_disabled';
    return this.#revocations.isRevoked(tokenId) ? 'token_revoked' : null;
  }

  /** Whether the session or client that a live socket belongs to is good, and may listen from an address. */
  admitsSocket(holder: string, address: string, now: number): boolean {
    const isGood = holder.startsWith('ses_')
      ? this.#sessions.isAlive(holder, now)
      : !this.#revocations.isDisabled(holder);
    return isGood && this.#documents.limits.features.live && this.#documents.refuses(address) === null;
  }

  #refusal(call: PolicyCheck, now: number): Refusal | null {
    const reason = this.ended(call, now) ?? this.#documents.refuses(call.address);
    if (reason) return reason;
    return this.#revocations.useProof(call.proof) ? null : 'proof_used';
  }
}
