/** Access tokens: ES256 JWTs of type at+jwt (RFC 9068), signed and read back with the key ring's keys. */
import { createLocalJWKSet, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { SealedKey } from '../../../contracts/identity/access.ts';
import { audienceOf } from '../../../contracts/identity/common.ts';
import type { Permission, Role } from '../../../contracts/kit/permissions.ts';
import { publishedKeys, signingKey } from '../../../domain/security/key-schedule.ts';
import { keyRing } from '../../../durable-objects/key-ring/stub.ts';
import { isCompactJws } from '../../../platform/dpop.ts';
import { newId } from '../../../platform/ids.ts';
import { ACCESS_TOKEN_SECONDS } from '../../../platform/limits.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { open } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';

/** What a token says. */
export interface TokenSubject {
  tenantId: string;
  subject: string;
  kind: 'user' | 'client';
  clientId: string;
  roles: Role[];
  scopes: Permission[] | null;
  sessionId: string | null;
  /** The security version of the user or client whose rights it states. */
  securityVersion: number;
  /** Thumbprint of the key that the token is bound to; null for a bearer token. */
  keyThumbprint: string | null;
}

/** How long a signer goes by the ring it knows; what is published is always asked for. */
const RING_TTL_MS = 5_000;
let ring: { keys: SealedKey[]; at: number } | null = null;
const signers = new Map<string, Promise<CryptoKey>>();

async function freshKeys(env: Env): Promise<SealedKey[]> {
  ring = { keys: await keyRing(env).keys(), at: Date.now() };
  return ring.keys;
}

async function keysOf(env: Env): Promise<SealedKey[]> {
  return ring && ring.at > Date.now() - RING_TTL_MS ? ring.keys : freshKeys(env);
}

/** Forgets the keys at hand, so that the next call asks the ring. */
export function forgetKeys(): void {
  ring = null;
}

/** The key to sign with, opened. One that cannot be opened is replaced: else nobody could sign in, operators included. */
async function signerOf(env: Env): Promise<{ kid: string; signer: CryptoKey }> {
  let keys = await keysOf(env);
  for (let replaced = false; ; replaced = true) {
    const key = signingKey(keys, Date.now());
    if (!key) throw new Error('the key ring holds no key to sign with');
    try {
      let signer = signers.get(key.kid);
      if (!signer) {
        signer = loadSigner(env, key);
        signers.set(key.kid, signer);
      }
      return { kid: key.kid, signer: await signer };
    } catch (error) {
      signers.delete(key.kid);
      loggerFor('identity', env.LOG_LEVEL)('error', 'signing_key.unreadable', {
        kid: key.kid,
        error: errorText(error),
      });
      if (replaced) throw error;
      keys = await keyRing(env).replaceUnreadable(key.kid);
      ring = { keys, at: Date.now() };
    }
  }
}

async function loadSigner(env: Env, key: SealedKey): Promise<CryptoKey> {
  const jwk = JSON.parse(await open(env.SEALING_KEY, `signing-key:${key.kid}`, key.sealedPrivateJwk)) as JWK;
  return (await importJWK(jwk, 'ES256')) as CryptoKey;
}

/** The public keys (RFC 7517). */
export async function publicKeys(env: Env): Promise<{ keys: Record<string, unknown>[] }> {
  return { keys: publishedKeys(await freshKeys(env), Date.now()).map((key) => ({ ...key.publicJwk })) };
}

/** Signs an access token. */
export async function signAccessToken(env: Env, subject: TokenSubject): Promise<string> {
  const { kid, signer } = await signerOf(env);
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    tenant: subject.tenantId,
    kind: subject.kind,
    client_id: subject.clientId,
    ver: subject.securityVersion,
    roles: subject.roles,
    ...(subject.scopes ? { scope: subject.scopes.join(' ') } : {}),
    ...(subject.sessionId ? { sid: subject.sessionId } : {}),
    ...(subject.keyThumbprint ? { cnf: { jkt: subject.keyThumbprint } } : {}),
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
    .setIssuer(env.ISSUER)
    .setAudience(audienceOf(env.ISSUER))
    .setSubject(subject.subject)
    .setJti(newId('tok', now * 1000))
    .setIssuedAt(now)
    .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
    .sign(signer);
}

/** The claims of an access token of ours that has not expired, or null. */
export async function readAccessToken(env: Env, token: string): Promise<JWTPayload | null> {
  if (!isCompactJws(token, 8_192)) return null;
  try {
    const { keys } = await publicKeys(env);
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      algorithms: ['ES256'],
      issuer: env.ISSUER,
      audience: audienceOf(env.ISSUER),
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'jti', 'tenant'],
    });
    return payload;
  } catch {
    return null;
  }
}
