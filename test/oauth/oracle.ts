/** oidc-provider, configured to be what we are: an OAuth server of the same kind, made by somebody else. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { errors, Provider } from 'oidc-provider';
import { clientKey } from './ours.ts';
import type { Landing, Subject } from './subject.ts';

const RESOURCE = 'https://api.example';
/** Its JWT access tokens cannot be introspected; those of this resource are opaque and can. */
const OPAQUE = 'https://opaque.example';
const SCOPES = 'read write';
const SECRET = 'secret_!*~:%&+chars-0123456789abcdef';

/** Starts the oracle on a free port of loopback. */
export async function startOracle(): Promise<Subject> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const redirectUri = `${issuer}/cb`;
  const { key, jwk } = await clientKey();
  const settings = await configuration(redirectUri, jwk);
  const provider = muted(() => new Provider(issuer, settings));
  const handle = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url!.startsWith('/interaction/')) void consent(provider, request, response);
    else void handle(request, response);
  });
  return {
    name: 'oidc-provider',
    issuer,
    redirectUri,
    audience: RESOURCE,
    scopes: { good: 'read', refused: 'admin', flow: SCOPES },
    clients: { secret: { id: 'secret', secret: SECRET }, assertion: { id: 'keys', key }, public: { id: 'public' } },
    introspectable: { resource: OPAQUE },
    signIn: (url) => follow(url, redirectUri),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** It warns that its store is in memory, which is all that is wanted of it here. */
function muted<T>(work: () => T): T {
  const { info, warn } = console;
  Object.assign(console, { info: () => {}, warn: () => {} });
  try {
    return work();
  } finally {
    Object.assign(console, { info, warn });
  }
}

async function configuration(redirectUri: string, clientJwk: Record<string, unknown>) {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'], scope: 'openid' };
  const resources: Record<string, 'jwt' | 'opaque'> = { [RESOURCE]: 'jwt', [OPAQUE]: 'opaque' };
  return {
    clients: [
      { client_id: 'secret', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic', ...machine },
      {
        client_id: 'keys',
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [clientJwk] },
        ...machine,
      },
      {
        client_id: 'public',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'oracle', alg: 'ES256', use: 'sig' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    responseTypes: ['code'],
    scopes: ['admin'],
    claims: {},
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    allowOmittingSingleRegisteredRedirectUri: false,
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    renderError: async (context: { type: string; body: unknown }, out: unknown) => {
      context.type = 'json';
      context.body = out;
    },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      ClientCredentials: 600,
      Grant: 3_600,
      Interaction: 600,
      RefreshToken: 3_600,
      Session: 3_600,
    },
    cookies: { keys: ['for the checks alone'] },
    interactions: { url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      revocation: { enabled: true, allowedPolicy: async () => true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_context: unknown, _client: unknown, asked?: string | string[]) => asked ?? RESOURCE,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_context: unknown, resource: string) => {
          const format = resources[resource];
          if (!format) throw new errors.InvalidTarget();
          return { scope: SCOPES, audience: resource, accessTokenFormat: format, jwt: { sign: { alg: 'ES256' } } };
        },
      },
    },
  } as never;
}

/** Signs one person in and grants what is asked for, without a page. */
async function consent(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const accountId = session?.accountId ?? 'person';
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId, clientId: String(params.client_id) });
  const missing = (prompt.details.missingResourceScopes ?? {}) as Record<string, string[]>;
  for (const [resource, scopes] of Object.entries(missing)) grant!.addResourceScope(resource, scopes.join(' '));
  await provider.interactionFinished(
    request,
    response,
    { consent: { grantId: await grant!.save() } },
    { mergeWithLastSubmission: true },
  );
}

/** A browser with cookies of its own that stops at the redirect address. */
async function follow(start: URL, redirectUri: string): Promise<Landing> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 10; hop++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { accept: 'application/json', cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    if (!location) return { status: answer.status };
    url = new URL(location, url);
    if (url.href.startsWith(redirectUri)) return { location: url };
  }
  throw new Error('the oracle redirects in circles');
}
