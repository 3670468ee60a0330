/** How to come back with what is missing (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1). */

/** Adds the challenges of a 401. */
export function challenge(headers: Headers, issuer: string, reason: string | undefined): void {
  const metadata = `resource_metadata="${issuer}/.well-known/oauth-protected-resource/v1"`;
  // An error only for who came with a token: who came with none learns how to get one.
  const bearer = reason === undefined || reason === 'token_missing' ? '' : 'error="invalid_token", ';
  const proof = reason === 'proof_invalid' || reason === 'proof_used' ? 'error="invalid_dpop_proof", ' : '';
  headers.append('www-authenticate', `Bearer realm="fairlead", ${proof ? '' : bearer}${metadata}`);
  headers.append('www-authenticate', `DPoP algs="ES256 EdDSA", ${proof}${metadata}`);
}
