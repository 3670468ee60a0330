/** The step that asks the organisation's policy: session, revocation, address, quota, and the lock of a key. */
import type { Denial, PolicyVerdict, Refusal } from '../../../contracts/identity/access.ts';
import { type Failure, fail } from '../../../contracts/kit/result.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import type { Env } from '../env.ts';
import type { Outcome, Step } from './facts.ts';
import { type Asking, Leases, type PolicyQuestion } from './leases.ts';
import { cannotDecide } from './token.ts';

/** Whose reads are administration: they never go by an earlier yes. */
const ADMINISTRATION = /^(tenants|keys|users|clients|policy|security):/;

const leases = new Leases();

/** The policy's answer; `unavailable` when the object cannot be asked: then nobody passes. `later` is for what follows. */
async function ask(env: Env, question: PolicyQuestion, later: Asking['later']): Promise<PolicyVerdict | 'unavailable'> {
  const policyOf = (organisationId: string) => tenantPolicy(env, organisationId);
  try {
    return await leases.ask({ policyOf, now: () => Date.now(), later }, question);
  } catch (error) {
    const { tenantId } = question.identity;
    loggerFor('gateway', env.LOG_LEVEL)('error', 'policy.unavailable', { tenantId, error: errorText(error) });
    return 'unavailable';
  }
}

/** Learns quotas, features, origins and the lock. */
export const policy: Step = async (request, { asked, identity, proof, address }, env) => {
  const strict = request.method !== 'GET' || proof !== null || ADMINISTRATION.test(asked.access);
  // A key belongs to whoever made it: another's request under the same key is another request.
  const lock = asked.lock === undefined ? null : `${identity!.subject}|${asked.lock}`;
  const following: (() => Promise<void>)[] = [];
  const later: Asking['later'] = (ms, work) => void following.push(() => scheduler.wait(ms).then(work));
  const verdict = await ask(env, { identity: identity!, address, strict, proof, exclusive: lock }, later);
  if (verdict === 'unavailable') return { refused: cannotDecide() };
  if (!verdict.ok) return refused(verdict);
  const { corsOrigins, quotas, features, hold } = verdict;
  return {
    admitted: {
      corsOrigins,
      quotas,
      features,
      following,
      ...(lock && hold !== undefined ? { lock: { exclusive: lock, hold } } : {}),
    },
  };
};

/** What each reason is counted as, and the answer to it. A key in flight is nobody's fault and not counted. */
const REFUSED: Record<Refusal, { kind: Denial['kind'] | null; failure: Failure }> = {
  session_ended: { kind: 'token', failure: fail('unauthenticated', 'The session of this access token has ended') },
  client_disabled: { kind: 'token', failure: fail('unauthenticated', 'The client is disabled') },
  client_changed: {
    kind: 'token',
    failure: fail('unauthenticated', 'The client’s rights or secrets have changed since this access token was made'),
  },
  token_revoked: { kind: 'token', failure: fail('unauthenticated', 'The access token was revoked') },
  proof_used: { kind: 'token', failure: fail('unauthenticated', 'The DPoP proof was used before') },
  address_blocked: { kind: 'address', failure: fail('address.refused', 'Your organisation blocks this address') },
  address_not_allowed: {
    kind: 'address',
    failure: fail('address.refused', 'Your organisation does not admit this address'),
  },
  quota_exceeded: { kind: 'quota', failure: fail('quota.exceeded', 'Your quota of requests a minute is used up') },
  in_flight: {
    kind: null,
    failure: fail('idempotency.in_flight', 'The first request with this Idempotency-Key is still running'),
  },
};

function refused(verdict: Extract<PolicyVerdict, { ok: false }>): Outcome {
  const { reason, quotas, corsOrigins, retryAfterSeconds } = verdict;
  const { kind, failure } = REFUSED[reason];
  const learned = {
    corsOrigins,
    ...(quotas ? { quotas } : {}),
    ...(kind ? { denial: { kind, reason } } : {}),
  };
  if (reason === 'quota_exceeded') {
    const worst = quotas!.subject.remaining === 0 ? 'subject' : 'tenant';
    const more = { retryAfterSeconds: quotas![worst].resetSeconds, extra: { 'violated-policies': [worst] } };
    return { refused: { ...failure, ...more }, learned };
  }
  return { refused: retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds }, learned };
}
