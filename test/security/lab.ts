/** What the security checks work with: two tenants, their people and machines, and what the platform has stored. */
import { randomUUID } from 'node:crypto';
import { ApiClient, type Fetch } from '../../scripts/support/api.ts';
import type { Check as CheckOf } from '../support/checks.ts';
import { callWith, type PersonAnswer, sendForm } from '../support/people.ts';
import { type StartedWorld, startWorld } from '../support/world.ts';

/** A machine client with its secret, as its tenant's administrator made it. */
export interface Machine {
  id: string;
  secret: string;
  version: number;
  api: ApiClient;
}

/** The platform under test and what the checks do with it. */
export interface Lab extends StartedWorld {
  /** Sends a request with a token and answers whatever came. */
  call(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<PersonAnswer>;
  /** Sends a form; redirects are answers. */
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** A machine client of a tenant. */
  machine(of: ApiClient, role: string, scopes?: string[]): Promise<Machine>;
  /** A network address that no check has used before. */
  address(): Record<string, string>;
}

/** One check of the security lab. */
export type Check = CheckOf<Lab>;

/** Starts a platform with its world. */
export async function startLab(): Promise<Lab> {
  const world = await startWorld();
  const { platform, fetcher } = world;
  let addresses = 0;
  return {
    ...world,
    call: (token, method, path, body, headers) =>
      callWith(platform, token === null ? '' : `Bearer ${token}`, method, path, body, headers),
    form: (path, fields, headers) => sendForm(platform, path, fields, headers),
    machine: async (of, role, scopes) => {
      const made = await of.must('POST', '/v1/clients', { name: 'a machine', role, ...(scopes ? { scopes } : {}) });
      const api = new ApiClient(platform.origin, { id: made.id, secret: made.secret }, fetcher);
      return { id: made.id, secret: made.secret, version: made.version, api };
    },
    address: () => ({ 'cf-connecting-ip': `2001:db8:${(++addresses).toString(16)}::1` }),
  };
}

/** Changes a machine client as an administrator of its tenant does. */
export async function changeMachine(of: ApiClient, id: string, change: object): Promise<void> {
  const { name, scopes, status, version } = await of.must('GET', `/v1/clients/${id}`);
  await of.must('PUT', `/v1/clients/${id}`, { name, scopes, status, ...change }, { 'if-match': `"${version}"` });
}

/** Requests an access token by a client's secret; the status with the error, if there is one. */
export async function tokenBy(
  lab: Lab,
  { id, secret }: { id: string; secret: string },
  headers: Record<string, string> = {},
): Promise<{ status: number; token: string; error: string }> {
  const answer = await lab.form(
    '/oauth/token',
    { grant_type: 'client_credentials', client_id: id, client_secret: secret },
    headers,
  );
  const body = (await answer.json()) as { access_token?: string; error?: string };
  return { status: answer.status, token: body.access_token ?? '', error: body.error ?? '' };
}

/** The token in the link of an invitation or reset. */
export const tokenOf = (url: string): string => new URL(url).searchParams.get('token')!;

/** What a link opens: the status of choosing a password by it. */
export async function useLink(lab: Lab, url: string, headers: Record<string, string> = {}): Promise<number> {
  const fields = { token: tokenOf(url), name: 'Some Body', password: `a password ${randomUUID()}` };
  return (await lab.form('/set-password', fields, headers)).status;
}

/** Several outcomes in one line, which is what a check compares. */
export const line = (...seen: unknown[]): string => seen.map(String).join(' ');

/** Sends a fetch that must reach the platform at a network address. */
export const at = (fetcher: Fetch, headers: Record<string, string>): Fetch => {
  return (url, init) => fetcher(url, { ...init, headers: { ...(init?.headers as object), ...headers } });
};
