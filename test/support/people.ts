/** Signed-in people and what they do with tokens, for tests of sessions and policy. */
import type { Fetch } from '../../scripts/support/api.ts';
import { fetchOf, signIn, type TestTenant } from './fixtures.ts';
import type { Platform } from './harness.ts';

/** A signed-in person. */
export interface Person {
  accessToken: string;
  refreshToken: string;
  /** Sends a request as this person. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<PersonAnswer>;
}

/** An answer, parsed. */
export interface PersonAnswer {
  status: number;
  headers: Headers;
  body: any;
}

/** Sends a request with a token. */
export async function callWith(
  platform: Platform,
  authorization: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<PersonAnswer> {
  const answer = await fetchOf(platform)(platform.origin + path, {
    method,
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
}

/** Signs a person in. */
export async function person(platform: Platform, email: string, password: string): Promise<Person> {
  const signedIn = await signIn(platform.origin, platform.issuer, email, password, fetchOf(platform));
  if (!('accessToken' in signedIn)) throw new Error(`${email} cannot sign in: ${signedIn.status}`);
  const bearer = `Bearer ${signedIn.accessToken}`;
  return {
    ...signedIn,
    call: (method, path, body, headers) => callWith(platform, bearer, method, path, body, headers),
  };
}

/** Sends a form. */
export function sendForm(
  platform: Platform,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  fetcher: Fetch = fetchOf(platform),
): Promise<Response> {
  return fetcher(platform.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
    redirect: 'manual',
  });
}

/** A user of the tenant with a password of their own, by invitation. */
export async function joinTenant(platform: Platform, tenant: TestTenant, email: string, role = 'operations') {
  const invitation = await tenant.admin.must('POST', '/v1/invitations', { email, role });
  const token = new URL(invitation.url).searchParams.get('token')!;
  const password = `password of ${email}`;
  const done = await sendForm(platform, '/set-password', { token, name: 'Some Body', password });
  if (done.status !== 200) throw new Error(`${email} could not choose a password: ${done.status}`);
  const user = (await tenant.admin.all('/v1/users')).find((entry) => entry.email === email);
  return { invitation, token, password, user };
}
