import { createHash, randomBytes } from 'node:crypto';

/** Signs a user in as the console does (authorization code with PKCE); returns the access token. */
export async function signIn(origin: string, email: string, password: string): Promise<string> {
  const verifier = randomBytes(48).toString('base64url');
  const redirectUri = `${origin}/auth/callback`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const login = await fetch(`${origin}/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: form,
    body: new URLSearchParams({
      response_type: 'code',
      client_id: 'fairlead-console',
      redirect_uri: redirectUri,
      state: randomBytes(8).toString('hex'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      email,
      password,
    }).toString(),
  });
  const location = login.headers.get('location');
  if (login.status !== 303 || !location) throw new Error(`sign-in of ${email} was refused with ${login.status}`);
  const token = await fetch(`${origin}/oauth/token`, {
    method: 'POST',
    headers: form,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'fairlead-console',
      redirect_uri: redirectUri,
      code: new URL(location).searchParams.get('code')!,
      code_verifier: verifier,
    }).toString(),
  });
  return ((await token.json()) as { access_token: string }).access_token;
}
