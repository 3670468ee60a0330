/** Access tokens: verified at the edge, without asking a central store. */
import { createLocalJWKSet, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Actor } from '../../../contracts/actor.ts';
import { PERMISSIONS, type Permission, ROLES, type Role } from '../../../contracts/permissions.ts';
import { Lru } from '../../../platform/lru.ts';
import type { Env } from '../env.ts';

const AUDIENCE = 'fairlead-api';
const TOKEN_MAX_CHARS = 8_192;
const CLOCK_TOLERANCE_SECONDS = 5;
const KEYS_TTL_MS = 300_000;
/** Unknown key ids may ask for fresh keys this often, so that a forger cannot drive the load. */
const KEYS_RETRY_MS = 10_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;
let keys: { set: KeySet; kids: Set<string>; at: number } | null = null;

async function keySet(env: Env, kid: string): Promise<KeySet | null> {
  const age = keys ? Date.now() - keys.at : Number.POSITIVE_INFINITY;
  if (!keys || age > KEYS_TTL_MS || (!keys.kids.has(kid) && age > KEYS_RETRY_MS)) {
    try {
      const published = (await env.IDENTITY.jwks()).keys as unknown as JWK[];
      keys = {
        set: createLocalJWKSet({ keys: published.map((key) => ({ ...key })) }),
        kids: new Set(published.map((key) => key.kid ?? '')),
        at: Date.now(),
      };
    } catch (error) {
      // The keys at hand are still good: an outage of identity must not close the whole edge.
      if (!keys) throw error;
      keys.at = Date.now() - KEYS_TTL_MS + KEYS_RETRY_MS;
    }
  }
  return keys.kids.has(kid) ? keys.set : null;
}

type Identity = Omit<Actor, 'correlationId'>;
const verified = new Lru<string, { identity: Identity; expiresAt: number }>(5_000);

/** The actor of a token without its correlation id, or null when the token is not good. */
export async function identityOf(env: Env, token: string): Promise<Identity | null> {
  const known = verified.get(token);
  if (known && known.expiresAt > Date.now()) return known.identity;
  // jose forgives padding, white space and trailing bytes in base64; a token here must be exact.
  if (token.length > TOKEN_MAX_CHARS || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return null;
  const kid = headerKid(token);
  const set = kid === null ? null : await keySet(env, kid);
  if (!set) return null;
  try {
    const { payload } = await jwtVerify(token, set, {
      algorithms: ['ES256'],
      issuer: env.ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'tenant', 'roles'],
    });
    const identity = toIdentity(payload);
    if (identity) verified.set(token, { identity, expiresAt: Math.min(payload.exp! * 1000, Date.now() + KEYS_TTL_MS) });
    return identity;
  } catch {
    return null;
  }
}

function headerKid(token: string): string | null {
  try {
    const text = atob(token.slice(0, token.indexOf('.')).replaceAll('-', '+').replaceAll('_', '/'));
    const kid = (JSON.parse(text) as { kid?: unknown }).kid;
    return typeof kid === 'string' ? kid : null;
  } catch {
    return null;
  }
}

function toIdentity(payload: JWTPayload): Identity | null {
  const { sub, tenant, kind, roles, scope, sid, iat } = payload;
  if (typeof sub !== 'string' || typeof tenant !== 'string' || !Array.isArray(roles)) return null;
  if ((iat ?? 0) > Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS) return null;
  const known = roles.filter((role): role is Role => typeof role === 'string' && role in ROLES && role !== 'system');
  const scopes =
    typeof scope === 'string' ? scope.split(' ').filter((name): name is Permission => name in PERMISSIONS) : null;
  return {
    tenantId: tenant,
    subject: sub,
    kind: kind === 'user' ? 'user' : 'client',
    roles: known,
    scopes,
    sessionId: typeof sid === 'string' ? sid : null,
  };
}
