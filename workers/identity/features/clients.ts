/** Machine clients of a tenant. Whether one is enabled is decided by the policy object, which learns of it before the directory. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Client, ClientWithSecret } from '../../../contracts/identity/clients.ts';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import type { Permission, Role } from '../../../contracts/kit/permissions.ts';
import { type Answer, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { tenantPolicy } from '../../../durable-objects/tenant-policy/stub.ts';
import { directoryAnswers } from '../../../platform/d1/directory.ts';
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
import { refuseGrant, refuseRole } from './people.ts';

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
  const refused = refuseRole(scope, input.role, scopes);
  if (refused) return refused;
  return once(directoryAnswers(env), scope, { operation: 'client', key, input }, now, {
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
        createdAt: now,
      };
      return {
        answer: { ...toApi(row), ...(secret ? { secret } : {}) },
        statements: [prepared(env.DIRECTORY, drizzle(env.DIRECTORY).insert(clients).values(row))],
      };
    },
  });
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

/** Changes a client's name, scopes, keys or status, if it is still the version the caller has seen. */
export async function changeClient({
  env,
  scope,
  input: { id, ...input },
  expectedVersion,
}: For<'changeClient'>): Promise<Answer<Client>> {
  const row = await find(env, scope, id);
  if (!row) return notFound('client');
  const beyond = refuseGrant(scope, row.role as Role, input.scopes);
  if (beyond) return beyond;
  if (input.status === 'disabled' && id === scope.subject) return fail('forbidden', 'A client cannot disable itself');
  if (input.jwks && !row.jwks) {
    return fault('/jwks', 'method', 'This client proves itself by a secret and has no keys');
  }
  const { jwks, ...rest } = input;
  const change = { ...rest, ...(jwks ? { jwks } : {}) };
  const stale = fail('precondition.failed', 'The client has changed since you read it');
  if (row.version !== expectedVersion) return stale;
  const policy = tenantPolicy(env, scope.tenantId);
  // Off first here, on last: at no instant does the policy admit what the directory calls disabled.
  const version = row.version + 1;
  const scopesChange = JSON.stringify(input.scopes) !== JSON.stringify(row.scopes);
  const setClient = (enabled: boolean, at: number) =>
    policy.setClient(id, { enabled, version: at, closeSockets: !enabled || scopesChange });
  if (input.status === 'disabled') await setClient(false, version);
  const update = drizzle(env.DIRECTORY)
    .update(clients)
    .set({ ...change, version })
    .where(and(eq(clients.id, id), eq(clients.tenantId, scope.tenantId), eq(clients.version, expectedVersion)));
  try {
    await env.DIRECTORY.batch([prepared(env.DIRECTORY, update), ...guard(env.DIRECTORY)]);
  } catch (error) {
    if (!isStale(error)) throw error;
    const fresh = await find(env, scope, id);
    if (fresh) await setClient(fresh.status === 'active', fresh.version);
    return stale;
  }
  if (input.status === 'active') await setClient(true, version);
  return ok(toApi({ ...row, ...change, version }));
}

/** Makes a new secret; the one before works for another day, so that nothing stops. */
export async function rotateClientSecret({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'rotateClientSecret'>): Promise<Answer<ClientWithSecret>> {
  return once(directoryAnswers(env), scope, { operation: 'client.rotate', key, input }, now, {
    make: async () => {
      const row = await find(env, scope, input.id);
      if (!row) return notFound('client');
      const beyond = refuseGrant(scope, row.role as Role, row.scopes as Permission[] | null);
      if (beyond) return beyond;
      if (!row.secretHash) return fail('conflict.exists', 'This client proves itself by its keys and has no secret');
      const secret = newSecret();
      const change = {
        secretHash: await sha256Hex(secret),
        previousSecretHash: row.secretHash,
        previousUntil: now + SECRET_OVERLAP_HOURS * 3_600_000,
        version: row.version + 1,
      };
      const update = drizzle(env.DIRECTORY)
        .update(clients)
        .set(change)
        .where(and(eq(clients.id, input.id), eq(clients.tenantId, scope.tenantId), eq(clients.version, row.version)));
      return {
        answer: { ...toApi({ ...row, ...change }), secret },
        statements: [prepared(env.DIRECTORY, update), ...guard(env.DIRECTORY)],
      };
    },
    explain: (error) =>
      isStale(error) ? fail('precondition.failed', 'The client was changed at the same time') : null,
  });
}
