import type { OAuthError } from '../../../contracts/identity/oauth.ts';

/** An OAuth error answer (RFC 6749 section 5.2). */
export function oauthError(status: number, error: string, description: string): OAuthError {
  return { ok: false, status, error, description };
}
