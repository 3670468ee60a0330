/** Sessions: one's own, and those of the users one looks after. */
import type { Session } from '../../../contracts/identity/people.ts';
import type { Paging } from '../../../contracts/kit/paging.ts';
import { type Answer, type Failure, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { notesOf } from '../../../platform/audit.ts';
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

async function end(
  { env, scope, now }: Pick<For<'signOut'>, 'env' | 'scope' | 'now'>,
  owner: Owner | Failure,
  sessionId: string,
): Promise<Answer<{ ended: boolean }>> {
  if ('ok' in owner) return owner;
  const object = { type: 'session' as const, id: sessionId };
  const done = { organisationId: owner.tenantId, action: 'session.ended', object, before: { userId: owner.id } };
  const ending = { userId: owner.id, notes: notesOf(scope, done, now) };
  const ended = await tenantPolicy(env, owner.tenantId).endSession(sessionId, ending);
  return ended ? ok({ ended }) : notFound('session');
}

/** Where one is signed in, newest first. */
export async function listSessions({ env, scope, input }: For<'listSessions'>): Promise<Answer<Page<Session>>> {
  return list(env, own(scope), input);
}

/** Ends one of one's own sessions. */
export async function endSession(request: For<'endSession'>): Promise<Answer<{ ended: boolean }>> {
  return end(request, own(request.scope), request.input.sessionId);
}

/** Ends the session of the token that asks. */
export async function signOut(request: For<'signOut'>): Promise<Answer<{ ended: boolean }>> {
  const { sessionId } = request.scope;
  return sessionId ? end(request, own(request.scope), sessionId) : ok({ ended: false });
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
export async function endUserSession(request: For<'endUserSession'>): Promise<Answer<{ ended: boolean }>> {
  const { env, scope, input } = request;
  return end(request, await ofUser(env, scope, input.id), input.sessionId);
}

/** Signs a user out everywhere. */
export async function endUserSessions({
  env,
  scope,
  input,
  now,
}: For<'endUserSessions'>): Promise<Answer<{ ended: number }>> {
  const owner = await ofUser(env, scope, input.id);
  if ('ok' in owner) return owner;
  const { id, tenantId: organisationId } = owner;
  const notes = notesOf(scope, { organisationId, action: 'session.all_ended', object: { type: 'user', id } }, now);
  return ok({ ended: await tenantPolicy(env, organisationId).endSessionsOf(id, notes) });
}
