/**
 * The tenant's policy at the edge. Writes and administration ask the policy object each time. Reads go
 * by an earlier yes for at most a second, counted from before it was asked: a revocation is felt
 * within that second. Such a yes comes with units of quota to spend; only a yes is ever kept.
 */
import type { PolicyVerdict } from '../../../contracts/identity/access.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { Cache } from '../../../platform/cache.ts';
import { POLICY_CACHE_MS, POLICY_LEASE_UNITS } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import type { TokenIdentity } from './tokens.ts';

type Yes = Extract<PolicyVerdict, { ok: true }>;
interface Lease {
  yes: Yes;
  left: number;
  /** Until when reads go by it; what it still holds afterwards is given back. */
  until: number;
}

/** An ended lease is kept for its window, so that the next read gives its unused units back. */
const LEASE_KEPT_MS = 60_000;
const leases = new Cache<string, Lease>({ capacity: 10_000, ttlMs: LEASE_KEPT_MS });

/** What is asked about a request. */
export interface PolicyQuestion {
  identity: TokenIdentity;
  address: string;
  /** Ask the object whatever is kept. */
  strict: boolean;
  proof: { id: string; until: number } | null;
  exclusive: string | null;
}

/** The policy's answer; `unavailable` when the object cannot be asked: then nobody passes. */
export async function askPolicy(env: Env, question: PolicyQuestion): Promise<PolicyVerdict | 'unavailable'> {
  const { identity, address, strict, proof, exclusive } = question;
  const name = `${identity.tokenId}|${address}`;
  const lease = leases.get(name);
  const askedAt = Date.now();
  const unused = !strict && lease && lease.until <= askedAt && lease.left > 0 ? lease : null;
  // Taken away at once: of reads that ask in parallel, one alone gives its units back.
  if (unused) leases.delete(name);
  if (!strict && lease && lease.left > 0 && lease.until > askedAt) {
    lease.left--;
    return spent(lease);
  }
  try {
    const verdict = await tenantPolicy(env, identity.tenantId).check({
      subject: identity.subject,
      sessionId: identity.sessionId,
      client: identity.kind === 'client' ? { id: identity.subject, securityVersion: identity.securityVersion } : null,
      tokenId: identity.tokenId,
      address,
      units: strict ? 1 : POLICY_LEASE_UNITS,
      ...(unused ? { unused: { window: unused.yes.window, units: unused.left } } : {}),
      ...(proof ? { proof } : {}),
      ...(exclusive ? { exclusive } : {}),
    });
    if (strict) return verdict;
    if (!verdict.ok) {
      leases.delete(name);
      return verdict;
    }
    // What reads asked for in parallel were granted adds up, as long as it is of the same window.
    const beside = leases.get(name);
    const more = beside && beside.yes.window === verdict.window && beside.until > askedAt ? beside.left : 0;
    const fresh = { yes: verdict, left: verdict.units - 1 + more, until: askedAt + POLICY_CACHE_MS };
    leases.set(name, fresh);
    return spent(fresh);
  } catch (error) {
    loggerFor('gateway', env.LOG_LEVEL)('error', 'policy.unavailable', {
      tenantId: identity.tenantId,
      error: errorText(error),
    });
    return 'unavailable';
  }
}

/** The answer as this request sees it: what the lease still holds was not used yet. */
function spent({ yes, left }: Lease): Yes {
  const { subject, tenant } = yes.quotas;
  return {
    ...yes,
    quotas: {
      subject: { ...subject, remaining: subject.remaining + left },
      tenant: { ...tenant, remaining: tenant.remaining + left },
    },
  };
}
