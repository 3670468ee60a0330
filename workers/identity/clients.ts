/** Machine clients of a tenant. Whether one is enabled is the policy object's word, told before the directory's. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import type { Client, ClientWithSecret, clientChangeSchema, newClientSchema } from '../../contracts/identity.ts';
import type { Permission, Role } from '../../contracts/permissions.ts';
import { fail, type Keyed, ok, type Page, type Result } from '../../contracts/result.ts';
import { tenantPolicy } from '../../durable-objects/stubs.ts';
import { newId, randomToken } from '../../platform/ids.ts';
import { guard, isStale, once } from '../../platform/keyed.ts';
import { SECRET_OVERLAP_HOURS } from '../../platform/limits.ts';
import { clients } from '../../platform/schema/directory.ts';
import { sha256Hex } from '../../platform/secrets.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import { iso, type Paging } from './directory.ts';
import type { Env } from './env.ts';
import { refuseGrant, refuseRole } from './people.ts';

type Row = typeof clients.$inferSelect;

const show = (row: Row): Client => ({
  id: row.id,
  name: row.name,
  role: row.role as Role,
  scopes: row.scopes as Permission[] | null,
  method: row.jwks ? 'private_key_jwt' : 'client_secret',
  status: row.status,
  createdAt: iso(row.createdAt),
  version: row.version,
});

// 256 random bits need no slow hash: there is nothing to guess.
const newSecret = (): string => `fls_${randomToken()}`;

async function find(env: Env, actor: Actor, id: string): Promise<Row | undefined> {
  return drizzle(env.DIRECTORY)
    .select()
    .from(clients)
    .where(and(eq(clients.tenantId, actor.tenantId), eq(clients.id, id)))
    .get();
}

/** Creates a machine client and returns its secret, once; a client with keys gets none. */
export async function createClient(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newClientSchema>,
  key: string,
): Promise<Result<Keyed<ClientWithSecret>>> {
  const scopes = input.scopes ?? actor.scopes;
  const refused = refuse(actor, 'clients:manage') ?? refuseRole(actor, input.role, scopes);
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(env, actor, { operation: 'client', key, input }, async (now) => {
    const secret = input.jwks ? null : newSecret();
    const row: Row = {
      id: newId('cli', now),
      tenantId: actor.tenantId,
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
      answer: { ...show(row), ...(secret ? { secret } : {}) },
      statements: [db.insert(clients).values(row)],
    };
  });
}

/** The tenant's machine clients, newest first. */
export async function listClients(env: Env, actor: Actor, query: Paging): Promise<Result<Page<Client>>> {
  const refused = refuse(actor, 'clients:manage');
  if (refused) return refused;
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(clients)
    .where(and(eq(clients.tenantId, actor.tenantId), lt(clients.id, beforeId(query.cursor))))
    .orderBy(desc(clients.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, show));
}

/** One machine client. */
export async function getClient(env: Env, actor: Actor, id: string): Promise<Result<Client>> {
  const refused = refuse(actor, 'clients:manage');
  if (refused) return refused;
  const row = await find(env, actor, id);
  return row ? ok(show(row)) : notFound('client');
}

/** Changes a client's name, scopes or status, if it is still the version the caller has seen. */
export async function changeClient(
  env: Env,
  actor: Actor,
  id: string,
  input: z.infer<typeof clientChangeSchema>,
  expectedVersion: number,
): Promise<Result<Client>> {
  const refused = refuse(actor, 'clients:manage');
  if (refused) return refused;
  const row = await find(env, actor, id);
  if (!row) return notFound('client');
  const beyond = refuseGrant(actor, row.role as Role, input.scopes);
  if (beyond) return beyond;
  if (input.status === 'disabled' && id === actor.subject) return fail('forbidden', 'A client cannot disable itself');
  if (input.jwks && !row.jwks) {
    return fail('invalid', 'The request has faults', {
      faults: [{ pointer: '/jwks', code: 'method', detail: 'This client proves itself by a secret and has no keys' }],
    });
  }
  const { jwks, ...rest } = input;
  const change = { ...rest, ...(jwks ? { jwks } : {}) };
  const stale = fail('precondition.failed', 'The client has changed since you read it');
  if (row.version !== expectedVersion) return stale;
  const policy = tenantPolicy(env, actor.tenantId);
  // Off first here, on last: at no instant does the policy admit what the directory calls disabled.
  const version = row.version + 1;
  const scopesChange = JSON.stringify(input.scopes) !== JSON.stringify(row.scopes);
  const tell = (enabled: boolean, at: number) =>
    policy.setClient(id, { enabled, version: at, closeSockets: !enabled || scopesChange });
  if (input.status === 'disabled') await tell(false, version);
  const db = drizzle(env.DIRECTORY);
  try {
    await db.batch([
      db
        .update(clients)
        .set({ ...change, version })
        .where(and(eq(clients.id, id), eq(clients.tenantId, actor.tenantId), eq(clients.version, expectedVersion))),
      ...guard(db),
    ]);
  } catch (error) {
    if (!isStale(error)) throw error;
    const fresh = await find(env, actor, id);
    if (fresh) await tell(fresh.status === 'active', fresh.version);
    return stale;
  }
  if (input.status === 'active') await tell(true, version);
  return ok(show({ ...row, ...change, version }));
}

/** Makes a new secret; the one before works for another day, so that nothing stops. */
export async function rotateClientSecret(
  env: Env,
  actor: Actor,
  id: string,
  key: string,
): Promise<Result<Keyed<ClientWithSecret>>> {
  const refused = refuse(actor, 'clients:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(
    env,
    actor,
    { operation: 'client.rotate', key, input: { id } },
    async (now) => {
      const row = await find(env, actor, id);
      if (!row) return notFound('client');
      const beyond = refuseGrant(actor, row.role as Role, row.scopes as Permission[] | null);
      if (beyond) return beyond;
      if (!row.secretHash) return fail('conflict.exists', 'This client proves itself by its keys and has no secret');
      const secret = newSecret();
      const change = {
        secretHash: await sha256Hex(secret),
        previousSecretHash: row.secretHash,
        previousUntil: now + SECRET_OVERLAP_HOURS * 3_600_000,
        version: row.version + 1,
      };
      return {
        answer: { ...show({ ...row, ...change }), secret },
        statements: [
          db
            .update(clients)
            .set(change)
            .where(and(eq(clients.id, id), eq(clients.tenantId, actor.tenantId), eq(clients.version, row.version))),
          ...guard(db),
        ],
      };
    },
    (error) => (isStale(error) ? fail('precondition.failed', 'The client was changed at the same time') : null),
  );
}
