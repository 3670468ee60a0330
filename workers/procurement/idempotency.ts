/** Idempotency: the answer is stored in the transaction of its effect, so both exist or neither. */
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Actor } from '../../contracts/actor.ts';
import type { Idempotent } from '../../contracts/procurement.ts';
import { ok, type Result } from '../../contracts/result.ts';
import { keyMismatch } from '../../platform/idempotency.ts';
import { idempotencyRecords } from '../../platform/schema/tenant.ts';
import type { Shard } from './shard.ts';

/** The statement that stores an answer; it fails the batch when the key was used before. */
export function storeAnswer(
  shard: Shard,
  actor: Actor,
  record: { operation: string; key: string; requestHash: string; answer: unknown; now: number },
): D1PreparedStatement {
  return shard.session
    .prepare(
      'INSERT INTO idempotency_records (tenant_id, operation, key, request_hash, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .bind(
      actor.tenantId,
      operationOf(actor, record.operation),
      record.key,
      record.requestHash,
      JSON.stringify(record.answer),
      record.now,
    );
}

/** A key belongs to whoever made it, not to the whole tenant. */
function operationOf(actor: Actor, operation: string): string {
  return `${operation}:${actor.subject}`;
}

/** The stored answer of a key that was used before, or the refusal when the request was another. */
export async function replay<T>(
  shard: Shard,
  actor: Actor,
  operation: string,
  key: string,
  hash: string,
): Promise<Result<Idempotent<T>> | null> {
  // The primary itself: a replica that lags behind the other request would answer "no such key".
  const record = await drizzle(shard.primary)
    .select()
    .from(idempotencyRecords)
    .where(
      and(
        eq(idempotencyRecords.tenantId, actor.tenantId),
        eq(idempotencyRecords.operation, operationOf(actor, operation)),
        eq(idempotencyRecords.key, key),
      ),
    )
    .get();
  if (!record) return null;
  if (record.requestHash !== hash) {
    return keyMismatch();
  }
  return ok({ value: record.answer as T, replayed: true, bookmark: shard.session.getBookmark() });
}
