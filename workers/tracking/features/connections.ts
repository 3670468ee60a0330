/** Carrier connections: who may post webhooks, in which format, under which secrets. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import type {
  Connection,
  ConnectionWithSecret,
  ConnectionWithSecrets,
} from '../../../contracts/tracking/connections.ts';
import { directoryAnswers } from '../../../platform/d1/directory.ts';
import { isStale } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { connections, tenantCarriers } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { base64, newId } from '../../../platform/ids.ts';
import { toInstant, toInstantOrNull } from '../../../platform/instants.ts';
import { isSealedWithOldKey, open, seal } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';

type Row = typeof connections.$inferSelect;

function toApi(row: Row): Connection {
  return {
    id: row.id,
    tenantId: row.tenantId,
    carrierId: row.carrierId,
    name: row.name,
    format: row.format,
    scheme: row.scheme,
    status: row.status,
    createdAt: toInstant(row.createdAt),
    secretRotatedAt: toInstantOrNull(row.secretRotatedAt),
  };
}

/** 32 random bytes: `whsec_` + base64 as Standard Webhooks has it, plain base64 as DCSA has it. */
function newSecret(scheme: Connection['scheme']): string {
  const secret = base64(crypto.getRandomValues(new Uint8Array(32)));
  return scheme === 'standard-webhooks' ? `whsec_${secret}` : secret;
}

/** The row of a connection of the caller's tenant. */
export async function findConnection(env: Env, scope: Scope, id: string): Promise<Row | undefined> {
  return drizzle(env.DIRECTORY)
    .select()
    .from(connections)
    .where(and(eq(connections.tenantId, scope.tenantId), eq(connections.id, id)))
    .get();
}

/** Creates a connection and returns its secret, once. */
export async function createConnection({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'createConnection'>): Promise<Answer<ConnectionWithSecret>> {
  const db = drizzle(env.DIRECTORY);
  return once(directoryAnswers(env), scope, { operation: 'connection', key, input }, now, {
    make: async () => {
      const carrier = await db
        .select()
        .from(tenantCarriers)
        .where(and(eq(tenantCarriers.tenantId, scope.tenantId), eq(tenantCarriers.carrierId, input.carrierId)))
        .get();
      if (!carrier) return fault('/carrierId', 'unknown', 'There is no such carrier');
      const id = newId('con', now);
      const secret = newSecret(input.scheme);
      const row = {
        id,
        tenantId: scope.tenantId,
        ...input,
        secret: await seal(env.SEALING_KEY, id, secret),
        previousSecret: null,
        secretRotatedAt: null,
        status: 'active' as const,
        createdAt: now,
      };
      return {
        answer: { ...toApi(row), secret },
        statements: [prepared(env.DIRECTORY, db.insert(connections).values(row))],
      };
    },
  });
}

/** The tenant's connections, newest first. */
export async function listConnections({
  env,
  scope,
  input,
}: For<'listConnections'>): Promise<Answer<Page<Connection>>> {
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(connections)
    .where(and(eq(connections.tenantId, scope.tenantId), lt(connections.id, beforeId(input))))
    .orderBy(desc(connections.id))
    .limit(input.limit + 1);
  return ok(cutPageById(rows, input.limit, toApi));
}

/** One connection of the tenant. */
export async function getConnection({ env, scope, input }: For<'getConnection'>): Promise<Answer<Connection>> {
  const row = await findConnection(env, scope, input.id);
  return row ? ok(toApi(row)) : notFound('connection');
}

/** Makes a new secret; the one before stays valid until the next rotation, so nothing is missed. */
export async function rotateConnectionSecret({
  env,
  scope,
  input: { id },
  idempotencyKey: key,
  now,
}: For<'rotateConnectionSecret'>): Promise<Answer<ConnectionWithSecret>> {
  return once(directoryAnswers(env), scope, { operation: 'connection.rotate', key, input: { id } }, now, {
    make: async () => {
      const row = await findConnection(env, scope, id);
      if (!row) return notFound('connection');
      const secret = newSecret(row.scheme);
      const change = {
        secret: await seal(env.SEALING_KEY, id, secret),
        previousSecret: row.secret,
        secretRotatedAt: now,
      };
      // Compare-and-set: of two rotations at once one wins, and no secret handed out is lost.
      const update = drizzle(env.DIRECTORY)
        .update(connections)
        .set(change)
        .where(
          and(eq(connections.id, id), eq(connections.tenantId, scope.tenantId), eq(connections.secret, row.secret)),
        );
      return {
        answer: { ...toApi({ ...row, ...change }), secret },
        statements: [prepared(env.DIRECTORY, update), ...guard(env.DIRECTORY)],
      };
    },
    explain: (error) =>
      isStale(error) ? fail('precondition.failed', 'The secret was just rotated by someone else') : null,
  });
}

/** Takes no more deliveries of a connection. */
export async function disableConnection({ env, scope, input }: For<'disableConnection'>): Promise<Answer<Connection>> {
  const [changed] = await drizzle(env.DIRECTORY)
    .update(connections)
    .set({ status: 'disabled' })
    .where(and(eq(connections.id, input.id), eq(connections.tenantId, scope.tenantId)))
    .returning();
  return changed ? ok(toApi(changed)) : notFound('connection');
}

/** For the gateway's signature check: an active connection with its live secrets. */
export async function connectionForIngest({
  env,
  input,
}: For<'connectionForIngest'>): Promise<Answer<ConnectionWithSecrets | null>> {
  const row = await drizzle(env.DIRECTORY).select().from(connections).where(eq(connections.id, input.id)).get();
  if (!row || row.status !== 'active') return ok(null);
  const sealed = [row.secret, ...(row.previousSecret ? [row.previousSecret] : [])];
  const secrets = await Promise.all(sealed.map((text) => open(env.SEALING_KEY, row.id, text)));
  if (sealed.some((text) => isSealedWithOldKey(env.SEALING_KEY, text))) await reseal(env, row, secrets);
  return ok({ ...toApi(row), secrets });
}

/** Seals a connection's secrets with the present key, unless they were rotated meanwhile. */
async function reseal(env: Env, row: Row, [secret, previous]: string[]): Promise<void> {
  await drizzle(env.DIRECTORY)
    .update(connections)
    .set({
      secret: await seal(env.SEALING_KEY, row.id, secret!),
      previousSecret: previous === undefined ? null : await seal(env.SEALING_KEY, row.id, previous),
    })
    .where(and(eq(connections.id, row.id), eq(connections.secret, row.secret)));
}
