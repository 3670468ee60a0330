/** Reaching a tenant's shard, and what its refusals mean. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { type Answer, type Failure, fail } from '../../contracts/kit/result.ts';
import type { Scope } from '../../contracts/kit/serve.ts';
import { outboxRelay } from '../../durable-objects/outbox-relay/stub.ts';
import { Cache } from '../../platform/cache.ts';
import { isDatabaseError, isStale, Unreachable } from '../../platform/d1/errors.ts';
import type { AnswerStore } from '../../platform/d1/idempotency.ts';
import { tenants } from '../../platform/d1/schema/directory.ts';
import { SHARDS, type ShardName } from '../../platform/d1/shards.ts';
import { within } from '../../platform/d1/within.ts';
import { SHARD_LIST_MS } from '../../platform/limits.ts';
import { errorText, loggerFor } from '../../platform/log.ts';

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

/** A tenant's shard never changes while it is asked: what is kept only saves a look-up. */
const placements = new Cache<string, string>({ capacity: 10_000, ttlMs: 60_000 });

async function placementOf(env: Env, tenantId: string): Promise<string | null> {
  const known = placements.get(tenantId);
  if (known) return known;
  const row = await drizzle(env.DIRECTORY).select().from(tenants).where(eq(tenants.id, tenantId)).get();
  if (row) placements.set(tenantId, row.shard);
  return row?.shard ?? null;
}

/**
 * Runs work on the shard of the caller's tenant. A read may come from a replica that is at least as new as the
 * bookmark; a write goes to the primary. When the shard cannot be reached the answer is a refusal
 * for this tenant alone.
 */
export async function onShard<T>(
  env: Env,
  scope: Scope,
  constraint: string,
  work: (shard: Shard) => Promise<T>,
): Promise<T | Failure> {
  const name = await reaching(env, scope, null, () => placementOf(env, scope.tenantId));
  if (name === null) return fail('not_found', 'The tenant has no procurement data');
  return typeof name === 'string' ? reaching(env, scope, name, () => work(open(env, name, constraint))) : name;
}

/** What several shards answered, and the names of those that did not. */
export interface Gathered<T> {
  found: T[];
  lacking: string[];
}

/** Runs a read on several shards at once. One in trouble is named, and keeps the others waiting for a moment only. */
export async function onShards<T>(
  env: Env,
  scope: Scope,
  names: readonly string[],
  work: (shard: Shard) => Promise<T>,
): Promise<Gathered<T>> {
  const gathered: Gathered<T> = { found: [], lacking: [] };
  await Promise.all(
    names.map(async (name) => {
      const read = async () => ({ value: await within(SHARD_LIST_MS, work(open(env, name, 'first-primary'))) });
      const answer = await reaching(env, scope, name, read);
      if ('value' in answer) gathered.found.push(answer.value);
      else gathered.lacking.push(name);
    }),
  );
  return gathered;
}

/** Runs work on a database, the directory or a shard; its trouble is a refusal, and any other error a defect. */
export async function reaching<T>(
  env: Env,
  scope: Scope,
  shard: string | null,
  work: () => Promise<T>,
): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    loggerFor('procurement', env.LOG_LEVEL)('error', 'shard.failed', {
      tenantId: scope.tenantId,
      correlationId: scope.correlationId,
      shard: shard ?? 'DIRECTORY',
      error: errorText(error),
    });
    return fail(
      'shard.unavailable',
      'The procurement records cannot be reached now; ask again before you assume that nothing was done',
      { retryAfterSeconds: 5 },
    );
  }
}

function open(env: Env, stored: string, constraint: string): Shard {
  const name = SHARDS.find((known) => known === stored);
  if (!name) throw new Unreachable(`No shard is bound as ${stored}`);
  const session = env[name].withSession(constraint);
  // A session prepares and batches like a database, which is all that drizzle asks of it.
  return { name, session, primary: env[name], db: drizzle(session as unknown as D1Database) };
}

/** Why a write was rolled back, in words of the domain; null for anything unexpected. */
export function rollbackOf(error: unknown): 'oversold' | 'guard' | null {
  if (errorText(error).includes('allocation_not_oversold')) return 'oversold';
  return isStale(error) ? 'guard' : null;
}

/** An answer with the bookmark by which its caller reads its own writes from a replica. */
export function bookmarked<T>({ session }: Shard, answer: Answer<T>): Answer<T> {
  return answer.ok ? { ...answer, bookmark: session.getBookmark() } : answer;
}

/** Where answers to requests under an idempotency key are stored: beside their effect. */
export function answersOf({ session, primary }: Shard): AnswerStore {
  return { db: session, primary };
}

/** Shards whose relay was armed a short while ago. */
const armed = new Cache<string, true>({ capacity: 100, ttlMs: 30_000 });

/**
 * Makes sure the shard's relay is awake before a write: should this isolate die between the commit
 * and the drain, the relay's alarm finds the outbox row. Once in half a minute is enough.
 */
export async function armRelay(env: Env, shard: string): Promise<void> {
  if (armed.get(shard)) return;
  await outboxRelay(env, shard).arm(shard);
  armed.set(shard, true);
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
