/** Carrier connections: who may post to the door, in which format, under which secrets. */
import { and, desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { z } from 'zod';
import type { Actor } from '../../contracts/actor.ts';
import { fail, type Keyed, ok, type Page, type Result } from '../../contracts/result.ts';
import type { Connection, ConnectionWithSecrets, newConnectionSchema } from '../../contracts/tracking.ts';
import { base64, newId } from '../../platform/ids.ts';
import { guard, isStale, once } from '../../platform/keyed.ts';
import { connections, tenantCarriers } from '../../platform/schema/directory.ts';
import { isSealedWithOldKey, open, seal } from '../../platform/secrets.ts';
import { beforeId, notFound, pageById, refuse } from '../../platform/service.ts';
import type { Env } from './env.ts';

type Row = typeof connections.$inferSelect;
type WithSecret = Connection & { secret: string };

function show(row: Row): Connection {
  return {
    id: row.id,
    tenantId: row.tenantId,
    carrierId: row.carrierId,
    name: row.name,
    format: row.format,
    scheme: row.scheme,
    status: row.status,
    createdAt: new Date(row.createdAt).toISOString(),
    secretRotatedAt: row.secretRotatedAt === null ? null : new Date(row.secretRotatedAt).toISOString(),
  };
}

/** 32 random bytes: `whsec_` + base64 as Standard Webhooks has it, plain base64 as DCSA has it. */
function newSecret(scheme: Connection['scheme']): string {
  const secret = base64(crypto.getRandomValues(new Uint8Array(32)));
  return scheme === 'standard-webhooks' ? `whsec_${secret}` : secret;
}

async function find(env: Env, tenantId: string, id: string): Promise<Row | undefined> {
  return drizzle(env.DIRECTORY)
    .select()
    .from(connections)
    .where(and(eq(connections.tenantId, tenantId), eq(connections.id, id)))
    .get();
}

/** Creates a connection and returns its secret, once. */
export async function createConnection(
  env: Env,
  actor: Actor,
  input: z.infer<typeof newConnectionSchema>,
  key: string,
): Promise<Result<Keyed<WithSecret>>> {
  const refused = refuse(actor, 'connections:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(env, actor, { operation: 'connection', key, input }, async (now) => {
    const carrier = await db
      .select()
      .from(tenantCarriers)
      .where(and(eq(tenantCarriers.tenantId, actor.tenantId), eq(tenantCarriers.carrierId, input.carrierId)))
      .get();
    if (!carrier) {
      return fail('invalid', 'The request has faults', {
        faults: [{ pointer: '/carrierId', code: 'unknown', detail: 'There is no such carrier' }],
      });
    }
    const id = newId('con', now);
    const secret = newSecret(input.scheme);
    const row = {
      id,
      tenantId: actor.tenantId,
      ...input,
      secret: await seal(env.SEALING_KEY, id, secret),
      previousSecret: null,
      secretRotatedAt: null,
      status: 'active' as const,
      createdAt: now,
    };
    return { answer: { ...show(row), secret }, statements: [db.insert(connections).values(row)] };
  });
}

/** The tenant's connections, newest first. */
export async function listConnections(
  env: Env,
  actor: Actor,
  query: { cursor?: string | undefined; limit: number },
): Promise<Result<Page<Connection>>> {
  const refused = refuse(actor, 'connections:read');
  if (refused) return refused;
  const rows = await drizzle(env.DIRECTORY)
    .select()
    .from(connections)
    .where(and(eq(connections.tenantId, actor.tenantId), lt(connections.id, beforeId(query.cursor))))
    .orderBy(desc(connections.id))
    .limit(query.limit + 1);
  return ok(pageById(rows, query.limit, show));
}

/** One connection of the tenant. */
export async function getConnection(env: Env, actor: Actor, id: string): Promise<Result<Connection>> {
  const refused = refuse(actor, 'connections:read');
  if (refused) return refused;
  const row = await find(env, actor.tenantId, id);
  return row ? ok(show(row)) : notFound('connection');
}

/** Makes a new secret; the one before stays valid until the next rotation, so nothing is missed. */
export async function rotateConnectionSecret(
  env: Env,
  actor: Actor,
  id: string,
  key: string,
): Promise<Result<Keyed<WithSecret>>> {
  const refused = refuse(actor, 'connections:manage');
  if (refused) return refused;
  const db = drizzle(env.DIRECTORY);
  return once(
    env,
    actor,
    { operation: 'connection.rotate', key, input: { id } },
    async (now) => {
      const row = await find(env, actor.tenantId, id);
      if (!row) return notFound('connection');
      const secret = newSecret(row.scheme);
      const change = {
        secret: await seal(env.SEALING_KEY, id, secret),
        previousSecret: row.secret,
        secretRotatedAt: now,
      };
      return {
        answer: { ...show({ ...row, ...change }), secret },
        statements: [
          // Compare-and-set: of two rotations at once one wins, and no secret handed out is lost.
          db
            .update(connections)
            .set(change)
            .where(
              and(eq(connections.id, id), eq(connections.tenantId, actor.tenantId), eq(connections.secret, row.secret)),
            ),
          ...guard(db),
        ],
      };
    },
    (error) => (isStale(error) ? fail('precondition.failed', 'The secret was just rotated by someone else') : null),
  );
}

/** Closes the door for a connection. */
export async function disableConnection(env: Env, actor: Actor, id: string): Promise<Result<Connection>> {
  const refused = refuse(actor, 'connections:manage');
  if (refused) return refused;
  const changed = await drizzle(env.DIRECTORY)
    .update(connections)
    .set({ status: 'disabled' })
    .where(and(eq(connections.id, id), eq(connections.tenantId, actor.tenantId)))
    .returning();
  return changed[0] ? ok(show(changed[0])) : notFound('connection');
}

/** For the gateway's signature check: an active connection with its live secrets. */
export async function connectionForIngest(env: Env, id: string): Promise<ConnectionWithSecrets | null> {
  const row = await drizzle(env.DIRECTORY).select().from(connections).where(eq(connections.id, id)).get();
  if (!row || row.status !== 'active') return null;
  const sealed = [row.secret, ...(row.previousSecret ? [row.previousSecret] : [])];
  const secrets = await Promise.all(sealed.map((text) => open(env.SEALING_KEY, id, text)));
  if (sealed.some((text) => isSealedWithOldKey(env.SEALING_KEY, text))) await reseal(env, row, secrets);
  return { ...show(row), secrets };
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
