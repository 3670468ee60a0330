/** DPoP proofs (RFC 9449): a token that is bound to a key is worth nothing without the key. */
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import { base64Url } from './ids.ts';
import { DPOP_PROOF_SECONDS } from './limits.ts';

const PROOF_MAX_CHARS = 4_096;
const SKEW_SECONDS = 5;

/** What a proof must be for: the request's method and address (without query), and the token it comes with. */
export interface ProofTarget {
  method: string;
  url: string;
  accessToken?: string;
}

/** A proof that is right; its id may be used once until it expires (ms). */
export interface Proof {
  keyThumbprint: string;
  id: string;
  until: number;
}

/** Whether a text has the exact form of a compact JWS: jose forgives padding and white space, we do not. */
export function isCompactJws(text: string, maxChars: number): boolean {
  return text.length <= maxChars && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/** Checks a proof (section 4.3); null when anything about it is wrong. */
export async function verifyProof(text: string, target: ProofTarget, nowMs: number): Promise<Proof | null> {
  if (!isCompactJws(text, PROOF_MAX_CHARS)) return null;
  try {
    const { payload, protectedHeader } = await jwtVerify(text, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256', 'EdDSA', 'Ed25519'],
      requiredClaims: ['jti', 'htm', 'htu', 'iat'],
      currentDate: new Date(nowMs),
      clockTolerance: SKEW_SECONDS,
    });
    const { jti, htm, htu, iat, ath } = payload as {
      jti: unknown;
      htm: unknown;
      htu: unknown;
      iat: number;
      ath?: unknown;
    };
    const jwk = protectedHeader.jwk as JWK & { d?: unknown; k?: unknown };
    const now = nowMs / 1000;
    if ('d' in jwk || 'k' in jwk) return null;
    if (typeof jti !== 'string' || jti.length < 8 || jti.length > 200) return null;
    if (htm !== target.method || typeof htu !== 'string' || bareUrl(htu) !== bareUrl(target.url)) return null;
    if (iat > now + SKEW_SECONDS || iat < now - DPOP_PROOF_SECONDS) return null;
    if (target.accessToken !== undefined && ath !== (await hashOf(target.accessToken))) return null;
    const keyThumbprint = await calculateJwkThumbprint(jwk);
    return { keyThumbprint, id: `${keyThumbprint}:${jti}`, until: (iat + DPOP_PROOF_SECONDS + SKEW_SECONDS) * 1000 };
  } catch {
    return null;
  }
}

async function hashOf(token: string): Promise<string> {
  return base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))));
}

function bareUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.origin + url.pathname;
}
