/** Reaching a tenant's shard, and what its refusals mean. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Actor } from '../../contracts/actor.ts';
import { type Failure, fail } from '../../contracts/result.ts';
import { outboxRelay } from '../../durable-objects/stubs.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import { Lru } from '../../platform/lru.ts';
import { tenants } from '../../platform/schema/directory.ts';
import { type ShardName, SHARDS } from '../../platform/shards.ts';
import type { Env } from './env.ts';

/** A tenant's shard, opened for one request. */
export interface Shard {
  name: ShardName;
  session: D1DatabaseSession;
  /** The database without a session: always the primary. */
  primary: D1Database;
  /** Drizzle over the session, for reads. */
  db: ReturnType<typeof drizzle>;
}

const placements = new Lru<string, { shard: ShardName; until: number }>(10_000);
const PLACEMENT_TTL_MS = 60_000;

async function placementOf(env: Env, tenantId: string): Promise<ShardName | null> {
  const known = placements.get(tenantId);
  if (known && known.until > Date.now()) return known.shard;
  const row = await drizzle(env.DIRECTORY).select().from(tenants).where(eq(tenants.id, tenantId)).get();
  if (!row) return null;
  const shard = row.shard as ShardName;
  placements.set(tenantId, { shard, until: Date.now() + PLACEMENT_TTL_MS });
  return shard;
}

/**
 * Runs work on the actor's shard. A read may come from a replica that is at least as new as the
 * bookmark; a write goes to the primary. When the shard cannot be reached the answer is a refusal
 * for this tenant alone.
 */
export async function onShard<T>(
  env: Env,
  actor: Actor,
  constraint: string,
  work: (shard: Shard) => Promise<T>,
): Promise<T | Failure> {
  let name: ShardName | null = null;
  try {
    name = await placementOf(env, actor.tenantId);
    if (!name) return fail('not_found', 'The tenant has no procurement data');
    return await work(open(env, name, constraint));
  } catch (error) {
    return unavailable(env, actor, name, error);
  }
}

/**
 * Runs a read on every shard at once: for who is no tenant. One that cannot be reached refuses the
 * whole: a list that silently lacks a part would be a wrong answer.
 */
export async function onEveryShard<T>(
  env: Env,
  actor: Actor,
  work: (shard: Shard) => Promise<T>,
): Promise<T[] | Failure> {
  try {
    return await Promise.all(SHARDS.map((name) => work(open(env, name, 'first-primary'))));
  } catch (error) {
    return unavailable(env, actor, null, error);
  }
}

function open(env: Env, name: ShardName, constraint: string): Shard {
  const session = env[name].withSession(constraint);
  // A session prepares and batches like a database, which is all that drizzle asks of it.
  return { name, session, primary: env[name], db: drizzle(session as unknown as D1Database) };
}

function unavailable(env: Env, actor: Actor, shard: ShardName | null, error: unknown): Failure {
  if (!isDatabaseError(error)) throw error;
  loggerFor('procurement', env.LOG_LEVEL)('error', 'shard.failed', {
    tenantId: actor.tenantId,
    correlationId: actor.correlationId,
    shard,
    error: errorText(error),
  });
  return fail(
    'shard.unavailable',
    'The procurement records cannot be reached now; ask again before you assume that nothing was done',
    { retryAfterSeconds: 5 },
  );
}

/** Whether the database failed us; a broken constraint is a defect of ours and stays one. */
function isDatabaseError(error: unknown): boolean {
  const text = errorText(error);
  return /D1_|D1 |SQLITE|Failed query|Network connection lost/i.test(text) && !/constraint failed/i.test(text);
}

/** Why a write batch was rolled back, in words of the domain; null for anything unexpected. */
export type Rollback = 'idempotency_key_used' | 'oversold' | 'guard';

/** The one place where constraint texts become meanings. */
export function rollbackOf(error: unknown): Rollback | null {
  const text = errorText(error);
  if (text.includes('UNIQUE constraint failed: idempotency_records')) return 'idempotency_key_used';
  if (text.includes('allocation_not_oversold')) return 'oversold';
  if (text.includes('write_guard_expected_one')) return 'guard';
  return null;
}

/** The statements that make a batch fail unless the statement before them changed exactly one row. */
export function guard(session: D1DatabaseSession): D1PreparedStatement[] {
  return [
    session.prepare('INSERT INTO write_guard (expected) SELECT changes()'),
    session.prepare('DELETE FROM write_guard'),
  ];
}

const armedUntil = new Map<string, number>();
const ARM_EVERY_MS = 30_000;

/**
 * Makes sure the shard's relay is awake before a write: should this isolate die between the commit
 * and the drain, the relay's alarm finds the outbox row. Once in half a minute is enough.
 */
export async function armRelay(env: Env, shard: string): Promise<void> {
  if ((armedUntil.get(shard) ?? 0) > Date.now()) return;
  await outboxRelay(env, shard).arm(shard);
  armedUntil.set(shard, Date.now() + ARM_EVERY_MS);
}

/** A drain that takes longer than this has died with its request; another may begin. */
const DRAIN_LEASE_MS = 20_000;
const draining = new Map<string, { again: boolean; since: number }>();

/** A breath before a drain, so that bookings made together leave together. */
const GATHER_MS = 100;

/** Drains the outbox after the answer; calls that come while one runs share the next. */
export async function drainSoon(env: Env, shard: string): Promise<void> {
  const running = draining.get(shard);
  if (running && running.since > Date.now() - DRAIN_LEASE_MS) {
    running.again = true;
    return;
  }
  const state = { again: true, since: Date.now() };
  draining.set(shard, state);
  try {
    // Bounded by the lease: under steady writes the next request takes over.
    while (state.again && state.since > Date.now() - DRAIN_LEASE_MS / 2) {
      await scheduler.wait(GATHER_MS);
      state.again = false;
      await outboxRelay(env, shard).drain(shard);
    }
  } catch (error) {
    loggerFor('procurement', env.LOG_LEVEL)('warn', 'outbox.drain_failed', { shard, error: errorText(error) });
  } finally {
    if (draining.get(shard) === state) draining.delete(shard);
  }
}
