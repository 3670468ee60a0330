/** Access tokens: verified at the edge, without asking a central store. */
import { createLocalJWKSet, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { audienceOf } from '../../../contracts/identity/common.ts';
import type { Actor } from '../../../contracts/kit/actor.ts';
import { PERMISSIONS, type Permission, ROLES, type Role } from '../../../contracts/kit/permissions.ts';
import { Cache } from '../../../platform/cache.ts';
import { isCompactJws } from '../../../platform/dpop.ts';
import { ACCESS_TOKEN_SECONDS, KEYS_CACHE_MS } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { ANONYMOUS, type Env } from '../env.ts';

const TOKEN_MAX_CHARS = 8_192;
const CLOCK_TOLERANCE_SECONDS = 5;
/** Unknown key ids may ask for fresh keys this often, so that a forger cannot drive the load. */
const KEYS_RETRY_MS = 10_000;
/** How long the keys at hand go on when fresh ones cannot be had: a dropped key must not live for good. */
const KEYS_STALE_MAX_MS = 600_000;

type KeySet = ReturnType<typeof createLocalJWKSet>;
let keys: { set: KeySet; kids: Set<string>; at: number } | null = null;
let triedAt = 0;

async function keySet(env: Env, kid: string): Promise<KeySet | null> {
  const age = keys ? Date.now() - keys.at : Number.POSITIVE_INFINITY;
  const mayTry = Date.now() - triedAt > KEYS_RETRY_MS;
  if (!keys || (age > KEYS_CACHE_MS && mayTry) || (!keys.kids.has(kid) && mayTry)) {
    triedAt = Date.now();
    try {
      const published = await publishedKeys(env);
      keys = {
        set: createLocalJWKSet({ keys: published.map((key) => ({ ...key })) }),
        kids: new Set(published.map((key) => key.kid ?? '')),
        at: Date.now(),
      };
    } catch (error) {
      // The keys at hand are still good: an outage of identity must not close the whole edge.
      if (!keys || age > KEYS_STALE_MAX_MS) throw error;
    }
  }
  if (Date.now() - keys.at > KEYS_STALE_MAX_MS) throw new Error('the keys at hand are too old to go by');
  return keys.kids.has(kid) ? keys.set : null;
}

async function publishedKeys(env: Env): Promise<JWK[]> {
  const answer = await env.IDENTITY.jwks(ANONYMOUS, {});
  if (!answer.ok) throw new Error(answer.detail);
  return answer.value.keys;
}

/** What a verified token says. */
export interface TokenIdentity extends Actor {
  securityVersion: number;
  /** The token's id (`jti`). */
  tokenId: string;
  /** When it ends, ms, with the tolerance for clocks that differ. */
  expiresAt: number;
  /** Thumbprint of the key that the token is bound to (RFC 9449); null for a bearer token. */
  keyThumbprint: string | null;
}

const verified = new Cache<string, { identity: TokenIdentity; kid: string }>({
  capacity: 5_000,
  ttlMs: ACCESS_TOKEN_SECONDS * 1000,
});

/** What a token says, or null when it is not good; `unavailable` when there are no keys to check it by. */
export async function identityOf(env: Env, token: string): Promise<TokenIdentity | null | 'unavailable'> {
  try {
    return await verify(env, token);
  } catch (error) {
    loggerFor('gateway', env.LOG_LEVEL)('error', 'keys.unavailable', { error: errorText(error) });
    return 'unavailable';
  }
}

async function verify(env: Env, token: string): Promise<TokenIdentity | null> {
  const known = verified.get(token);
  if (known) return (await keySet(env, known.kid)) ? known.identity : null;
  // jose forgives padding, white space and trailing bytes in base64; a token here must be exact.
  if (!isCompactJws(token, TOKEN_MAX_CHARS) || !token.split('.').every(isCanonicalBase64Url)) return null;
  const kid = headerKid(token);
  const set = kid === null ? null : await keySet(env, kid);
  if (!kid || !set) return null;
  try {
    const { payload } = await jwtVerify(token, set, {
      algorithms: ['ES256'],
      issuer: env.ISSUER,
      audience: audienceOf(env.ISSUER),
      typ: 'at+jwt',
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id', 'tenant', 'roles'],
    });
    const identity = toIdentity(payload);
    const now = Date.now();
    if (identity) verified.set(token, { identity, kid }, now, payload.exp! * 1000 - now);
    return identity;
  } catch {
    return null;
  }
}

/** Whether base64url has one spelling only: bits beyond the last byte must be zero. */
function isCanonicalBase64Url(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 1) return false;
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(text.at(-1)!);
  return rest === 2 ? (last & 0b1111) === 0 : rest === 3 ? (last & 0b11) === 0 : true;
}

/** The key id of a header that has nothing in it but what our tokens have. */
function headerKid(token: string): string | null {
  try {
    const text = atob(token.slice(0, token.indexOf('.')).replaceAll('-', '+').replaceAll('_', '/'));
    const { kid, typ, alg, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const ours = typeof kid === 'string' && typ === 'at+jwt' && alg === 'ES256' && Object.keys(rest).length === 0;
    return ours ? kid : null;
  } catch {
    return null;
  }
}

function toIdentity(payload: JWTPayload): TokenIdentity | null {
  const { sub, tenant, kind, roles, scope, sid, iat, exp, jti, cnf, ver } = payload;
  if (typeof sub !== 'string' || typeof tenant !== 'string' || typeof jti !== 'string' || !Array.isArray(roles)) {
    return null;
  }
  if ((iat ?? 0) > Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS) return null;
  // A person's token without its session could not be revoked.
  if (kind !== 'client' && (kind !== 'user' || typeof sid !== 'string')) return null;
  const known = roles.filter((role): role is Role => typeof role === 'string' && role in ROLES);
  const scopes =
    typeof scope === 'string' ? scope.split(' ').filter((name): name is Permission => name in PERMISSIONS) : null;
  const jkt = (cnf as { jkt?: unknown } | undefined)?.jkt;
  if (cnf !== undefined && typeof jkt !== 'string') return null;
  return {
    tenantId: tenant,
    subject: sub,
    kind,
    roles: known,
    scopes,
    sessionId: typeof sid === 'string' ? sid : null,
    // A token of the release before has none, and counts as older than any change.
    securityVersion: typeof ver === 'number' ? ver : 0,
    tokenId: jti,
    expiresAt: (exp! + CLOCK_TOLERANCE_SECONDS) * 1000,
    keyThumbprint: typeof jkt === 'string' ? jkt : null,
  };
}
