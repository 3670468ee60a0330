/** Reaching a tenant's shard, and what its refusals mean. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Actor } from '../../contracts/actor.ts';
import { type Failure, fail } from '../../contracts/result.ts';
import { outboxRelay } from '../../durable-objects/stubs.ts';
import { errorText, loggerFor } from '../../platform/log.ts';
import { Lru } from '../../platform/lru.ts';
import { tenants } from '../../platform/schema/directory.ts';
import type { ShardName } from '../../platform/shards.ts';
import type { Env } from './env.ts';

/** A tenant's shard, opened for one request. */
export interface Shard {
  name: ShardName;
  session: D1DatabaseSession;
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
    const session = env[name].withSession(constraint);
    // A session prepares and batches like a database, which is all that drizzle asks of it.
    return await work({ name, session, db: drizzle(session as unknown as D1Database) });
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    loggerFor('procurement', env.LOG_LEVEL)('error', 'shard.failed', {
      tenantId: actor.tenantId,
      correlationId: actor.correlationId,
      shard: name,
      error: databaseText(error),
    });
    return fail('shard.unavailable', 'The procurement records of this tenant cannot be reached now; nothing was changed', {
      retryAfterSeconds: 5,
    });
  }
}

function databaseText(error: unknown): string {
  const cause = (error as { cause?: unknown } | null)?.cause;
  return cause ? `${errorText(error)} (${errorText(cause)})` : errorText(error);
}

function isDatabaseError(error: unknown): boolean {
  return /D1_|D1 |SQLITE|Failed query|Network connection lost/i.test(databaseText(error));
}

/** Why a write batch was rolled back, in words of the domain; null for anything unexpected. */
export type Rollback = 'idempotency_key_used' | 'oversold' | 'guard';

/** The one place where constraint texts become meanings. */
export function rollbackOf(error: unknown): Rollback | null {
  const text = databaseText(error);
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

const draining = new Map<string, { again: boolean }>();

/** Drains the outbox after the answer; calls that come while one runs share the next. */
export async function drainSoon(env: Env, shard: string): Promise<void> {
  const running = draining.get(shard);
  if (running) {
    running.again = true;
    return;
  }
  const state = { again: true };
  draining.set(shard, state);
  try {
    while (state.again) {
      state.again = false;
      await outboxRelay(env, shard).drain(shard);
    }
  } catch (error) {
    loggerFor('procurement', env.LOG_LEVEL)('warn', 'outbox.drain_failed', { shard, error: errorText(error) });
  } finally {
    draining.delete(shard);
  }
}
