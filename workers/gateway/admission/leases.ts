/**
 * The tenant's policy at the edge. Writes and administration ask the policy object each time. Reads go by an earlier
 * yes to the same token and address for at most a second, counted from before it was asked: a revocation is felt
 * within that second. What they spend of the quota they take from a lease of their subject, which is settled when
 * that second is over; only a yes is ever kept.
 */
import type { PolicyCheck, PolicyVerdict } from '../../../contracts/identity/access.ts';
import type { Settlement } from '../../../domain/security/quota.ts';
import { Cache } from '../../../platform/cache.ts';
import { POLICY_CACHE_MS, POLICY_LEASE_UNITS } from '../../../platform/limits.ts';
import type { TokenIdentity } from './tokens.ts';

type Yes = Extract<PolicyVerdict, { ok: true }>;

/** Units of a subject's quota that this edge may spend by itself. */
interface Lease {
  window: number;
  units: number;
  left: number;
  until: number;
}

const WINDOW_MS = 60_000;

/** What is asked about a request. */
export interface PolicyQuestion {
  identity: TokenIdentity;
  address: string;
  /** Ask the object whatever is kept. */
  strict: boolean;
  proof: { id: string; until: number } | null;
  exclusive: string | null;
}

/** The policy object of an organisation, as far as it is asked here. */
export interface AskedPolicy {
  check(call: PolicyCheck): Promise<PolicyVerdict>;
  settle(subject: string, settlement: Settlement): Promise<void>;
}

/** How an edge asks: the object by its organisation, the time, and work that is done some milliseconds later. */
export interface Asking {
  policyOf(organisationId: string): AskedPolicy;
  now(): number;
  later(ms: number, work: () => Promise<void>): void;
}

/** What one edge knows of yeses and leases. */
export class Leases {
  readonly #yeses = new Cache<string, { yes: Yes; until: number }>({ capacity: 10_000, ttlMs: POLICY_CACHE_MS });
  readonly #leases = new Map<string, Lease>();
  /** Subjects that have asked within the last second: one that comes back is likely to come again. */
  readonly #recent = new Cache<string, true>({ capacity: 10_000, ttlMs: POLICY_CACHE_MS });

  /** The policy's answer; throws when the object cannot be asked. */
  async ask(asking: Asking, question: PolicyQuestion): Promise<PolicyVerdict> {
    const { identity, address, strict } = question;
    const now = asking.now();
    const subject = `${identity.tenantId}|${identity.subject}`;
    const yesName = `${identity.tokenId}|${address}`;
    const known = strict ? undefined : this.#yeses.get(yesName, now);
    if (known && known.until > now) {
      const lease = this.#spend(subject, now);
      if (lease) return standing(known.yes, lease.left);
    }
    const wanted = !strict && this.#recent.get(subject, now) ? POLICY_LEASE_UNITS : 0;
    if (!strict) this.#recent.set(subject, true, now);
    const settlement = this.#takeOut(subject, strict ? now : Number.POSITIVE_INFINITY);
    const verdict = await asking.policyOf(identity.tenantId).check(callOf(question, wanted, settlement));
    if (!verdict.ok) {
      this.#yeses.delete(yesName);
      return verdict;
    }
    if (strict) return verdict;
    this.#yeses.set(yesName, { yes: verdict, until: now + POLICY_CACHE_MS }, now);
    if (verdict.lease > 0) this.#keep(asking, subject, identity, verdict, now);
    return standing(verdict, this.#leases.get(subject)?.left ?? 0);
  }

  /** Spends a unit of a subject's lease, if it has one that has not come to its end. */
  #spend(subject: string, now: number): Lease | null {
    const lease = this.#leases.get(subject);
    if (!lease || lease.left === 0 || lease.until <= now) return null;
    lease.left--;
    return lease;
  }

  /** Takes a lease away that ends by an instant, to be settled by whoever asks next: once, of requests in parallel. */
  #takeOut(subject: string, endsBy = Number.POSITIVE_INFINITY): Settlement | null {
    const lease = this.#leases.get(subject);
    if (!lease || lease.until > endsBy) return null;
    this.#leases.delete(subject);
    return { window: lease.window, units: lease.units, unspent: lease.left };
  }

  /** Keeps a lease until its second is over, and settles it then unless a request has done so. */
  #keep(asking: Asking, subject: string, { tenantId, subject: id }: TokenIdentity, yes: Yes, askedAt: number): void {
    const beside = this.#leases.get(subject);
    const until = Math.min(askedAt + POLICY_CACHE_MS, (yes.window + 1) * WINDOW_MS);
    const lease: Lease = { window: yes.window, units: yes.lease, left: yes.lease, until };
    if (beside?.window === yes.window) {
      // What was granted to requests in parallel adds up; it ends with the one that was there before.
      beside.units += lease.units;
      beside.left += lease.left;
      return;
    }
    const policy = asking.policyOf(tenantId);
    const over = beside && this.#takeOut(subject);
    if (over) asking.later(0, () => policy.settle(id, over));
    this.#leases.set(subject, lease);
    asking.later(Math.max(0, until - asking.now()), async () => {
      if (this.#leases.get(subject) !== lease) return;
      await policy.settle(id, this.#takeOut(subject)!);
    });
  }
}

function callOf(
  { identity, address, proof, exclusive }: PolicyQuestion,
  lease: number,
  settlement: Settlement | null,
): PolicyCheck {
  return {
    subject: identity.subject,
    sessionId: identity.sessionId,
    client: identity.kind === 'client' ? { id: identity.subject, securityVersion: identity.securityVersion } : null,
    tokenId: identity.tokenId,
    address,
    lease,
    ...(settlement ? { settlement } : {}),
    ...(proof ? { proof } : {}),
    ...(exclusive ? { exclusive } : {}),
  };
}

/** A yes as this request sees it: what the lease still holds was not used yet. */
function standing(yes: Yes, left: number): Yes {
  const { subject, tenant } = yes.quotas;
  return {
    ...yes,
    quotas: {
      subject: { ...subject, remaining: subject.remaining + left },
      tenant: { ...tenant, remaining: tenant.remaining + left },
    },
  };
}
