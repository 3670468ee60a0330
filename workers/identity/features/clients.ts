/** Machine clients of a tenant. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Client, ClientWithSecret } from '../../../contracts/identity/clients.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import type { Permission, Role } from '../../../contracts/kit/permissions.ts';
import { type Answer, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { notesOf } from '../../../platform/audit.ts';
import { actingAs, directoryAnswers } from '../../../platform/d1/directory.ts';
import { isStale } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { clients } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { newId, randomToken } from '../../../platform/ids.ts';
import { toInstant } from '../../../platform/instants.ts';
import { SECRET_OVERLAP_HOURS } from '../../../platform/limits.ts';
import { sha256Hex } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';
import { isNarrowed, refuseGrant, refuseOver } from './authority.ts';
import { endings, withFollowing } from './principal-changes.ts';

type Row = typeof clients.$inferSelect;

const toApi = (row: Row): Client => ({
  id: row.id,
  name: row.name,
  role: row.role as Role,
  scopes: row.scopes as Permission[] | null,
  method: row.jwks ? 'private_key_jwt' : 'client_secret',
  status: row.status,
  createdAt: toInstant(row.createdAt),
  version: row.version,
});

/** The ids of a client's public keys. */
const keyIds = ({ jwks }: Row): unknown[] | null => jwks && jwks.map(({ kid }) => kid);

// 256 random bits need no slow hash: there is nothing to guess.
const newSecret = (): string => `fls_${randomToken()}`;

async function find(env: Env, scope: Scope, id: string): Promise<Row | undefined> {
  return drizzle(env.DIRECTORY)
    .select()
    .from(clients)
    .where(and(eq(clients.tenantId, scope.tenantId), eq(clients.id, id)))
    .get();
}

/** Creates a machine client and returns its secret, once; a client with keys gets none. */
export async function createClient({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createClient'>): Promise<Answer<ClientWithSecret>> {
  const scopes = input.scopes ?? (scope.scopes && [...scope.scopes]);
  const refused = refuseGrant(scope, { role: input.role, scopes });
  if (refused) return refused;
  const write = {
    make: async () => {
      const secret = input.jwks ? null : newSecret();
      const row: Row = {
        id: newId('cli', now),
        tenantId: scope.tenantId,
        name: input.name,
        role: input.role,
        scopes,
        secretHash: secret && (await sha256Hex(secret)),
        previousSecretHash: null,
        previousUntil: null,
        jwks: input.jwks ?? null,
        status: 'active',
        version: 1,
        securityVersion: 1,
        createdAt: now,
      };
      return {
        answer: { ...toApi(row), ...(secret ? { secret } : {}) },
        statements: [
          prepared(env.DIRECTORY, drizzle(env.DIRECTORY).insert(clients).values(row)),
          ...acted(env, scope, row.id, 'client.created', { after: toApi(row) }, now),
        ],
      };
    },
  };
  return withFollowing(env, scope.tenantId, () =>
    once(directoryAnswers(env, scope), scope, { operation: 'client', key, input }, now, write),
  );
}

/** The statements that record what was done to a client. */
function acted(
  env: Env,
  scope: Scope,
  id: string,
  action: string,
  states: { before?: object; after?: object },
  now: number,
): D1PreparedStatement[] {
  const done = { organisationId: scope.tenantId, action, object: { type: 'client' as const, id }, ...states };
  return audited(env.DIRECTORY, scope.tenantId, notesOf(scope, done, now));
}

/** What a change of a client is called in the audit trail: by what weighs most in it. */
function actionOf(row: Row, next: Row): string {
  if (next.status !== row.status) return next.status === 'disabled' ? 'client.disabled' : 'client.enabled';
  if (next.jwks !== row.jwks) return 'client.keys_changed';
  return isNarrowed(row, next) ? 'client.narrowed' : 'client.changed';
}

/** The tenant's machine clients, newest first. */
export async function listClients({ env, scope, input }: For<'listClients'>): Promise<Answer<Page<Client>>> {
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(clients)
    .where(and(eq(clients.tenantId, scope.tenantId), lt(clients.id, beforeId(input))))
    .orderBy(desc(clients.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, toApi));
}

/** One machine client. */
export async function getClient({ env, scope, input }: For<'getClient'>): Promise<Answer<Client>> {
  const row = await find(env, scope, input.id);
  return row ? ok(toApi(row)) : notFound('client');
}

/**
 * Changes a client's name, scopes, keys or status, if it is still the version the caller has seen. With a
 * permission, a key or the account itself ends what the client made and holds until then.
 */
export async function changeClient({
  env,
  scope,
  input: { id, ...input },
  expectedVersion,
  now,
}: For<'changeClient'>): Promise<Answer<Client>> {
  const row = await find(env, scope, id);
  if (!row) return notFound('client');
  const beyond = refuseOver(scope, row) ?? refuseGrant(scope, { role: row.role, scopes: input.scopes });
  if (beyond) return beyond;
  if (input.status === 'disabled' && id === scope.subject) return fail('forbidden', 'A client cannot disable itself');
  if (input.jwks && !row.jwks) {
    return fault('/jwks', 'method', 'This client proves itself by a secret and has no keys');
  }
  const stale = fail('precondition.failed', 'The client has changed since you read it');
  if (row.version !== expectedVersion) return stale;
  const { jwks, ...rest } = input;
  const change = { ...rest, ...(jwks ? { jwks } : {}) };
  const ends =
    input.status !== row.status ||
    isNarrowed(row, { role: row.role, scopes: input.scopes }) ||
    (jwks !== undefined && JSON.stringify(jwks) !== JSON.stringify(row.jwks));
  const next: Row = {
    ...row,
    ...change,
    version: row.version + 1,
    securityVersion: row.securityVersion + (ends ? 1 : 0),
  };
  const { version, securityVersion } = next;
  const update = drizzle(env.DIRECTORY)
    .update(clients)
    .set({ ...change, version, securityVersion })
    .where(isStillOf(row));
  const states = { before: { ...toApi(row), keys: keyIds(row) }, after: { ...toApi(next), keys: keyIds(next) } };
  const statements = [
    prepared(env.DIRECTORY, update),
    guard(env.DIRECTORY),
    ...(ends ? await endings(env, next, { by: scope, now }) : []),
    ...acted(env, scope, id, actionOf(row, next), states, now),
  ];
  try {
    await withFollowing(env, scope.tenantId, () => actingAs(env.DIRECTORY, scope).batch(statements));
  } catch (error) {
    if (isStale(error)) return stale;
    throw error;
  }
  return ok(toApi(next));
}

/** The very version of a row on which its caller's right was checked. */
const isStillOf = ({ id, tenantId, version }: Row) =>
  and(eq(clients.id, id), eq(clients.tenantId, tenantId), eq(clients.version, version));

/**
 * Makes a new secret. The one before works for another day, so that nothing stops; `immediately` ends it, with
 * everything the client made and holds: for a secret that has leaked.
 */
export async function rotateClientSecret({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'rotateClientSecret'>): Promise<Answer<ClientWithSecret>> {
  const rotated = { operation: 'client.rotate', key, input };
  const target = await find(env, scope, input.id);
  if (!target) return notFound('client');
  // Before a stored answer too: it shows the secret, and its caller may do less by now.
  const beyond = refuseOver(scope, target);
  if (beyond) return beyond;
  const make = async () => {
    const row = (await find(env, scope, input.id)) ?? target;
    if (!row.secretHash) return fail('conflict.exists', 'This client proves itself by its keys and has no secret');
    const secret = newSecret();
    const previous = input.immediately
      ? { previousSecretHash: null, previousUntil: null, securityVersion: row.securityVersion + 1 }
      : { previousSecretHash: row.secretHash, previousUntil: now + SECRET_OVERLAP_HOURS * 3_600_000 };
    const change = { secretHash: await sha256Hex(secret), ...previous, version: row.version + 1 };
    const next: Row = { ...row, ...change };
    const update = drizzle(env.DIRECTORY).update(clients).set(change).where(isStillOf(row));
    return {
      answer: { ...toApi(next), secret },
      statements: [
        prepared(env.DIRECTORY, update),
        guard(env.DIRECTORY),
        ...(input.immediately ? await endings(env, next, { by: scope, now }) : []),
        ...acted(env, scope, row.id, 'client.rotated', { after: { immediately: input.immediately } }, now),
      ],
    };
  };
  const explain = (error: unknown) =>
    isStale(error) ? fail('precondition.failed', 'The client was changed at the same time') : null;
  return withFollowing(env, scope.tenantId, () =>
    once(directoryAnswers(env, scope), scope, rotated, now, { make, explain }),
  );
}
