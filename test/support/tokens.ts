/** Tokens that the platform would never make, signed with its own key: expired ones, wrong audiences, and attacks. */
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { open } from '../../platform/secrets.ts';
import type { Platform } from './harness.ts';

/** The platform's present signing key, taken out of its sealed storage. */
export async function signingKeyOf(platform: Platform): Promise<{ kid: string; jwk: JWK }> {
  const storage = await platform.server
    .getWorker('fairlead-identity')
    .getDurableObjectStorage('KeyRing', { name: 'signing' });
  const [row] = await storage.exec<{ kid: string; sealed: string }>(
    'SELECT kid, sealed_private_jwk AS sealed FROM keys ORDER BY active_from LIMIT 1',
  );
  if (!row) throw new Error('the key ring is empty');
  return {
    kid: row.kid,
    jwk: JSON.parse(await open(platform.sealingKey, `signing-key:${row.kid}`, row.sealed)) as JWK,
  };
}

/** Signs claims as the platform would; `header` replaces or adds members. */
export async function mint(
  { kid, jwk }: { kid: string; jwk: JWK },
  claims: { [Name in keyof JWTPayload]: JWTPayload[Name] | undefined },
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
    .sign(await importJWK(jwk, 'ES256'));
}

/** The claims of a token, unchecked. */
export function claimsOf(token: string): JWTPayload & Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as JWTPayload & Record<string, unknown>;
}
