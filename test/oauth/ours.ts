import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { createTenant, fetchOf } from '../support/fixtures.ts';
import { type PlatformOptions, startPlatform } from '../support/harness.ts';
import type { Landing, RegisteredClient, Subject } from './subject.ts';

/** A key pair for private_key_jwt, and the client's public half. */
export async function clientKey(): Promise<{
  key: NonNullable<RegisteredClient['key']>;
  jwk: Record<string, unknown>;
}> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { key: { privateKey, kid }, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}

/** Fairlead itself, with clients and a user made through its API. */
export async function startOurs(options: PlatformOptions = {}): Promise<Subject> {
  const platform = await startPlatform({ ...options, forBrowser: true });
  const { origin, issuer } = platform;
  const tenant = await createTenant(platform, 'oauth');
  const { key, jwk } = await clientKey();
  const secret = await tenant.admin.must('POST', '/v1/clients', { name: 'secret', role: 'viewer' });
  const assertion = await tenant.admin.must('POST', '/v1/clients', { name: 'keys', role: 'viewer', jwks: [jwk] });
  let people = 0;
  const signIn = async (url: URL): Promise<Landing> => {
    const fetcher = fetchOf(platform);
    const page = await fetcher(url.href);
    const sent = page.headers.get('location');
    if (sent) return { location: new URL(sent) };
    if (page.status !== 200) return { status: page.status };
    const form = new URLSearchParams(url.search);
    form.set('email', tenant.adminEmail);
    form.set('password', tenant.password);
    const done = await fetcher(`${origin}/oauth/authorize`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        // From another address each time: the limit of sign-ins from one is not what is looked at here.
        'cf-connecting-ip': `198.51.100.${people++ % 250}`,
      },
      body: form.toString(),
    });
    const location = done.headers.get('location');
    return location ? { location: new URL(location) } : { status: done.status };
  };
  return {
    name: 'Fairlead',
    issuer,
    redirectUri: `${issuer}/auth/callback`,
    audience: `${issuer}/v1`,
    scopes: { good: 'containers:read', refused: 'tenants:manage', flow: 'containers:read bookings:read' },
    clients: {
      secret: { id: secret.id, secret: secret.secret },
      assertion: { id: assertion.id, key },
      public: { id: 'fairlead-console' },
    },
    introspectable: {},
    signIn,
    close: () => platform.close(),
  };
}
