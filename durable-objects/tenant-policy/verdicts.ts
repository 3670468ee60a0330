/** Whether a request may pass: what has ended, addresses, proofs, and quotas, in this order. */
import type { PolicyCheck, PolicyVerdict, Refusal } from '../../contracts/identity/access.ts';
import type { Tables } from './tables.ts';

/** Whom a token stands for. */
export type TokenHolder = Pick<PolicyCheck, 'sessionId' | 'client' | 'tokenId'>;

/** The session or machine client that a socket belongs to; of a client, at which security version it got its ticket. */
export interface SocketHolder {
  holder: string;
  securityVersion: number;
}

/** Decides of the requests of an organisation. */
export class Verdicts {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** The verdict on a request. What the caller took before and did not use is given back first. */
  of(call: PolicyCheck, now: number): PolicyVerdict {
    const { corsOrigins } = this.#tables.documents.policy;
    const reason = this.#refusal(call, now);
    if (reason) return { ok: false, reason, corsOrigins };
    const { limits } = this.#tables.documents;
    const keys = { subject: `s:${call.subject}`, tenant: 't' };
    if (call.unused) {
      for (const key of Object.values(keys)) this.#tables.quotas.giveBack(key, call.unused.window, call.unused.units);
    }
    const subject = this.#tables.quotas.take(keys.subject, limits.subjectPerMinute, call.units, now);
    const tenant = this.#tables.quotas.take(keys.tenant, limits.tenantPerMinute, subject.granted, now);
    const spare = subject.granted - tenant.granted;
    if (spare > 0) this.#tables.quotas.giveBack(keys.subject, subject.count.window, spare);
    const remaining = subject.status.remaining + spare;
    const quotas = { subject: { ...subject.status, remaining }, tenant: tenant.status };
    if (tenant.granted === 0) return { ok: false, reason: 'quota_exceeded', quotas, corsOrigins };
    const { features } = limits;
    return { ok: true, units: tenant.granted, window: tenant.count.window, quotas, corsOrigins, features };
  }

  /** Why a token counts no more, or null. */
  ended({ sessionId, client, tokenId }: TokenHolder, now: number): Refusal | null {
    if (sessionId && !this.#tables.sessions.isAlive(sessionId, now)) return 'session_ended';
    const changed = client && this.#tables.principals.refusal(client.id, client.securityVersion);
    if (changed) return changed;
    return this.#tables.revocations.isRevoked(tokenId) ? 'token_revoked' : null;
  }

  /** Whether the session or client that a live socket belongs to is good, and may listen from an address. */
  admitsSocket({ holder, securityVersion }: SocketHolder, address: string, now: number): boolean {
    const isGood = holder.startsWith('ses_')
      ? this.#tables.sessions.isAlive(holder, now)
      : this.#tables.principals.refusal(holder, securityVersion) === null;
    return isGood && this.#tables.documents.limits.features.live && this.#tables.documents.refuses(address) === null;
  }

  #refusal(call: PolicyCheck, now: number): Refusal | null {
    const reason = this.ended(call, now) ?? this.#tables.documents.refuses(call.address);
    if (reason) return reason;
    return this.#tables.revocations.useProof(call.proof) ? null : 'proof_used';
  }
}
