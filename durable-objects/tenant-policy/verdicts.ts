/** Whether a request may pass: what has ended, addresses, proofs, and quotas, in this order. */
import type { PolicyCheck, PolicyVerdict, Quotas, Refusal } from '../../contracts/identity/access.ts';
import type { Limits } from '../../contracts/identity/tenants.ts';
import type { Settlement } from '../../domain/security/quota.ts';
import type { QuotaKey } from './quotas.ts';
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

  /** The verdict on a request; a lease of the caller's that has ended is settled first. */
  async decide(call: PolicyCheck, now: () => number): Promise<PolicyVerdict> {
    if (call.settlement) this.settle(call.subject, call.settlement);
    let verdict = this.#now(call, now());
    for (let ended = true; !verdict && ended; ) {
      ended = await this.#tables.quotas.leaseEnds();
      verdict = this.#now(call, now());
    }
    // Leases that nobody settles count as spent.
    return verdict ?? this.#overQuota(call.subject, now());
  }

  /** The verdict of one turn; null when the quota is out on leases, which may come back. */
  #now(call: PolicyCheck, now: number): PolicyVerdict | null {
    const { documents, quotas, revocations } = this.#tables;
    const { corsOrigins } = documents.policy;
    const reason = this.ended(call, now) ?? documents.refuses(call.address);
    if (reason) return { ok: false, reason, corsOrigins };
    const { limits } = documents;
    const keys = keysOf(call.subject, limits);
    if (quotas.isLeased(keys, now)) return null;
    if (!quotas.isFree(keys, now)) return this.#overQuota(call.subject, now);
    // Only of a request that passes: one that is refused for its quota may come again with the same proof.
    if (!revocations.useProof(call.proof)) return { ok: false, reason: 'proof_used', corsOrigins };
    const taken = quotas.take(keys, call.lease, now);
    return { ok: true, ...taken, quotas: this.#statusOf(call.subject, now), corsOrigins, features: limits.features };
  }

  /** The verdict on a request that finds its quota used up. */
  #overQuota(subject: string, now: number): PolicyVerdict {
    const { corsOrigins } = this.#tables.documents.policy;
    return { ok: false, reason: 'quota_exceeded', quotas: this.#statusOf(subject, now), corsOrigins };
  }

  #statusOf(subject: string, now: number): Quotas {
    const { documents, quotas } = this.#tables;
    const [own, tenant] = keysOf(subject, documents.limits).map((key) => quotas.status(key, now));
    return { subject: own!, tenant: tenant! };
  }

  /** Takes in that a lease of a subject has ended. */
  settle(subject: string, settlement: Settlement): void {
    this.#tables.quotas.settle(keysOf(subject, this.#tables.documents.limits), settlement);
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
}

/** The quotas that a subject's requests count against: its own, and the whole organisation's. */
function keysOf(subject: string, limits: Limits): QuotaKey[] {
  return [
    { key: `s:${subject}`, limit: limits.subjectPerMinute },
    { key: 't', limit: limits.tenantPerMinute },
  ];
}
