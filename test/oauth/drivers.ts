/** Two independent OAuth clients behind one interface: what each makes of a server is the check. */
import * as oa from 'oauth4webapi';
import * as oc from 'openid-client';
import type { RegisteredClient, Subject } from './subject.ts';

/** How a client proves itself. */
export type Method = 'basic' | 'post' | 'assertion' | 'none';

/** Tokens as a client library understood them. */
export interface Tokens {
  access_token: string;
  token_type: string;
  scope?: string | undefined;
  refresh_token?: string | undefined;
}

/** A started code flow. */
export interface Flow {
  url: URL;
  verifier: string;
  state: string;
}

/** One client library. `proof` binds tokens to a key (DPoP). */
export interface Driver {
  name: string;
  metadata: Record<string, unknown>;
  clientCredentials(method: Method, parameters: Record<string, string>, proof?: Proof): Promise<Tokens>;
  begin(parameters?: Record<string, string>): Promise<Flow>;
  finish(flow: Flow, landing: URL, proof?: Proof): Promise<Tokens>;
  refresh(token: string, proof?: Proof): Promise<Tokens>;
  introspect(token: string): Promise<{ active: boolean; client_id?: string }>;
  revoke(token: string, method: Method): Promise<void>;
  newProof(): Promise<Proof>;
}

/** A key to bind tokens to. */
export type Proof = CryptoKeyPair;

/** An error of either library as `401 invalid_client`. */
export function outcomeOf(error: unknown): string {
  const { status, error: code, cause } = error as { status?: number; error?: string; cause?: any };
  if (code && status) return `${status} ${code}`;
  if (code) return `redirect ${code}`;
  // An answer with a challenge: the code is in the body, which the libraries leave to us.
  if (Array.isArray(cause) && status) return `${status} challenge`;
  throw error;
}

function clientFor(subject: Subject, method: Method): RegisteredClient {
  if (method === 'none') return subject.clients.public;
  return method === 'assertion' ? subject.clients.assertion : subject.clients.secret;
}

/** oauth4webapi. */
export async function webApiDriver(subject: Subject): Promise<Driver> {
  const insecure = { [oa.allowInsecureRequests]: true };
  const issuer = new URL(subject.issuer);
  const discovery = await oa.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
  const server = await oa.processDiscoveryResponse(issuer, discovery);
  const use = (method: Method) => {
    const { id, secret, key } = clientFor(subject, method);
    const auth = {
      basic: () => oa.ClientSecretBasic(secret!),
      post: () => oa.ClientSecretPost(secret!),
      assertion: () => oa.PrivateKeyJwt({ key: key!.privateKey, kid: key!.kid }),
      none: () => oa.None(),
    }[method]();
    return { client: { client_id: id }, auth };
  };
  const options = (client: oa.Client, proof?: Proof) => ({
    ...insecure,
    ...(proof ? { DPoP: oa.DPoP(client, proof) } : {}),
  });
  return {
    name: 'oauth4webapi',
    metadata: server as unknown as Record<string, unknown>,
    newProof: () => oa.generateKeyPair('ES256', { extractable: true }),
    async clientCredentials(method, parameters, proof) {
      const { client, auth } = use(method);
      const answer = await oa.clientCredentialsGrantRequest(server, client, auth, parameters, options(client, proof));
      return oa.processClientCredentialsResponse(server, client, answer);
    },
    async begin(parameters = {}) {
      const verifier = oa.generateRandomCodeVerifier();
      const state = oa.generateRandomState();
      const url = new URL(server.authorization_endpoint!);
      url.search = new URLSearchParams({
        client_id: subject.clients.public.id,
        response_type: 'code',
        redirect_uri: subject.redirectUri,
        scope: subject.scopes.flow,
        state,
        code_challenge: await oa.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...parameters,
      }).toString();
      return { url, verifier, state };
    },
    async finish({ verifier, state }, landing, proof) {
      const { client, auth } = use('none');
      const parameters = oa.validateAuthResponse(server, client, landing, state);
      const answer = await oa.authorizationCodeGrantRequest(
        server,
        client,
        auth,
        parameters,
        subject.redirectUri,
        verifier,
        options(client, proof),
      );
      return oa.processAuthorizationCodeResponse(server, client, answer);
    },
    async refresh(token, proof) {
      const { client, auth } = use('none');
      const answer = await oa.refreshTokenGrantRequest(server, client, auth, token, options(client, proof));
      return oa.processRefreshTokenResponse(server, client, answer);
    },
    async introspect(token) {
      const { client, auth } = use('basic');
      const answer = await oa.introspectionRequest(server, client, auth, token, insecure);
      return oa.processIntrospectionResponse(server, client, answer);
    },
    async revoke(token, method) {
      const { client, auth } = use(method);
      await oa.processRevocationResponse(await oa.revocationRequest(server, client, auth, token, insecure));
    },
  };
}

/** openid-client. */
export async function openidDriver(subject: Subject): Promise<Driver> {
  const configure = (method: Method) => {
    const { id, secret, key } = clientFor(subject, method);
    const auth = {
      basic: () => oc.ClientSecretBasic(secret),
      post: () => oc.ClientSecretPost(secret),
      assertion: () => oc.PrivateKeyJwt({ key: key!.privateKey, kid: key!.kid }),
      none: () => oc.None(),
    }[method]();
    const options = { algorithm: 'oauth2' as const, execute: [oc.allowInsecureRequests] };
    return oc.discovery(new URL(subject.issuer), id, undefined, auth, options);
  };
  const configurations = {
    basic: await configure('basic'),
    post: await configure('post'),
    assertion: await configure('assertion'),
    none: await configure('none'),
  };
  const bound = (method: Method, proof?: Proof) =>
    proof ? { DPoP: oc.getDPoPHandle(configurations[method], proof) } : undefined;
  return {
    name: 'openid-client',
    metadata: configurations.none.serverMetadata() as unknown as Record<string, unknown>,
    newProof: () => oc.randomDPoPKeyPair('ES256'),
    clientCredentials: (method, parameters, proof) =>
      oc.clientCredentialsGrant(configurations[method], parameters, bound(method, proof)),
    async begin(parameters = {}) {
      const verifier = oc.randomPKCECodeVerifier();
      const state = oc.randomState();
      const url = oc.buildAuthorizationUrl(configurations.none, {
        redirect_uri: subject.redirectUri,
        scope: subject.scopes.flow,
        state,
        code_challenge: await oc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...parameters,
      });
      return { url, verifier, state };
    },
    finish: ({ verifier, state }, landing, proof) =>
      oc.authorizationCodeGrant(
        configurations.none,
        landing,
        { pkceCodeVerifier: verifier, expectedState: state },
        undefined,
        bound('none', proof),
      ),
    refresh: (token, proof) => oc.refreshTokenGrant(configurations.none, token, undefined, bound('none', proof)),
    introspect: (token) => oc.tokenIntrospection(configurations.basic, token),
    revoke: (token, method) => oc.tokenRevocation(configurations[method], token),
  };
}
