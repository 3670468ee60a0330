/** Tenants, people and things that tests need, made through the public API as a customer would. */
import { randomBytes } from 'node:crypto';
import { ApiClient, type Fetch } from '../../scripts/support/api.ts';
import { createTenantWithAdmin } from '../../scripts/support/invitations.ts';
import { AnswerCheck } from './contracts.ts';
import type { Platform } from './harness.ts';

/** A tenant with an administrator's machine client. */
export interface TestTenant {
  id: string;
  shard: string;
  admin: ApiClient;
  adminEmail: string;
  password: string;
  carrierId: string;
}

const checks = new WeakMap<Platform, Promise<AnswerCheck>>();

/** A fetch that takes absolute URLs of the platform; every answer is held against its contract. */
export function fetchOf(platform: Platform): Fetch {
  const send = (url: string, init?: RequestInit): Promise<Response> =>
    platform.server.fetch(url, { redirect: 'manual', ...init } as never) as unknown as Promise<Response>;
  return async (url, init) => {
    let check = checks.get(platform);
    if (!check) {
      check = send(`${platform.origin}/openapi.json`).then(
        async (answer) => new AnswerCheck((await answer.json()) as never),
      );
      checks.set(platform, check);
    }
    // Ready before the request: a body that waits to be read is let go of when its connection is.
    const ready = await check;
    const answer = await send(url, init);
    await ready.check(init?.method ?? 'GET', url, answer);
    return answer;
  };
}

/** The platform operator's client. */
export function operatorOf(platform: Platform): ApiClient {
  const credentials = { id: 'platform-operator', secret: platform.operatorSecret };
  return new ApiClient(platform.origin, credentials, fetchOf(platform));
}

/** Signs in as a user the way the console does and returns a client that holds the tokens. */
export async function signIn(
  origin: string,
  issuer: string,
  email: string,
  password: string,
  fetcher: Fetch,
): Promise<{ accessToken: string; refreshToken: string } | { status: number; html: string }> {
  const verifier = randomBytes(48).toString('base64url').slice(0, 64);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const request = {
    response_type: 'code',
    client_id: 'fairlead-console',
    redirect_uri: `${issuer}/auth/callback`,
    state: 'xyz',
    code_challenge: Buffer.from(digest).toString('base64url'),
    code_challenge_method: 'S256',
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const login = await fetcher(`${origin}/oauth/authorize`, {
    method: 'POST',
    headers: form,
    body: new URLSearchParams({ ...request, email, password }).toString(),
    redirect: 'manual',
  });
  if (login.status !== 303) return { status: login.status, html: await login.text() };
  const code = new URL(login.headers.get('location')!).searchParams.get('code')!;
  const token = await fetcher(`${origin}/oauth/token`, {
    method: 'POST',
    headers: form,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: request.client_id,
      redirect_uri: request.redirect_uri,
      code,
      code_verifier: verifier,
    }).toString(),
  });
  const body = (await token.json()) as { access_token: string; refresh_token: string };
  return { accessToken: body.access_token, refreshToken: body.refresh_token };
}

/** Creates a tenant with one carrier and a machine client for its administrator. */
export async function createTenant(platform: Platform, slug: string): Promise<TestTenant> {
  const fetcher = fetchOf(platform);
  const operator = operatorOf(platform);
  const password = randomBytes(12).toString('base64url');
  const adminEmail = `admin@${slug}.example`;
  const tenant = await createTenantWithAdmin(
    operator,
    { name: slug, slug, email: adminEmail },
    { name: 'Admin', password },
    fetcher,
  );
  const signedIn = await signIn(platform.origin, platform.issuer, adminEmail, password, fetcher);
  if (!('accessToken' in signedIn)) throw new Error(`sign-in failed: ${signedIn.status} ${signedIn.html}`);
  const user = new ApiClient(platform.origin, null, fetcher);
  const client = await user.must(
    'POST',
    '/v1/clients',
    { name: 'tests', role: 'tenant_admin' },
    { authorization: `Bearer ${signedIn.accessToken}` },
  );
  const admin = new ApiClient(platform.origin, { id: client.id, secret: client.secret }, fetcher);
  const carrier = await admin.must('POST', '/v1/carriers', {
    scac: slug
      .slice(0, 4)
      .toUpperCase()
      .replaceAll(/[^A-Z]/g, 'X'),
    name: `Carrier of ${slug}`,
    contactEmail: `desk@${slug}-line.example`,
  });
  return { id: tenant.id, shard: tenant.shard, admin, adminEmail, password, carrierId: carrier.id };
}

/** A runtime in another process needs wall time to do its work: what a test waits between two looks. */
const LOOK_MS = 10;

/** Waits until a check holds; fails after `tries` looks. */
export async function until<T>(
  what: string,
  check: () => Promise<T | null | undefined | false>,
  tries = 400,
): Promise<T> {
  for (let i = 0; i < tries; i++) {
    const found = await check();
    if (found) return found;
    await pause(LOOK_MS);
  }
  throw new Error(`still not so after ${tries} looks: ${what}`);
}

/** Yields to a runtime in another process, which needs wall time to do its work. */
export function pause(ms = 100): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until a platform answers again. */
export async function reachable(origin: string): Promise<void> {
  for (let look = 0; look < 600; look++) {
    const up = await fetch(`${origin}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return;
    await pause();
  }
  throw new Error('the platform did not come back');
}

/** An instant so many days from now. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

/** Contracted space as the API takes it, from Shanghai to Rotterdam in a week; `more` overrides. */
export function spaceOf(carrierId: string, capacity: number, more: object = {}): object {
  return {
    carrierId,
    origin: 'CNSHA',
    destination: 'NLRTM',
    period: '2026-W48',
    capacity,
    departureAt: inDays(7),
    arrivalAt: inDays(36),
    ...more,
  };
}
