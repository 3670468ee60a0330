import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, type Fetch } from '../../scripts/support/api.ts';
import { createTenant, fetchOf, signIn, type TestTenant } from '../support/fixtures.ts';
import { type Platform, startPlatform } from '../support/harness.ts';

let platform: Platform;
let tenant: TestTenant;
let fetcher: Fetch;

const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

beforeAll(async () => {
  platform = await startPlatform();
  tenant = await createTenant(platform, 'acme');
  fetcher = fetchOf(platform);
});
afterAll(() => platform?.close());

describe('signing in', () => {
  it('shows the same page for a wrong password and an unknown user', async () => {
    const wrong = await signIn(platform.origin, platform.issuer, tenant.adminEmail, 'wrong password', fetcher);
    const unknown = await signIn(platform.origin, platform.issuer, 'nobody@acme.example', 'wrong password', fetcher);
    // The PKCE challenge is random, and the e-mail what was entered; everything else must be the same.
    const page = (answer: object) =>
      JSON.stringify(answer).replaceAll(/value=\\"([\w-]{43}|\w+@acme\.example)\\"/g, '');
    expect(page(wrong)).toBe(page(unknown));
    expect(wrong).toMatchObject({ status: 401, html: expect.stringContaining('role="alert"') });
  });

  it('stops guessing at one account after ten tries a minute', async () => {
    const tries = [];
    for (let i = 0; i < 12; i++) {
      tries.push(await signIn(platform.origin, platform.issuer, 'guessed@acme.example', `guess number ${i}`, fetcher));
    }
    expect(
      tries.map((answer) => ('status' in answer ? answer.status : 200)).filter((status) => status === 429),
    ).toHaveLength(2);
  });

  it('rotates refresh tokens; one whose successor was used ends the session', async () => {
    const session = await signIn(platform.origin, platform.issuer, tenant.adminEmail, tenant.password, fetcher);
    if (!('refreshToken' in session)) throw new Error('not signed in');
    const refresh = (token: string) =>
      fetcher(
        `${platform.origin}/oauth/token`,
        form({ grant_type: 'refresh_token', client_id: 'fairlead-console', refresh_token: token }),
      );
    const successorOf = async (token: string) =>
      ((await (await refresh(token)).json()) as { refresh_token: string }).refresh_token;
    const next = await successorOf(session.refreshToken);
    expect(next).not.toBe(session.refreshToken);
    // An answer that was lost: the same once more.
    expect(await successorOf(session.refreshToken)).toBe(next);
    const newest = await successorOf(next);
    expect((await refresh(session.refreshToken)).status).toBe(400);
    expect((await refresh(newest)).status).toBe(400);
  });

  it('answers one successor to many parallel uses of a refresh token', async () => {
    const session = await signIn(platform.origin, platform.issuer, tenant.adminEmail, tenant.password, fetcher);
    if (!('refreshToken' in session)) throw new Error('not signed in');
    const uses = await Promise.all(
      Array.from({ length: 20 }, () =>
        fetcher(
          `${platform.origin}/oauth/token`,
          form({ grant_type: 'refresh_token', client_id: 'fairlead-console', refresh_token: session.refreshToken }),
        ),
      ),
    );
    const answers = (await Promise.all(uses.map((answer) => answer.json()))) as { refresh_token: string }[];
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
  });

  it('refuses requests without PKCE, for unknown clients and to other addresses', async () => {
    const request = {
      response_type: 'code',
      client_id: 'fairlead-console',
      redirect_uri: `${platform.issuer}/auth/callback`,
      state: 's',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    };
    const ask = (change: object) =>
      fetcher(`${platform.origin}/oauth/authorize?${new URLSearchParams({ ...request, ...change })}`);
    expect((await ask({})).status).toBe(200);
    for (const change of [{ client_id: 'x' }, { redirect_uri: 'https://evil.example/' }]) {
      expect((await ask(change)).status).toBe(400);
    }
    // Once it is certain who asks and where the answer goes, the refusal goes there too.
    for (const [change, error] of [
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'no:such' }, 'invalid_scope'],
    ] as const) {
      const { status, headers } = await ask(change);
      const answer = new URL(headers.get('location')!).searchParams;
      expect([status, answer.get('error'), answer.get('iss')]).toEqual([303, error, platform.issuer]);
    }
  });
});

describe('tokens', () => {
  it('are checked: nothing altered, expired or foreign passes', async () => {
    const token = await tenant.admin.token();
    const read = (text: string) =>
      fetcher(`${platform.origin}/v1/containers`, { headers: { authorization: `Bearer ${text}` } }).then(
        (a) => a.status,
      );
    expect(await read(token)).toBe(200);
    const [head, body, signature] = token.split('.') as [string, string, string];
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    for (const bad of [
      `${none}.${body}.`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${token}\u00a0`,
      `${token}==`,
      `${head}.${body}`,
      'x',
    ]) {
      expect(await read(bad)).toBe(401);
    }
  });

  it('carry roles and scopes: each may do what it says and nothing more', async () => {
    const make = async (role: string, scopes?: string[]) => {
      const client = await tenant.admin.must('POST', '/v1/clients', {
        name: role,
        role,
        ...(scopes ? { scopes } : {}),
      });
      return new ApiClient(platform.origin, { id: client.id, secret: client.secret }, fetcher);
    };
    const viewer = await make('viewer');
    expect((await viewer.call('GET', '/v1/containers')).status).toBe(200);
    expect((await viewer.call('POST', '/v1/containers', { containers: [{ number: 'CSQU3054383' }] })).status).toBe(403);
    expect((await viewer.call('GET', '/v1/users')).status).toBe(403);
    const narrow = await make('tenant_admin', ['containers:read']);
    expect((await narrow.call('GET', '/v1/containers')).status).toBe(200);
    expect((await narrow.call('GET', '/v1/users')).status).toBe(403);
    expect((await tenant.admin.call('GET', '/v1/tenants')).status).toBe(403);
    const maker = await make('tenant_admin', ['clients:manage', 'users:manage']);
    const inherited = await maker.must('POST', '/v1/clients', { name: 'inherits', role: 'tenant_admin' });
    expect(inherited.scopes).toEqual(['clients:manage', 'users:manage']);
    const wider = { name: 'wider', role: 'tenant_admin', scopes: ['containers:read'] };
    expect((await maker.call('POST', '/v1/clients', wider)).status).toBe(403);
    const user = { email: 'x@acme.example', name: 'X', role: 'tenant_admin', password: 'a long password' };
    expect((await maker.call('POST', '/v1/users', user)).status).toBe(403);
    expect((await tenant.admin.must('GET', '/v1/me')).roles).toEqual(['tenant_admin']);
  });
});

describe('services', () => {
  it('authorize the actor themselves, without the gateway', async () => {
    const tracking = (await platform.server.getWorker('fairlead-tracking').getExport()) as unknown as {
      listContainers(context: object, input: object): Promise<{ ok: boolean; code?: string }>;
    };
    const actor = {
      tenantId: tenant.id,
      subject: 'x',
      kind: 'user',
      roles: [],
      scopes: null,
      sessionId: null,
    };
    const ask = (context: object) => tracking.listContainers({ correlationId: 'c', address: 'local', ...context }, {});
    expect(await ask({ actor })).toMatchObject({ ok: false, code: 'forbidden' });
    expect(await ask({ actor: null })).toMatchObject({ ok: false, code: 'unauthenticated' });
  });
});

describe('the edge', () => {
  it('answers unknown addresses and missing assets with 404 problems, pages with HTML, all with security headers', async () => {
    for (const path of ['/v1/nothing', '/assets/missing.js', '/nothing.html']) {
      const answer = await fetcher(platform.origin + path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json',
      ]);
    }
    const page = await fetcher(`${platform.origin}/containers/CSQU3054383`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('bounds bodies and names what is not JSON', async () => {
    const headers = {
      authorization: `Bearer ${await tenant.admin.token()}`,
      'content-type': 'application/json',
      'idempotency-key': 'bounds-of-bodies',
    };
    const send = (body: string) => fetcher(`${platform.origin}/v1/containers`, { method: 'POST', headers, body });
    expect((await send(`"${'x'.repeat(300_000)}"`)).status).toBe(413);
    const broken = await send('{');
    expect([broken.status, ((await broken.json()) as { errors: { code: string }[] }).errors[0]!.code]).toEqual([
      400,
      'not_json',
    ]);
  });

  it('documents every operation, each with its access', async () => {
    const document = (await (await fetcher(`${platform.origin}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { 'x-access'?: string }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.every((op) => op['x-access'])).toBe(true);
  });
});
