/** Carrier connections: who may post webhooks, in which format, under which secrets. */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { beforeId, cutPageById } from '../../../contracts/kit/paging.ts';
import { type Answer, fail, fault, notFound, ok, type Page } from '../../../contracts/kit/result.ts';
import type { Scope } from '../../../contracts/kit/serve.ts';
import { DEFAULT_OPTIONS } from '../../../contracts/tracking/connection-options.ts';
import type {
  Connection,
  ConnectionWithSecret,
  ConnectionWithSecrets,
} from '../../../contracts/tracking/connections.ts';
import { carrierInbox } from '../../../durable-objects/carrier-inbox/stub.ts';
import { audited } from '../../../durable-objects/kit/directory-outbox.ts';
import { notesOf } from '../../../platform/audit.ts';
import { Cache } from '../../../platform/cache.ts';
import { actingAs, directoryAnswers } from '../../../platform/d1/directory.ts';
import { isStale } from '../../../platform/d1/errors.ts';
import { once } from '../../../platform/d1/idempotency.ts';
import { connections, tenantCarriers } from '../../../platform/d1/schema/directory.ts';
import { guard, prepared } from '../../../platform/d1/statements.ts';
import { base64, newId } from '../../../platform/ids.ts';
import { toInstant, toInstantOrNull } from '../../../platform/instants.ts';
import { errorText, loggerFor } from '../../../platform/log.ts';
import { isSealedWithOldKey, open, seal } from '../../../platform/secrets.ts';
import type { Env } from '../env.ts';
import type { For } from '../request.ts';

type Row = typeof connections.$inferSelect;

/** A connection as the API shows it. */
export function connectionToApi(row: Row): Connection {
  return {
    id: row.id,
    tenantId: row.tenantId,
    carrierId: row.carrierId,
    name: row.name,
    format: row.format,
    scheme: row.scheme,
    options: { ...DEFAULT_OPTIONS, ...row.options },
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

/** Whose a connection is never changes: what is known of it saves a look-up. */
const owners = new Cache<string, string>({ capacity: 10_000, ttlMs: Number.POSITIVE_INFINITY });

/** Whether a connection is one of the caller's tenant, whatever its state. */
export async function isOwnConnection(env: Env, scope: Scope, id: string): Promise<boolean> {
  const known = owners.get(id);
  if (known !== undefined) return known === scope.tenantId;
  const row = await findConnection(env, scope, id);
  if (row) owners.set(id, row.tenantId);
  return row !== undefined;
}

/** The ids of every connection of a tenant. */
export async function connectionIds(env: Env, tenantId: string): Promise<string[]> {
  const query = drizzle(env.DIRECTORY).select({ id: connections.id }).from(connections);
  return (await query.where(eq(connections.tenantId, tenantId))).map(({ id }) => id);
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
  let made: string | null = null;
  const write = {
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
        securityVersion: 1,
        createdAt: now,
      };
      // Before the write, as for every change: should this Worker die after it, the inbox looks by itself.
      await carrierInbox(env, id).announceChange();
      made = id;
      return {
        answer: { ...connectionToApi(row), secret },
        statements: [
          prepared(env.DIRECTORY, db.insert(connections).values(row)),
          ...acted(env, scope, id, 'connection.created', { after: connectionToApi(row) }, now),
        ],
      };
    },
  };
  const answer = await once(directoryAnswers(env, scope), scope, { operation: 'connection', key, input }, now, write);
  if (answer.ok && made) await withInboxTold(env, made, async () => {});
  return answer;
}

/** The statements that record what was done to a connection; its inbox follows. */
function acted(
  env: Env,
  scope: Scope,
  id: string,
  action: string,
  states: { before?: object; after?: object },
  now: number,
): D1PreparedStatement[] {
  const done = { organisationId: scope.tenantId, action, object: { type: 'connection' as const, id }, ...states };
  return audited(env.DIRECTORY, id, notesOf(scope, done, now));
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
  return ok(cutPageById(rows, input.limit, connectionToApi));
}

/** One connection of the tenant. */
export async function getConnection({ env, scope, input }: For<'getConnection'>): Promise<Answer<Connection>> {
  const row = await findConnection(env, scope, input.id);
  return row ? ok(connectionToApi(row)) : notFound('connection');
}

/**
 * Makes a new secret; the one before stays valid until the next rotation, so nothing is missed. `immediately`
 * ends every secret before: for one that has leaked.
 */
export async function rotateConnectionSecret({
  env,
  scope,
  input,
  idempotencyKey: key,
  now,
}: For<'rotateConnectionSecret'>): Promise<Answer<ConnectionWithSecret>> {
  const { id, immediately } = input;
  const make = async () => {
    const row = await findConnection(env, scope, id);
    if (!row) return notFound('connection');
    const secret = newSecret(row.scheme);
    const change = {
      secret: await seal(env.SEALING_KEY, id, secret),
      previousSecret: immediately ? null : row.secret,
      secretRotatedAt: now,
      // Whenever a secret ends: an edge that still has it at hand is told so by the inbox.
      securityVersion: row.securityVersion + (immediately || row.previousSecret !== null ? 1 : 0),
    };
    // Compare-and-set: of two rotations at once one wins, and no secret handed out is lost.
    const update = drizzle(env.DIRECTORY)
      .update(connections)
      .set(change)
      .where(and(eq(connections.id, id), eq(connections.tenantId, scope.tenantId), eq(connections.secret, row.secret)));
    return {
      answer: { ...connectionToApi({ ...row, ...change }), secret },
      statements: [
        prepared(env.DIRECTORY, update),
        guard(env.DIRECTORY),
        ...acted(env, scope, id, 'connection.rotated', { after: { immediately } }, now),
      ],
    };
  };
  const explain = (error: unknown) =>
    isStale(error) ? fail('precondition.failed', 'The secret was just rotated by someone else') : null;
  const rotate = () =>
    once(directoryAnswers(env, scope), scope, { operation: 'connection.rotate', key, input }, now, { make, explain });
  return (await findConnection(env, scope, id)) ? withInboxTold(env, id, rotate) : rotate();
}

/** Takes no more deliveries of a connection. */
export async function disableConnection({
  env,
  scope,
  input,
  now,
}: For<'disableConnection'>): Promise<Answer<Connection>> {
  const row = await findConnection(env, scope, input.id);
  if (!row) return notFound('connection');
  if (row.status === 'disabled') return ok(connectionToApi(row));
  return change(env, scope, row, { action: 'connection.disabled', set: { status: 'disabled' }, now });
}

/** Sets how the deliveries of a connection are read. */
export async function setConnectionOptions({
  env,
  scope,
  input: { id, ...options },
  now,
}: For<'setConnectionOptions'>): Promise<Answer<Connection>> {
  const row = await findConnection(env, scope, id);
  return row
    ? change(env, scope, row, { action: 'connection.options_set', set: { options }, now })
    : notFound('connection');
}

/** Changes a connection for good: an edge that has it at hand as it was is told so by the inbox. */
async function change(
  env: Env,
  scope: Scope,
  row: Row,
  { action, set, now }: { action: string; set: Partial<Pick<Row, 'status' | 'options'>>; now: number },
): Promise<Answer<Connection>> {
  const next = { ...row, ...set, securityVersion: row.securityVersion + 1 };
  const update = drizzle(env.DIRECTORY)
    .update(connections)
    .set({ ...set, securityVersion: sql`${connections.securityVersion} + 1` })
    .where(and(eq(connections.id, row.id), eq(connections.tenantId, scope.tenantId)));
  const states = { before: connectionToApi(row), after: connectionToApi(next) };
  const statements = [prepared(env.DIRECTORY, update), ...acted(env, scope, row.id, action, states, now)];
  await withInboxTold(env, row.id, () => actingAs(env.DIRECTORY, scope).batch(statements));
  return ok(connectionToApi(next));
}

/**
 * Writes a change of a connection, and has its inbox take it over, and record it, before it is answered. The inbox
 * knows beforehand that something may come: should this Worker die after the write, it looks by itself.
 */
async function withInboxTold<T>(env: Env, id: string, write: () => Promise<T>): Promise<T> {
  const inbox = carrierInbox(env, id);
  await inbox.announceChange();
  const written = await write();
  try {
    await inbox.followChanges();
  } catch (error) {
    // The change stands, and the inbox comes back to it.
    loggerFor('tracking', env.LOG_LEVEL)('error', 'connection.not_followed', { id, error: errorText(error) });
  }
  return written;
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
  return ok({ ...connectionToApi(row), securityVersion: row.securityVersion, secrets });
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
