/** Access tokens: ES256 JWTs of type at+jwt (RFC 9068). */
import { exportJWK, importJWK, type JWK, SignJWT } from 'jose';
import type { Permission, Role } from '../../contracts/permissions.ts';
import { newId } from '../../platform/ids.ts';
import { ACCESS_TOKEN_SECONDS } from '../../platform/limits.ts';
import type { Env } from './env.ts';

/** What a token says. */
export interface TokenSubject {
  tenantId: string;
  subject: string;
  kind: 'user' | 'client';
  clientId: string;
  roles: Role[];
  scopes: Permission[] | null;
  sessionId: string | null;
}

interface Key {
  kid: string;
  signer: CryptoKey;
  published: JWK;
}

/** The audience of every access token. */
export const AUDIENCE = 'fairlead-api';

let loaded: { text: string; keys: Promise<Key[]> } | null = null;

function keysOf(env: Env): Promise<Key[]> {
  if (loaded?.text !== env.SIGNING_KEYS) {
    const jwks = JSON.parse(env.SIGNING_KEYS) as JWK[];
    loaded = { text: env.SIGNING_KEYS, keys: Promise.all(jwks.map(loadKey)) };
  }
  return loaded.keys;
}

async function loadKey(jwk: JWK): Promise<Key> {
  const { kty, crv, x, y, kid } = jwk as Required<Pick<JWK, 'kty' | 'crv' | 'x' | 'y' | 'kid'>>;
  const published = await exportJWK(await importJWK({ kty, crv, x, y }, 'ES256'));
  return {
    kid,
    signer: (await importJWK(jwk, 'ES256')) as CryptoKey,
    published: { ...published, kid, alg: 'ES256', use: 'sig' },
  };
}

/** The public keys (RFC 7517). */
export async function publicKeys(env: Env): Promise<{ keys: Record<string, unknown>[] }> {
  return { keys: (await keysOf(env)).map((key) => ({ ...key.published })) };
}

/** Signs an access token. */
export async function signAccessToken(env: Env, subject: TokenSubject): Promise<string> {
  const [key] = await keysOf(env);
  if (!key) throw new Error('SIGNING_KEYS holds no key');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    tenant: subject.tenantId,
    kind: subject.kind,
    client_id: subject.clientId,
    roles: subject.roles,
    ...(subject.scopes ? { scope: subject.scopes.join(' ') } : {}),
    ...(subject.sessionId ? { sid: subject.sessionId } : {}),
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
    .setIssuer(env.ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject.subject)
    .setJti(newId('tok', now * 1000))
    .setIssuedAt(now)
    .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
    .sign(key.signer);
}
