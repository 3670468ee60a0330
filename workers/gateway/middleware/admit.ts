/** Who may pass: token, proof, limits, policy, permission and feature, in this order. */
import type { Actor } from '../../../contracts/actor.ts';
import { allows, type Permission } from '../../../contracts/permissions.ts';
import type { Denial, Feature, Refusal } from '../../../contracts/policy.ts';
import { fail, type Failure } from '../../../contracts/result.ts';
import { verifyProof } from '../../../platform/dpop.ts';
import { addressOf, type GatewayContext, refuseWith, senderOf } from '../context.ts';
import { identityOf, type TokenIdentity } from './authenticate.ts';
import { askPolicy } from './policy.ts';

/** Who may call: a permission, any token, a signed webhook, a one-time ticket, or anybody. */
export type Access = Permission | 'authenticated' | 'signature' | 'ticket' | 'public';

/** What an operation asks of its caller. */
export interface Admission {
  access: Access;
  feature?: Feature | undefined;
  /** The name of a keyed request, which may run once at a time. */
  exclusive: string | null;
}

/** Whose reads are administration: they never go by an earlier yes. */
const ADMINISTRATION = /^(tenants|keys|users|clients|policy|security):/;

/** The answer to who may not pass; null when the request may. */
export async function admit(c: GatewayContext, admission: Admission): Promise<Response | null> {
  const { access } = admission;
  // A webhook counts against its connection once its signature is known to be right.
  if (access === 'signature') return null;
  if (access === 'public' || access === 'ticket') return limited(c, 'address', senderOf(c));
  const identity = await authenticate(c);
  if (identity === 'unavailable') return cannotDecide(c);
  if ('ok' in identity) {
    const over = await limited(c, 'address', senderOf(c));
    return over ?? refuseWith(c, identity);
  }
  const { tokenId: _tokenId, keyThumbprint: _keyThumbprint, proof: _proof, ...rest } = identity;
  const actor: Actor = { ...rest, correlationId: c.get('correlationId') };
  c.set('actor', actor);
  return (
    (await limited(c, 'subject', `${actor.tenantId}:${actor.subject}`)) ??
    (await refusedByPolicy(c, identity, admission)) ??
    refusedByPermission(c, actor, access)
  );
}

type Authenticated = TokenIdentity & { proof: { id: string; until: number } | null };

/** The identity of the request's token; a token that is bound to a key needs a proof of that key. */
async function authenticate(c: GatewayContext): Promise<Authenticated | Failure | 'unavailable'> {
  const header = c.req.header('authorization') ?? '';
  const [, scheme = '', token = ''] = /^(Bearer|DPoP) +(\S+)$/i.exec(header) ?? [];
  const identity = token ? await identityOf(c.env, token) : null;
  if (identity === 'unavailable') return identity;
  if (!identity) {
    c.set('denial', { kind: 'token', reason: token ? 'token_invalid' : 'token_missing' });
    return fail('unauthenticated', token ? 'The access token is not valid' : 'An access token is required');
  }
  const bound = scheme.toLowerCase() === 'dpop';
  if (bound !== (identity.keyThumbprint !== null)) {
    c.set('denial', { kind: 'token', reason: 'scheme_mismatch', ...who(identity) });
    const wanted = identity.keyThumbprint ? 'DPoP' : 'Bearer';
    return fail('unauthenticated', `This token is to be sent as ${wanted}`);
  }
  if (!bound) return { ...identity, proof: null };
  const target = { method: c.req.method, url: c.env.ISSUER + new URL(c.req.url).pathname, accessToken: token };
  const proof = await verifyProof(c.req.header('dpop') ?? '', target, Date.now());
  if (proof?.keyThumbprint === identity.keyThumbprint) return { ...identity, proof };
  c.set('denial', { kind: 'token', reason: 'proof_invalid', ...who(identity) });
  return fail('unauthenticated', 'The DPoP proof is missing or not valid for this request and token');
}

const who = ({ tenantId, subject }: TokenIdentity) => ({ tenantId, subject });

async function refusedByPolicy(
  c: GatewayContext,
  identity: Authenticated,
  { access, feature, exclusive }: Admission,
): Promise<Response | null> {
  const strict = c.req.method !== 'GET' || identity.proof !== null || ADMINISTRATION.test(access);
  // A key belongs to whoever made it: another's request under the same key is another request.
  const named = exclusive && `${identity.subject}|${exclusive}`;
  const question = { identity, address: addressOf(c), strict, proof: identity.proof, exclusive: named };
  const verdict = await askPolicy(c.env, question);
  if (verdict === 'unavailable') return cannotDecide(c);
  c.set('corsOrigins', verdict.corsOrigins);
  if (verdict.ok) {
    c.set('quotas', verdict.quotas);
    if (named && verdict.hold !== undefined) c.set('hold', { exclusive: named, hold: verdict.hold });
    if (feature === undefined || verdict.features[feature]) return null;
    return refuseWith(c, fail('feature.disabled', `The feature ${feature} is not switched on for your organisation`));
  }
  if (verdict.quotas) c.set('quotas', verdict.quotas);
  const { kind, failure } = REFUSED[verdict.reason];
  if (kind) c.set('denial', { kind, reason: verdict.reason });
  if (verdict.reason === 'quota_exceeded') {
    const worst = verdict.quotas!.subject.remaining === 0 ? 'subject' : 'tenant';
    const retryAfterSeconds = verdict.quotas![worst].resetSeconds;
    return refuseWith(c, { ...failure, retryAfterSeconds, extra: { 'violated-policies': [worst] } });
  }
  const { retryAfterSeconds } = verdict;
  return refuseWith(c, retryAfterSeconds === undefined ? failure : { ...failure, retryAfterSeconds });
}

/** Nobody passes unchecked: when what decides cannot be asked, the answer is "not now". */
function cannotDecide(c: GatewayContext): Response {
  const failure = fail('policy.unavailable', 'Your rights cannot be checked now; ask again shortly');
  return refuseWith(c, { ...failure, retryAfterSeconds: 2 });
}

/** What each reason is counted as, and the answer to it. A key in flight is nobody's fault and not counted. */
const REFUSED: Record<Refusal, { kind: Denial['kind'] | null; failure: Failure }> = {
  session_ended: { kind: 'token', failure: fail('unauthenticated', 'The session of this access token has ended') },
  client_disabled: { kind: 'token', failure: fail('unauthenticated', 'The client is disabled') },
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

function refusedByPermission(c: GatewayContext, actor: Actor, access: Access): Response | null {
  if (access === 'authenticated' || allows(actor, access as Permission)) return null;
  c.set('denial', { kind: 'permission', reason: `lacks ${access}` });
  return refuseWith(c, fail('forbidden', `This needs the permission ${access}`));
}

/** The limits in front, by name: counted at each location, cheap, and of a minute each. */
const LIMITS = {
  address: 'ADDRESS_LIMIT',
  subject: 'API_LIMIT',
  connection: 'INGEST_LIMIT',
  login: 'LOGIN_LIMIT',
} as const;

/** Counts a request against a limit in front; the problem answer when it is over. */
export async function limited(c: GatewayContext, name: keyof typeof LIMITS, key: string): Promise<Response | null> {
  c.set('limitedBy', name);
  const { success } = await c.env[LIMITS[name]].limit({ key });
  if (success) return null;
  return refuseWith(
    c,
    fail('quota.exceeded', 'Too many requests; wait a moment', {
      retryAfterSeconds: 10,
      extra: { 'violated-policies': [name] },
    }),
  );
}
