/** Sessions: one's own, and those of the users one looks after. */
import type { Session } from '../../../contracts/identity/people.ts';
import type { Paging } from '../../../contracts/kit/paging.ts';
import { type Answer, type Failure, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { refuseOver } from './authority.ts';
import { refuseMachine } from './me.ts';
import { findUser } from './people.ts';

interface Owner {
  id: string;
  tenantId: string;
}

const own = (scope: Scope): Owner | Failure => refuseMachine(scope) ?? { id: scope.subject, tenantId: scope.tenantId };

const ofUser = async (env: Env, scope: Scope, id: string): Promise<Owner | Failure> => {
  const user = await findUser(env, scope, id);
  return user ? (refuseOver(scope, user) ?? user) : notFound('user');
};

async function list(env: Env, owner: Owner | Failure, paging: Paging): Promise<Answer<Page<Session>>> {
  if ('ok' in owner) return owner;
  return ok(await tenantPolicy(env, owner.tenantId).sessions({ ...paging, userId: owner.id }));
}

async function end(env: Env, owner: Owner | Failure, sessionId: string): Promise<Answer<{ ended: boolean }>> {
  if ('ok' in owner) return owner;
  const ended = await tenantPolicy(env, owner.tenantId).endSession(sessionId, owner.id);
  return ended ? ok({ ended }) : notFound('session');
}

/** Where one is signed in, newest first. */
export async function listSessions({ env, scope, input }: For<'listSessions'>): Promise<Answer<Page<Session>>> {
  return list(env, own(scope), input);
}

/** Ends one of one's own sessions. */
export async function endSession({ env, scope, input }: For<'endSession'>): Promise<Answer<{ ended: boolean }>> {
  return end(env, own(scope), input.sessionId);
}

/** Ends the session of the token that asks. */
export async function signOut({ env, scope }: For<'signOut'>): Promise<Answer<{ ended: boolean }>> {
  return scope.sessionId ? end(env, own(scope), scope.sessionId) : ok({ ended: false });
}

/** Where a user is signed in, newest first. */
export async function listUserSessions({
  env,
  scope,
  input: { id, ...paging },
}: For<'listUserSessions'>): Promise<Answer<Page<Session>>> {
  return list(env, await ofUser(env, scope, id), paging);
}

/** Ends one session of a user. */
export async function endUserSession({
  env,
  scope,
  input,
}: For<'endUserSession'>): Promise<Answer<{ ended: boolean }>> {
  return end(env, await ofUser(env, scope, input.id), input.sessionId);
}

/** Signs a user out everywhere. */
export async function endUserSessions({
  env,
  scope,
  input,
}: For<'endUserSessions'>): Promise<Answer<{ ended: number }>> {
  const owner = await ofUser(env, scope, input.id);
  if ('ok' in owner) return owner;
  return ok({ ended: await tenantPolicy(env, owner.tenantId).endSessionsOf(owner.id) });
}
